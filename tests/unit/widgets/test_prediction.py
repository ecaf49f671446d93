"""The page shows an edit before the kernel has answered: its guesses must be what the engine does."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.commands import run
from studio_widgets.engine.timeline.model import (
    Clip,
    Counters,
    Marker,
    MediaFileSource,
    Timeline,
    TitleSource,
    Track,
    Transition,
)
from studio_widgets.engine.timeline.serial import to_builtins

ROOT = Path(__file__).parents[3]
JS = ROOT / "studio_widgets" / "js"

SOURCE = {"type": "media_file", "mediaFileId": "m1", "frames": 2000}

EDITS: list[tuple[str, dict[str, Any]]] = [
    ("move", {"clip": "clip-3", "to": 900, "track": "V2"}),
    ("move", {"clip": "clip-1", "to": 2000}),
    ("trim", {"clip": "clip-1", "start": 7}),
    ("trim", {"clip": "clip-2", "end": -5}),
    ("trim", {"clip": "clip-4", "start": -20}),
    ("trim", {"clip": "clip-4", "end": 40}),
    ("split", {"at": 100}),
    ("split", {"at": 300, "track": "V1"}),
    ("remove", {"clips": ["clip-2", "clip-4"]}),
    ("title", {"text": "Hi", "at": 300, "duration": 150, "track": "V2"}),
    ("set_title", {"clip": "clip-4", "text": "Other"}),
    ("transition", {"left": "clip-2", "kind": "crossfade", "duration": 20}),
    ("transition", {"left": "clip-2", "kind": "dip", "duration": 20}),
    ("transition", {"left": "clip-2", "kind": "dip", "duration": 20, "color": "#ffffff"}),
    ("transition", {"left": "clip-2", "kind": "wipe", "duration": 20, "direction": "up"}),
    ("set_transition", {"transition": "transition-1", "kind": "wipe"}),
    ("set_transition", {"transition": "transition-1", "kind": "dip", "duration": 10}),
    ("remove_transition", {"transition": "transition-1"}),
    ("marker", {"at": 90, "name": "Here"}),
    ("move_marker", {"marker": "marker-2", "to": 5}),
    ("set_marker", {"marker": "marker-2", "name": "There"}),
    ("remove_marker", {"marker": "marker-1"}),
    ("set_track", {"track": "V1", "muted": True}),
    ("set_track", {"track": "A1", "locked": True}),
    ("set_track", {"track": "A1", "height": 80}),
    ("marker", {"at": 91, "name": "Look", "chapter": False, "note": "again", "color": "#ffcc00"}),
    ("set_marker", {"marker": "marker-2", "note": "Cut here", "color": "#00ff00", "chapter": False}),
    ("ripple", {"clip": "clip-2", "end": -30}),
    ("ripple", {"clip": "clip-2", "start": 12}),
    ("ripple", {"clip": "clip-3", "end": 100}),
    ("roll", {"clip": "clip-2", "end": 25}),
    ("roll", {"clip": "clip-2", "start": -9}),
    ("slip", {"clip": "clip-2", "by": 40}),
    ("slide", {"clip": "clip-2", "by": 11}),
    ("slide", {"clip": "clip-2", "by": -11}),
    ("extract", {"clips": ["clip-2"]}),
    ("extract", {"clips": ["clip-1", "clip-4"]}),
    ("insert", {"source": SOURCE, "name": "talk.mp4", "track": "V1", "at": 240, "trim": [0, 50]}),
    ("insert", {"source": SOURCE, "name": "talk.mp4", "track": "V1", "at": 300, "trim": [0, 50]}),
    ("overwrite", {"source": SOURCE, "name": "talk.mp4", "track": "V1", "at": 300, "trim": [0, 50]}),
    ("overwrite", {"source": SOURCE, "name": "talk.mp4", "track": "V1", "at": 200, "trim": [0, 400]}),
    ("set_transition", {"transition": "transition-1", "duration": 44}),
    ("stretch", {"clip": "clip-3", "speed": "7/3"}),
    ("stretch", {"clip": "clip-3", "speed": "0.75"}),
    ("stretch", {"clip": "clip-1", "duration": 111}),
    ("stretch", {"clip": "clip-5", "duration": 1234}),
    ("set_audio", {"clip": "clip-5", "fade_in": 20, "gain_db": -6.0}),
]

LINKED_EDITS: list[tuple[str, dict[str, Any]]] = [
    (op, {**args, **alone})
    for op, args in (
        ("move", {"clip": "clip-1", "to": 2000}),
        ("move", {"clip": "clip-6", "to": 2000}),
        ("move", {"clip": "clip-2", "to": 2000, "track": "V2"}),
        ("move", {"clip": "clip-3", "to": 1500, "track": "V2"}),
        ("trim", {"clip": "clip-1", "start": 7}),
        ("trim", {"clip": "clip-2", "end": -5}),
        ("trim", {"clip": "clip-7", "end": -5}),
        ("trim", {"clip": "clip-3", "start": 3, "end": -3}),
        ("split", {"at": 100, "track": "V1"}),
        ("split", {"at": 300, "track": "A1"}),
        ("split", {"at": 495, "track": "V1"}),
        ("split", {"at": 600}),
        ("remove", {"clips": ["clip-1"]}),
        ("remove", {"clips": ["clip-7", "clip-3"]}),
        ("ripple", {"clip": "clip-1", "end": -30}),
        ("ripple", {"clip": "clip-2", "end": 30}),
        ("roll", {"clip": "clip-1", "end": -20}),
        ("slip", {"clip": "clip-3", "by": -15}),
        ("slide", {"clip": "clip-2", "by": -15}),
        ("stretch", {"clip": "clip-3", "duration": 150}),
        ("extract", {"clips": ["clip-1"]}),
        ("extract", {"clips": ["clip-3"]}),
    )
    for alone in ({}, {"alone": True})
]


def a_timeline() -> Timeline:
    """Three clips of one file with a crossfade, a title over them, music under them, two markers."""

    def clip(number: int, track: int, start: int, end: int, first: int = 60, *, kind: str = "video") -> Clip:
        source = MediaFileSource(media_file_id="m1", kind=kind, frames=2000)
        length = end - start
        return Clip(
            id=f"clip-{number}",
            name="talk.mp4",
            track_index=track,
            start_frame=start,
            duration_frames=length,
            trim_start_frame=first,
            trim_end_frame=first + length,
            source=source,
        )

    title = Clip(
        id="clip-4",
        name="Welcome",
        track_index=1,
        start_frame=30,
        duration_frames=120,
        trim_start_frame=0,
        trim_end_frame=120,
        source=TitleSource(text="Welcome"),
    )
    clips = (
        clip(1, 0, 0, 240),
        clip(2, 0, 240, 500),
        clip(3, 0, 500, 800),
        title,
        clip(5, 2, 0, 1000, 0, kind="audio"),
    )
    return Timeline(
        tracks=(Track(id="V1", kind="video"), Track(id="V2", kind="video"), Track(id="A1", kind="audio")),
        clips=clips,
        transitions=(Transition(id="transition-1", left_clip_id="clip-1", right_clip_id="clip-2", duration_frames=30),),
        markers=(Marker(id="marker-1", frame=0, name="Start"), Marker(id="marker-2", frame=500, name="Middle")),
        next_ids=Counters(clip=6, transition=2, marker=3),
    )


def a_linked_timeline() -> Timeline:
    """The clips on V1 with their sounds on A1, one trimmed shorter, and the last one with a title above it."""
    t = edits.remove(a_timeline(), clips=["clip-4", "clip-5"])
    for clip in ("clip-1", "clip-2", "clip-3"):
        t = edits.detach_sound(t, clip=clip, track="A1")
    t = edits.trim(t, clip="clip-7", end=-10, alone=True)
    t = edits.title(edits.add_track(t, kind="video"), text="Welcome", at=550, duration=100, track="V2")
    return edits.link(t, clips=["clip-3", "clip-9"])


CASES = [(a_timeline, EDITS), (a_linked_timeline, LINKED_EDITS)]


def without_ids(value: Any, made: set[str]) -> Any:
    """`value` with every id that is new replaced by `new`: the page cannot know the numbers."""
    if isinstance(value, dict):
        return {key: without_ids(item, made) for key, item in value.items()}
    if isinstance(value, list):
        return [without_ids(item, made) for item in value]
    return "new" if isinstance(value, str) and (value in made or re.fullmatch(r"~\d+\.\d+", value)) else value


def comparable(after: dict[str, Any], made: set[str]) -> dict[str, Any]:
    """The parts that a prediction is about, defaults filled in."""
    parts = {key: after.get(key, []) for key in ("clips", "tracks", "transitions", "markers", "totalFrames")}
    for clip in parts["clips"]:
        clip["source"].pop("style", None)  # the page draws no styles
    for transition in parts["transitions"]:
        transition.setdefault("kind", "crossfade")
    for track in parts["tracks"]:
        for field, usual in (("muted", False), ("solo", False), ("locked", False), ("hidden", False), ("height", 0)):
            track.setdefault(field, usual)
    for marker in parts["markers"]:
        marker.setdefault("chapter", True)
    found: dict[str, Any] = without_ids(parts, made)
    return found


@pytest.fixture(scope="module")
def predictions(tmp_path_factory: pytest.TempPathFactory) -> list[list[dict[str, Any]]]:
    """What the page makes of the edits of each of CASES."""
    if not (JS / "node_modules" / "esbuild").exists():
        pytest.skip("the widgets' npm packages are not installed: `make build` does it")
    bundle = tmp_path_factory.mktemp("predict") / "predict.mjs"
    script = (
        "import { build } from 'esbuild';"
        f"await build({{ entryPoints: ['dev/predict_cli.ts'], outfile: {json.dumps(str(bundle))},"
        " bundle: true, platform: 'node', format: 'esm', logLevel: 'error' })"
    )
    node = [sys.executable, str(ROOT / "scripts" / "node.py"), "node"]
    subprocess.run([*node, "--input-type=module", "-e", script], cwd=JS, check=True)

    def ask(timeline: Timeline, asked: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
        question = json.dumps({"timeline": to_builtins(timeline), "edits": asked})
        run_it = [*node, str(bundle)]
        answer = subprocess.run(run_it, cwd=JS, input=question, capture_output=True, text=True, check=True)
        found: list[dict[str, Any]] = json.loads(answer.stdout)
        return found

    return [ask(make(), asked) for make, asked in CASES]


NUMBERED = [(case, index) for case, (_, asked) in enumerate(CASES) for index in range(len(asked))]


@pytest.mark.parametrize(
    ("case", "index"), NUMBERED, ids=[f"{CASES[case][1][index][0]}-{case}-{index}" for case, index in NUMBERED]
)
def test_the_page_guesses_what_the_engine_does(case: int, index: int, predictions: list[list[dict[str, Any]]]) -> None:
    make, asked = CASES[case]
    change = run(make(), *asked[index])
    expected = comparable(to_builtins(change.after), set(change.created))
    assert comparable(predictions[case][index], set()) == expected


def test_new_clips_are_named_in_the_order_the_engine_names_them(predictions: list[list[dict[str, Any]]]) -> None:
    for (make, asked), guesses in zip(CASES, predictions, strict=True):
        for (op, args), guess in zip(asked, guesses, strict=True):
            if op == "split":
                change = run(make(), op, args)
                guessed = {clip["id"]: clip for clip in guess["clips"]}
                by_engine = [change.after.clip_by_id[name].track_index for name in change.created]
                assert by_engine == [guessed[name]["trackIndex"] for name in guess["created"]]
