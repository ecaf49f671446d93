"""Timelines of all kinds: made by edits that a random user does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import strategies as st

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.interchange.places import Place
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.model import Clip, Timeline, source_frames, source_key
from tests.unit.timeline.machine import SHELF

SHARED = Path(__file__).parents[4] / "shared" / "media" / "timelines"  # of other programs; not on every machine
RATES = ["24", "25", "30", "60", "24000/1001", "30000/1001", "12", "50"]

PLACES = {
    source_key(source): Place(name=name, url=f"file:///media/{name}", sha256="") for name, source in SHELF.items()
}

small = st.integers(0, 40)
texts = st.sampled_from(["Hello", "Käse \U0001f9c0", "two\nlines", '<b>&"quoted"\'</b>', "]]>", "-->", "x" * 300])


@st.composite
def _step(draw: st.DrawFn) -> Callable[[Timeline], Timeline]:
    """An edit, drawn; it may be refused."""
    kind = draw(
        st.sampled_from(
            [
                "add",
                "add",
                "add",
                "add",
                "title",
                "transition",
                "transition",
                "marker",
                "caption",
                "audio",
                "transform",
                "track",
                "link",
                "insert",
                "trim",
                "stretch",
                "freeze",
                "move",
                "crop",
                "fades",
                "keyframe",
            ]
        )
    )
    name, pick = draw(st.sampled_from(sorted(SHELF))), draw(st.integers(0, 20))
    at, length, text = draw(small), draw(st.integers(1, 20)), draw(texts)
    track = draw(st.sampled_from([None, None, "V1", "V2", "A1", "A2", "A3"]))
    number, yes = draw(st.sampled_from([0.0, 0.25, 0.5, -0.125])), draw(st.booleans())

    def step(t: Timeline) -> Timeline:
        clip = t.clips[pick % len(t.clips)].id if t.clips else "clip-1"
        deeds: dict[str, Callable[[], Timeline]] = {
            "add": lambda: edits.add(
                t, source=SHELF[name], name=name, track=track, at=None if yes else at, trim=(2, 2 + min(length, 9))
            ),
            "insert": lambda: edits.insert(t, source=SHELF[name], name=name, track=track or "V1", at=at, trim=(1, 8)),
            "title": lambda: edits.title(t, text=text, at=at, duration=length, track="V2" if yes else None),
            "transition": lambda: edits.transition(
                t, left=clip, kind=("crossfade", "dip", "wipe")[length % 3], duration=max(2, length // 2)
            ),
            "marker": lambda: edits.marker(
                t,
                at=at,
                name=text.split("\n")[0],
                chapter=yes,
                note=text if yes else "",
                color="#ff0000" if yes else None,
            ),
            "caption": lambda: edits.caption(t, at=at, duration=length, text=text),
            "audio": lambda: edits.set_audio(
                t, clip=clip, gain_db=number * 8, muted=yes, fade_in=length // 4, fade_out=1
            ),
            "transform": lambda: edits.set_transform(t, clip=clip, scale=1 + number, x=number, y=-number, opacity=0.5),
            "track": lambda: edits.set_track(
                t, track=track or "V1", name=text[:20].split("\n")[0], solo=yes, hidden=None
            ),
            "link": lambda: edits.link(t, clips=[one.id for one in t.clips[:2]]),
            "stretch": lambda: edits.stretch(t, clip=clip, speed=("2", "1/2", "7/3")[length % 3], ripple=yes),
            "freeze": lambda: edits.freeze(t, at=at, duration=length),
            "trim": lambda: edits.trim(t, clip=clip, start=1, end=0),
            "move": lambda: edits.move(t, clip=clip, to=at, track=None),
            "crop": lambda: edits.set_transform(edits.set_crop(t, clip=clip, left=number), clip=clip, rotation=at),
            "fades": lambda: edits.set_fades(t, clip=clip, fade_in=length // 4, fade_out=1),
            "keyframe": lambda: edits.set_keyframe(
                t,
                clip=clip,
                property="gain_db" if yes else "opacity",
                at=length // 2,
                value=abs(number),
                ease="smooth" if yes else "hold",
            ),
        }
        return deeds[kind]()

    return step


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """A timeline after some edits, at any rate."""
    t = msgspec.structs.replace(Timeline(), rate=draw(st.sampled_from(RATES)))
    for step in draw(st.lists(_step(), max_size=14)):
        try:
            t = step(t)
        except EditError:
            continue
    return t


def without_ids(t: Timeline) -> list[Any]:
    """All that people see of a timeline, for formats that count ids anew; tracks by their order, without empty ones."""

    def row(value: Any, *left_out: str) -> tuple[Any, ...]:
        if isinstance(value, Clip) and source_frames(value.source) is None:  # a still looks the same from any frame on
            value = msgspec.structs.replace(value, trim_start_frame=0, trim_end_frame=value.duration_frames)
        return tuple(one for name, one in msgspec.structs.asdict(value).items() if name not in left_out)

    ordered = sorted(range(len(t.tracks)), key=lambda index: (t.tracks[index].kind, t.tracks[index].number))
    clips = [(t.tracks[index], t.clips[slice(*t.track_range(index))]) for index in ordered]
    used = [(track, on_it) for track, on_it in clips if on_it]
    ends = {one.id: (number, one.end_frame) for number, (_, on_it) in enumerate(used) for one in on_it}
    return [
        [(row(track, "id"), [row(one, "id", "track_index") for one in on_it]) for track, on_it in used],
        sorted((ends[one.left_clip_id], one.duration_frames, one.kind) for one in t.transitions),
        sorted(repr(row(one, "id")) for one in t.markers),
        sorted(repr(row(one, "id")) for one in t.captions),
    ]


def known(source: Any) -> Any:
    """The source of the shelf that a reference names."""
    return SHELF.get(source.name)
