"""Editing 10,000 clips on 20 tracks, beside the plain way (undo by whole states) and OpenTimelineIO where installed.

CPU milliseconds, medians; ratios say how many times faster we are.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec

from studio_widgets.engine.timeline import commands, lanes
from studio_widgets.engine.timeline.history import History
from studio_widgets.engine.timeline.journal import Entry
from studio_widgets.engine.timeline.model import Clip, Counters, MediaFileSource, Timeline, Track
from studio_widgets.engine.timeline.serial import from_json, to_json

TRACKS, PER_TRACK, LENGTH, EDITS = 20, 500, 100, 1000


def big_timeline() -> Timeline:
    tracks = tuple(
        [Track(id=f"V{n}", kind="video") for n in range(1, TRACKS // 2 + 1)]
        + [Track(id=f"A{n}", kind="audio") for n in range(1, TRACKS // 2 + 1)]
    )
    sources = {
        "video": MediaFileSource(media_file_id="talk", frames=1000),
        "audio": MediaFileSource(media_file_id="voice", kind="audio", frames=1000),
    }
    clips = [
        Clip(
            id=f"clip-{index * PER_TRACK + number + 1}",
            name="talk.mp4",
            track_index=index,
            start_frame=number * LENGTH,
            duration_frames=LENGTH,
            trim_start_frame=LENGTH,
            trim_end_frame=2 * LENGTH,
            source=sources[track.kind],
        )
        for index, track in enumerate(tracks)
        for number in range(PER_TRACK)
    ]
    return lanes.swap(Timeline(tracks=tracks), new=clips, next_ids=Counters(clip=len(clips) + 1))


def linked(t: Timeline) -> Timeline:
    """The same with every picture linked with the sound below it, as after detaching all of them."""
    half = len(t.clips) // 2
    clips = [msgspec.structs.replace(clip, link=f"link-{number % half + 1}") for number, clip in enumerate(t.clips)]
    return lanes.swap(Timeline(tracks=t.tracks), new=clips, next_ids=Counters(clip=len(clips) + 1, link=half + 1))


def milliseconds(work: Callable[[], object], times: int = 15) -> float:
    """Median CPU milliseconds of `work`."""
    taken = []
    for _ in range(times):
        began = time.process_time()
        work()
        taken.append((time.process_time() - began) * 1000)
    return statistics.median(taken)


def report(what: str, mine: float, theirs: float | None = None, whose: str = "") -> None:
    ratio = "" if theirs is None else f"   {whose} {theirs:9.2f} ms   ratio {theirs / mine:7.1f}"
    print(f"  {what:<34} {mine:9.2f} ms{ratio}")


def split_args(number: int) -> dict[str, Any]:
    """The middle of clip `number` of all, once for each."""
    track, place = number % (TRACKS // 2), number // (TRACKS // 2) * 7 % PER_TRACK
    return {"at": place * LENGTH + LENGTH // 2, "track": f"V{track + 1}"}


def edit_and_undo(t: Timeline) -> tuple[float, float]:
    """CPU milliseconds of a thousand journaled splits, and of taking them all back."""
    history, now = History(), t
    began = time.process_time()
    for rev in range(1, EDITS + 1):
        change = commands.run(now, "split", split_args(rev))
        entry = Entry(
            rev=rev, op=change.op, args=change.args, forward=change.forward, backward=change.backward, echo=""
        )
        history.push(entry)
        now = change.after
    edited = time.process_time()
    while history.undo_label:
        now, entry = history.undo(now, rev=0)
        history.push(entry)
    undone = time.process_time()
    assert now == t
    return (edited - began) * 1000, (undone - edited) * 1000


def plain_split(state: dict[str, Any], number: int, past: list[str]) -> None:
    """A split as editors with whole-state undo do it: remember everything, then change one clip."""
    past.append(json.dumps(state))
    args = split_args(number)
    track = next(index for index, item in enumerate(state["tracks"]) if item["id"] == args["track"])
    for clip in state["clips"]:
        left = args["at"] - clip["startFrame"]
        if clip["trackIndex"] == track and 0 < left < clip["durationFrames"]:
            cut = clip["trimStartFrame"] + left
            right = dict(clip, id="new", startFrame=args["at"], durationFrames=clip["durationFrames"] - left)
            right["trimStartFrame"] = cut
            clip.update(durationFrames=left, trimEndFrame=cut)
            state["clips"].append(right)
            return


def otio_figures(t: Timeline) -> dict[str, float]:
    """Reading, writing and one split with OpenTimelineIO, on the same clips."""
    otio: Any = import_module("opentimelineio")

    def span(start: int, length: int) -> Any:
        return otio.opentime.TimeRange(otio.opentime.RationalTime(start, 30), otio.opentime.RationalTime(length, 30))

    timeline = otio.schema.Timeline(name="big")
    for index in range(len(t.tracks)):
        first, end = t.track_range(index)
        children = [otio.schema.Clip(clip.id, source_range=span(LENGTH, LENGTH)) for clip in t.clips[first:end]]
        timeline.tracks.append(otio.schema.Track(name=t.tracks[index].id, children=children))
    track = timeline.tracks[4]

    def split() -> None:
        clip = track.child_at_time(otio.opentime.RationalTime(25_050, 30))
        index = track.index(clip)
        right = clip.deepcopy()
        right.source_range = span(LENGTH + LENGTH // 2, LENGTH // 2)
        clip.source_range = span(LENGTH, LENGTH // 2)
        track.insert(index + 1, right)

    text = timeline.to_json_string()
    return {
        "split": milliseconds(split, 1),
        "write": milliseconds(timeline.to_json_string, 3),
        "read": milliseconds(lambda: otio.adapters.read_from_string(text, "otio_json"), 3),
    }


def main() -> None:
    t = big_timeline()
    text = to_json(t)
    print(f"{len(t.clips):,} clips on {len(t.tracks)} tracks, {len(text) / 1e6:.1f} MB of JSON")
    split = milliseconds(lambda: commands.run(t, "split", {"at": 25_050, "track": "V5"}))
    write, read = milliseconds(lambda: to_json(t), 5), milliseconds(lambda: from_json(text), 5)
    edited, undone = edit_and_undo(t)

    state: dict[str, Any] = json.loads(text)
    past: list[str] = []
    plain = milliseconds(lambda: plain_split(state, len(past), past), 7)
    back = milliseconds(lambda: json.loads(past[-1]), 7)
    report("one split, checked, with its delta", split, plain, "whole states")
    report(f"{EDITS} splits, journaled", edited, plain * EDITS, "whole states")
    report(f"{EDITS} undone", undone, back * EDITS, "whole states")
    report("split all 20 tracks", milliseconds(lambda: commands.run(t, "split", {"at": 25_050})))
    pairs = linked(t)
    report(
        "one split, its linked sound with it",
        milliseconds(lambda: commands.run(pairs, "split", {"at": 25_050, "track": "V5"})),
    )
    push = {"source": t.clips[0].source, "name": "new", "track": "V5", "at": 0, "trim": [0, 10]}
    report("insert before 500 clips", milliseconds(lambda: commands.run(t, "insert", push), 5))
    report("insert before 500 linked pairs", milliseconds(lambda: commands.run(pairs, "insert", push), 5))
    if find_spec("opentimelineio"):
        theirs = otio_figures(t)
        report("one split", split, theirs["split"], "OpenTimelineIO")
        report("write JSON", write, theirs["write"], "OpenTimelineIO")
        report("read JSON, every invariant checked", read, theirs["read"], "OpenTimelineIO")
    else:
        print("  OpenTimelineIO: not installed, left out")
        report("write JSON", write)
        report("read JSON, every invariant checked", read)


if __name__ == "__main__":
    main()
