"""Timelines for render tests, put together from files."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.media.probe import probe
from studio_widgets.engine.timeline.model import (
    Clip,
    Marker,
    MediaFileSource,
    Source,
    Timeline,
    TitleSource,
    TitleStyle,
    Track,
    Transition,
)

TRACKS = ("V1", "V2", "A1", "A2")


class Scene:
    """Collects clips, transitions and markers; `timeline()` gives the value, `files` the sources."""

    def __init__(self, rate: str = "30", size: tuple[int, int] = (160, 90)) -> None:
        self.rate, self.size = rate, size
        self.files: dict[str, SourceFile] = {}
        self.clips: list[Clip] = []
        self.transitions: list[Transition] = []
        self.markers: list[Marker] = []
        self.tracks = {name: Track(id=name, kind="video" if name[0] == "V" else "audio") for name in TRACKS}

    def source(self, path: Path) -> Source:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        info = probe(path)
        self.files[f"media:{path.name}"] = SourceFile(path=str(path), sha256=digest, info=info)
        return MediaFileSource(media_file_id=path.name, kind=info.kind, has_audio=info.has_audio)

    def add(self, what: Path | Source, at: int, frames: int, trim: int = 0, track: str = "V1", **values: Any) -> str:
        source = self.source(what) if isinstance(what, Path) else what
        name = what.name if isinstance(what, Path) else "title"
        clip = Clip(
            id=f"clip-{len(self.clips) + 1}",
            name=name,
            track_index=TRACKS.index(track),
            start_frame=at,
            duration_frames=frames,
            trim_start_frame=trim,
            trim_end_frame=trim + frames,
            source=source,
            **values,
        )
        self.clips.append(clip)
        return clip.id

    def title(
        self, text: str, at: int, frames: int, track: str = "V2", style: TitleStyle | None = None, **values: Any
    ) -> str:
        return self.add(TitleSource(text=text, style=style or TitleStyle()), at, frames, track=track, **values)

    def crossfade(self, left: str, right: str, frames: int, **values: Any) -> None:
        number = len(self.transitions) + 1
        names = {"id": f"transition-{number}", "left_clip_id": left, "right_clip_id": right}
        self.transitions.append(Transition(**names, duration_frames=frames, **values))

    def mark(self, frame: int, name: str, chapter: bool = True) -> None:
        self.markers.append(Marker(id=f"marker-{len(self.markers) + 1}", frame=frame, name=name, chapter=chapter))

    def timeline(self) -> Timeline:
        return Timeline(
            rate=self.rate,
            width=self.size[0],
            height=self.size[1],
            tracks=tuple(self.tracks[name] for name in TRACKS),
            clips=tuple(sorted(self.clips, key=lambda clip: (clip.track_index, clip.start_frame))),
            transitions=tuple(self.transitions),
            markers=tuple(sorted(self.markers, key=lambda marker: (marker.frame, marker.id))),
        )


def sound_of(path: Path) -> np.ndarray:
    """The decoded sound of a file as float32 (2, n), as a player would present it."""
    with av.open(str(path)) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(blocks, axis=1)


def lengths(path: Path) -> tuple[int, Fraction, Fraction]:
    """Decoded frames, and where picture and sound end (seconds, as declared)."""
    with av.open(str(path)) as container:
        count = sum(1 for _ in container.decode(video=0))
        video, audio = container.streams.video[0], container.streams.audio[0]
        ends = [(stream.start_time + stream.duration) * stream.time_base for stream in (video, audio)]
    return count, ends[0], ends[1]
