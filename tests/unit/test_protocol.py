"""The messages: generated types in step, bodies bounded, every kind described once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from studio_widgets.engine.timeline.model import Clip, MediaFileSource
from studio_widgets.widgets import protocol

ROOT = Path(__file__).parents[2]
GENERATOR = ROOT / "scripts" / "generate_protocol.py"


def test_typescript_is_in_step_with_the_structs() -> None:
    done = subprocess.run([sys.executable, GENERATOR, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_typescript_carries_names_options_unions_and_docs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(GENERATOR.parent))
    import generate_protocol

    text = generate_protocol.generate()
    assert '"timeline.edit": { request: EditCommand; response: EditResult };' in text
    assert "  mediaFileId: string;" in text
    assert "  durationSeconds?: number | null;" in text
    assert "/** Everything before `next_seq` is on disk. */" in text
    assert '  type: "media_file";' in text


def test_every_struct_of_a_message_is_generated() -> None:
    text = (ROOT / "studio_widgets/js/src/core/protocol.ts").read_text(encoding="utf-8")
    bodies = {cls for pair in protocol.REQUESTS.values() for cls in pair} | set(protocol.EVENTS.values())
    missing = [
        cls.__name__
        for cls in bodies
        if f"interface {cls.__name__} " not in text and f"type {cls.__name__} " not in text
    ]
    assert missing == []


def test_bodies_are_camel_case_and_leave_the_timelines_defaults_out() -> None:
    clip = Clip(
        id="clip-1",
        name="a",
        track_index=0,
        start_frame=0,
        duration_frames=10,
        trim_start_frame=0,
        trim_end_frame=10,
        source=MediaFileSource(media_file_id="m"),
    )
    upsert = msgspec.to_builtins(protocol.TimelineUpsert(clips=[clip]))
    assert upsert["clips"][0]["source"] == {"type": "media_file", "mediaFileId": "m"}
    assert "transform" not in upsert["clips"][0]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("library.query", {"limit": 100_000}),
        ("library.query", {"search": "x" * 1000}),
        ("library.query", {"page": -1}),
        ("player.scrub", {"frame": -1, "width": 640, "height": 360, "seq": 1}),
        ("player.scrub", {"frame": 0, "width": 10**9, "height": 360, "seq": 1}),
        ("recorder.chunk", {"recordingId": "r", "seq": -1}),
        ("export.start", {"course": "c", "title": "t", "mode": "everything"}),
    ],
)
def test_bodies_out_of_bounds_are_refused(kind: str, body: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, protocol.REQUESTS[kind][0])
