"""Clips by query: Python's grammar, none of its power."""

from __future__ import annotations

import pytest

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.engine.timeline.where import MAX_QUERY, matching
from tests.unit.timeline.parts import MemoryProject, media


def shelf() -> Timeline:
    t = edits.add(Timeline(), source=media("talk"), name="intro talk.mp4", trim=(10, 60))
    t = edits.add(t, source=media("talk"), name="talk.mp4", trim=(0, 20))
    t = edits.title(t, text="Hello", at=5, duration=30)
    t = edits.add(t, source=media("voice", kind="audio"), name="voice.wav")
    return edits.set_audio(t, clip="clip-2", muted=True, gain_db=-6)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("track == 'V1' and duration > 30", [1]),
        ("track == 'V1' or muted", [1, 2]),
        ("not (track == 'V1')", [3, 4]),
        ("10 <= duration < 31", [2, 3]),
        ("'talk' in name and 'intro' not in name", [2]),
        ("id in ('clip-1', 'clip-4')", [1, 4]),
        ("track in ['V2']", [3]),
        ("text == 'Hello'", [3]),
        ("text is not None", [3]),
        ("'ell' in text", [3]),
        ("text > 'A'", [3]),
        ("link == None", [1, 2, 3, 4]),
        ("(end - start) * 2 == 100", [1]),
        ("start % 50 == 0 and -start <= 0", [1, 2, 4]),
        ("gain_db < -3.5 and muted == True", [2]),
        ("duration / 4 == 5 or duration // 7 == 4", [2, 3]),
        ("start_timecode < '00:00:01:00' and track == 'V2'", [3]),
        ("True", [1, 2, 3, 4]),
        ("  start == 50 ", [2]),
    ],
)
def test_clips_by_what_is_true_of_them(query: str, numbers: list[int]) -> None:
    assert sorted(clip.id for clip in matching(shelf(), query)) == [f"clip-{number}" for number in numbers]


@pytest.mark.parametrize(
    "query",
    [
        "__import__('os').system('true')",
        "name.upper() == 'X'",
        "name.__class__",
        "(lambda: 1)()",
        "[clip for clip in name]",
        "name[0] == 'x'",
        "f'{name}' == ''",
        "(start := 3)",
        "open",
        "exit()",
        "start ** 999 > 1",
        "name * 999999999 == 'x'",
        "'x' * 999999999 == name",
        "1 << 99999",
        "start & 1",
        "start if True else end",
        "await name",
        "*name",
        "name, = 'x'",
        "b'x' == name",
        "1j == start",
        "...",
        "track == 'V1'; start",
        "import os",
        "",
        "   ",
        "start >",
        "track < 3",
        "start / 0 > 1",
        "volume > 3",
        "\x00",
        "(" * 500 + ")" * 500,
        "not " * 600 + "muted",
        "-" * 1900 + "1",
        "x" * (MAX_QUERY + 1),
    ],
)
def test_all_else_is_refused(query: str) -> None:
    with pytest.raises(EditError) as refused:
        matching(shelf(), query)
    assert refused.value.hint


def test_a_missing_column_is_named_with_those_there_are() -> None:
    with pytest.raises(EditError, match="no column 'lenght'") as refused:
        matching(shelf(), "lenght > 3")
    assert "duration" in refused.value.hint


def test_the_handle_gives_clips() -> None:
    project = MemoryProject({"talk.mp4": media("talk.mp4", 300)})
    for length in (10, 200, 30):
        project.handle.add("talk.mp4", trim=(0, length))
    project.handle.remove(project.handle.where("track == 'V1' and duration < 100"))
    assert [clip.id for clip in project.handle.clips] == ["clip-2"]
