"""Files of strangers: whatever they hold, an error names the file, or the timeline is sound."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime, TimeRange

from studio_widgets.engine.errors import InterchangeError
from studio_widgets.engine.interchange import bundles, draft, files
from studio_widgets.engine.interchange.build import build
from studio_widgets.engine.interchange.bundles import Bundle
from studio_widgets.engine.interchange.edl_write import write_edl
from studio_widgets.engine.interchange.fcpxml_write import write_fcpxml
from studio_widgets.engine.interchange.files import read_timeline, write_timeline
from studio_widgets.engine.interchange.otio_text import otio_text
from studio_widgets.engine.interchange.places import base_name
from studio_widgets.engine.interchange.to_otio import to_otio
from studio_widgets.engine.timeline.check import problems
from studio_widgets.engine.timeline.model import Timeline
from tests.unit.timeline.test_serial import rich

Write = Callable[[str, "str | bytes"], Path]
RATE = Fraction(25)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(name: str, data: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    return make


def timeline_json(**changes: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(otio_text(to_otio(rich(), name="x")))
    return value | changes


# --- XML ------------------------------------------------------------------------------------------------------------

BOMB = '<!DOCTYPE fcpxml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><fcpxml version="1.8">&b;</fcpxml>'
FILE = '<!DOCTYPE fcpxml [<!ENTITY a SYSTEM "file:///etc/passwd">]><fcpxml version="1.8">&a;</fcpxml>'
REMOTE = '<!DOCTYPE fcpxml SYSTEM "http://127.0.0.1:9/a.dtd"><fcpxml version="1.8"/>'
PARAMETER = '<!DOCTYPE fcpxml [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><fcpxml version="1.8"/>'


@pytest.mark.parametrize("text", [BOMB, FILE, REMOTE, PARAMETER], ids=["bomb", "file", "remote", "parameter"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_documents_that_declare_or_fetch_are_refused(write: Write, text: str, encoding: str) -> None:
    with pytest.raises(InterchangeError, match=r"cut\.fcpxml: its DOCTYPE says more than a name"):
        read_timeline(write("cut.fcpxml", text.encode(encoding)), rate=RATE)


def test_elements_nested_without_end_are_refused(write: Write) -> None:
    deep = "<fcpxml>" + "<gap>" * 100_000 + "</gap>" * 100_000 + "</fcpxml>"
    with pytest.raises(InterchangeError, match="nested too deep"):
        read_timeline(write("cut.fcpxml", deep), rate=RATE)


def compounds(number: int, each: int) -> str:
    """Compound clips, each of which shows the next `each` times; the last one shows the first where it is a circle."""
    inner = "".join(
        f'<media id="m{n}" name="m"><sequence format="r1" duration="9s"><spine>'
        + f'<ref-clip ref="m{(n + 1) % number}" duration="1s"/>' * each
        + "</spine></sequence></media>"
        for n in range(number)
    )
    return (
        f'<fcpxml version="1.8"><resources><format id="r1" frameDuration="1/25s"/>{inner}</resources><project name="p">'
        '<sequence format="r1"><spine><ref-clip ref="m0" duration="9s"/></spine></sequence></project></fcpxml>'
    )


@pytest.mark.parametrize(("number", "each"), [(1, 1), (30, 9)])
def test_compound_clips_that_hold_themselves_or_multiply_are_refused(write: Write, number: int, each: int) -> None:
    with pytest.raises(InterchangeError, match="nested too deep, or too many"):
        read_timeline(write("cut.fcpxml", compounds(number, each)), rate=RATE)


# --- JSON -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "not json",
        '{"OTIO_SCHEMA": "Timeline.1"}',
        '{"OTIO_SCHEMA": "Clip.2", "name": "x"}',
        '{"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "Track.1"}}',
        '{"OTIO_SCHEMA": "Nothing.9"}',
        "[" * 200_000,
        "[" * 900 + "]" * 900,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        json.dumps(
            {"OTIO_SCHEMA": "Timeline.1", "tracks": {"OTIO_SCHEMA": "SerializableObjectRef.1", "id": "Stack-1"}}
        ),
    ],
)
def test_what_is_no_timeline_is_refused(write: Write, text: str) -> None:
    with pytest.raises(InterchangeError, match=r"cut\.otio"):
        build(read_timeline(write("cut.otio", text), rate=RATE))


def test_stacks_nested_without_end_are_refused(write: Write) -> None:
    made = otio.schema.Timeline()
    inner = made.tracks
    for _ in range(60):
        inner.append(otio.schema.Stack())
        inner = inner[0]
    with pytest.raises(InterchangeError, match="deep"):
        read_timeline(write("cut.otio", otio_text(made)), rate=RATE)


@pytest.mark.parametrize(
    ("value", "rate"),
    [(1e300, 24.0), (0.0, 0.0), (5.0, -24.0), (float("nan"), 24.0), (5.0, float("inf")), (5.0, 1e-300)],
)
def test_numbers_that_are_no_times_are_refused(write: Write, value: float, rate: float) -> None:
    made = otio.schema.Timeline()
    span = TimeRange(RationalTime(0, 24), RationalTime(value, rate))
    made.tracks.append(otio.schema.Track(children=[otio.schema.Clip("x", source_range=span)]))
    with pytest.raises(InterchangeError, match=r"cut\.otio"):
        read_timeline(write("cut.otio", otio_text(made)), rate=RATE)


def test_texts_that_no_database_takes_are_made_plain(write: Write) -> None:
    value = timeline_json()
    value["metadata"]["studio"]["captions"][0]["text"] = "zero\0byte"
    value["tracks"]["children"][0]["children"][0]["name"] = "a\0b"
    t = build(read_timeline(write("cut.otio", json.dumps(value)), rate=RATE))
    assert "\0" not in t.to_json()
    assert "\\u0000" not in t.to_json()
    assert list(problems(t)) == []


def test_files_that_are_too_large_are_not_read(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1 << 20)
    for name in ("cut.otio", "cut.fcpxml", "cut.edl"):
        with pytest.raises(InterchangeError, match="larger than 1 MB"):
            read_timeline(write(name, b" " * ((1 << 20) + 1)), rate=RATE)


def test_more_clips_than_people_cut_are_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "MAX_PIECES", 3)
    lines = [f"{n:03}  A  V  C  00:00:00:00 00:00:01:00 01:00:0{n}:00 01:00:0{n + 1}:00" for n in range(5)]
    with pytest.raises(InterchangeError, match="more than 3 clips"):
        read_timeline(write("cut.edl", "\n".join(lines)), rate=RATE)


def test_folders_missing_files_and_other_names_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.edl").mkdir()
    for name, message in [
        ("folder.edl", "no such file"),
        ("gone.otio", "no such file"),
        ("cut.txt", "no format"),
        ("cut", "no format"),
    ]:
        with pytest.raises(InterchangeError, match=message):
            read_timeline(tmp_path / name, rate=RATE)
    with pytest.raises(InterchangeError, match="cannot be written"):
        write_timeline(tmp_path / "nowhere" / "cut.edl", Timeline(), title="x", places={})


# --- bundles --------------------------------------------------------------------------------------------------------


def bundle(path: Path, entries: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def test_entries_that_point_outside_are_no_media(tmp_path: Path) -> None:
    names = ["media/../../evil", "../evil", "/etc/evil", "media/sub/evil", "media/..", "media/", "media\\..\\evil"]
    path = bundle(tmp_path / "cut.otioz", {"content.otio": b"{}", **dict.fromkeys(names, b"x"), "media/good.mp4": b"y"})
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with Bundle(path) as opened:
        assert [name for name in (*names, "media/%2e%2e/evil", "media/..%2fevil") if opened.has(name)] == []
        assert opened.extract("media/good.mp4", scratch) == scratch / "good.mp4"
    assert sorted(one.name for one in tmp_path.rglob("*")) == ["cut.otioz", "good.mp4", "scratch"]


def test_a_zip_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = bundle(
        tmp_path / "cut.otioz", {"content.otio": b"{}", "media/a.mp4": bytes(5_000_000)}, zipfile.ZIP_DEFLATED
    )
    with pytest.raises(InterchangeError, match="unpacks to more"):
        read_timeline(path, rate=RATE)


def test_a_bundle_without_or_with_a_broken_timeline_is_refused(tmp_path: Path, write: Write) -> None:
    good = bundle(tmp_path / "good.otioz", {"content.otio": otio_text(to_otio(rich())).encode() * 2})
    data = good.read_bytes()
    for name, broken in [
        ("a.otioz", b"not a zip"),
        ("b.otioz", b""),
        ("c.otioz", data[: len(data) // 2]),
        ("d.otioz", data.replace(b"Timeline.1", b"Timeline.9", 1)),
        ("e.otioz", data),
    ]:
        with pytest.raises(InterchangeError, match=name):
            read_timeline(write(name, broken), rate=RATE)
    with pytest.raises(InterchangeError, match="its timeline cannot be read"):
        read_timeline(bundle(tmp_path / "f.otioz", {"media/a.mp4": b""}), rate=RATE)


def test_names_of_media_in_a_bundle_do_not_meet(tmp_path: Path) -> None:
    report = bundles.Report()
    one, two = tmp_path / "1", tmp_path / "2"
    one.write_bytes(b"1")
    two.write_bytes(b"2")
    named = [
        ("a", "talk.mp4", one),
        ("b", "TALK.mp4", two),
        ("c", "talk.mp4", one),
        ("d", "../x", two),
        ("e", "..", two),
    ]
    places = {key: bundles.Place(name=name, url="", path=path) for key, name, path in named}
    inside = bundles.bundled({**places, "f": bundles.Place(name="far.mp4", url="")}, report)
    assert [inside[key].url for key in "abcde"] == [
        "media/talk.mp4",
        "media/TALK-2.mp4",
        "media/talk.mp4",
        "media/x",
        "media/media",
    ]
    assert [loss.where for loss in report] == ['"far.mp4"']


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("file:///a/b%20c.mp4", "b c.mp4"),
        ("file://localhost/D%3a/media/x.mov", "x.mov"),
        ("C:\\media\\x.mov", "x.mov"),
        ("media/x.mov", "x.mov"),
        ("https://example.org/x.mov?size=1", "x.mov"),
        ("file:///a/..", ""),
        ("file:///a/%00", ""),
        ("/" + "x" * 300, ""),
        ("", ""),
    ],
)
def test_the_name_at_the_end_of_an_address(url: str, name: str) -> None:
    assert base_name(url) == name


# --- anything -----------------------------------------------------------------------------------------------------


def sound_or_refused(path: Path) -> None:
    try:
        t = build(read_timeline(path, rate=RATE))
    except InterchangeError:
        return
    assert list(problems(t)) == []
    assert Timeline.from_json(t.to_json()) == t


GOOD = {
    "cut.otio": otio_text(to_otio(rich(), name="x")),
    "cut.fcpxml": write_fcpxml(rich(), title="x", places={})[0],
    "cut.edl": write_edl(rich(), title="x", places={})[0],
}


@pytest.mark.parametrize("name", sorted(GOOD))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_that_was_garbled_is_sound_or_refused(tmp_path: Path, name: str, data: st.DataObject) -> None:
    """Some of its numbers, words and pieces are others than they were."""
    text = GOOD[name]
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.sampled_from([0, 1, 1, 2, 5, 40]))
        new = data.draw(
            st.sampled_from(["", "0", "9" * 12, "-1", "null", "[]", '"', "<", "1/0", "\0", "é", "e308", "."])
        )
        text = text[:start] + new + text[end:]
    path = tmp_path / name
    path.write_bytes(text.encode())
    sound_or_refused(path)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(leaf for key, one in items for leaf in leaves(one, (*path, key)))]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_values_of_another_kind_are_sound_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    value = timeline_json()
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from([one for one in leaves(value) if one]))
        holder = value
        for key in way:
            holder = holder[key]
        holder[last] = data.draw(
            st.sampled_from([None, -1, 0, 1e18, "x", "", [], {}, True, 2.5, "clip-1", "../x", "V99", 10**9])
        )
    path = tmp_path / "cut.otio"
    path.write_text(json.dumps(value))
    sound_or_refused(path)
