"""Export: plan, render what the cache does not have, join, put the file in place.

The file appears under its name only when it is whole: a failed or cancelled export leaves what was there before.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from concurrent.futures import CancelledError as FutureCancelled
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import msgspec

from studio_widgets.engine.errors import CancelledError, RenderError
from studio_widgets.engine.media.encoder import AAC_FRAME, SAMPLE_RATE
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.media.pieces import Packets
from studio_widgets.engine.render import copying, finished, verify
from studio_widgets.engine.render.cache import SegmentCache
from studio_widgets.engine.render.copying import CopyError, CopySpec
from studio_widgets.engine.render.formats import export_whole, kind_of
from studio_widgets.engine.render.join import join
from studio_widgets.engine.render.layers import sample_at
from studio_widgets.engine.render.mixer import timeline_pieces
from studio_widgets.engine.render.output import place_file
from studio_widgets.engine.render.plan import (
    RenderPlan,
    RenderSettings,
    SegmentSpec,
    check_settings,
    plan,
    settings_for,
    video_settings,
)
from studio_widgets.engine.render.pool import RenderPool
from studio_widgets.engine.render.segment import Work, render
from studio_widgets.engine.render.sound_plan import AudioSpec, LoudnessSpec, loudness_spec
from studio_widgets.engine.timeline.chapters import ChapterPoint, chapters_of
from studio_widgets.engine.timeline.model import Timeline

Progress = Callable[[str, int, int], None]
Spec = SegmentSpec | AudioSpec
log = logging.getLogger(__name__)

_POLL = 0.1  # seconds between looks at the cancel event


class Render(msgspec.Struct, frozen=True, kw_only=True):
    """What an export made.

    `path`, `frames`, `sha256` of the file (of a sound, the frames it lasts; of a sequence, all its pictures in order);
    `seconds` it took. Only an MP4 is made of pieces. Of its `segments` (pieces of picture), `encoded` were made now,
    `cached` came from the cache, `copied` from a mezzanine or are further uses of one of these; the same in frames:
    `frames_encoded`, `frames_cached`, `frames_copied`. `sound_encoded` of `sound_chunks` pieces of sound were made now.
    """

    path: Path
    frames: int
    sha256: str
    segments: int
    cached: int
    encoded: int
    copied: int
    seconds: float
    frames_encoded: int = 0
    frames_cached: int = 0
    frames_copied: int = 0
    sound_chunks: int = 0
    sound_encoded: int = 0


def export(
    timeline: Timeline,
    files: Mapping[str, SourceFile],
    out: str | os.PathLike[str],
    *,
    settings: RenderSettings | None = None,
    at: int = 0,
    cache: SegmentCache,
    executor: Executor | None = None,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Render:
    """Render a timeline to a file, by its suffix: to MP4 (H.264 and AAC, index in front), WebM (VP9 and Opus), sound
    alone (.m4a, .mp3, .wav, .flac, .opus, .ogg), a looping .gif, or a picture (.png, .jpg) of frame `at`.

    A film has exactly `timeline.total_frames` frames, chapters from markers, and sound (silence where there is none)
    that ends with the frames; a timeline of sound alone gets a black picture. Sound alone lasts as long. "%05d.png"
    makes a picture of every frame, under its number. A GIF has at most 15 frames a second, 480 pixels of height at most
    unless `settings` ask for more, and lasts 60 s at most. Nothing has foreign metadata. The same timeline gives the
    same bytes, whatever the executor, from the same mezzanines: an MP4 copies what they have of it. An MP4 that is what
    this export gave before is left alone.

    Parameters
    ----------
    files: a SourceFile for `source_key(source)` of each clip.
    out: a path; missing folders are made, an existing file is replaced when the new one is whole.
    executor: any concurrent.futures.Executor, for the pieces of an MP4; None: two spawned processes of our own. All
        else is made in one spawned process.
    progress: called in this thread with (label, done, total), in frames of work.
    cancel: set it from another thread: CancelledError within a second, `out` untouched.

    Raises RenderError (empty timeline, bad settings, a source that fails: clip, source and frame are named),
    MissingMediaError, CancelledError.
    """
    began = time.monotonic()
    kind = kind_of(Path(out).name, at)
    target = _target(out, files)
    if kind == "mp4":
        made = _film(timeline, files, target, settings or settings_for(timeline), cache, executor, progress, cancel)
        return msgspec.structs.replace(made, seconds=time.monotonic() - began)
    frames, sha256 = export_whole(timeline, files, target, settings=settings, at=at, progress=progress, cancel=cancel)
    took = time.monotonic() - began
    return Render(path=target, frames=frames, sha256=sha256, segments=0, cached=0, encoded=0, copied=0, seconds=took)


def _film(
    timeline: Timeline,
    files: Mapping[str, SourceFile],
    target: Path,
    settings: RenderSettings,
    cache: SegmentCache,
    executor: Executor | None,
    progress: Progress | None,
    cancel: threading.Event | None,
) -> Render:
    """The MP4, from pieces. What was copied and does not fit is encoded in a second attempt."""
    chapters = chapters_of(timeline)
    told, stop = progress or (lambda label, done, total: None), cancel or threading.Event()
    level = None
    if settings.loudness is not None:
        check_settings(timeline, settings)
        told("Measuring", 0, timeline.total_frames)
        samples = sample_at(timeline.total_frames, settings.fps)
        spec = loudness_spec(timeline_pieces(timeline, files), samples, settings.loudness)
        level = msgspec.json.decode(_found(spec, cache, executor, stop), type=float)
    for copy in (True, False):
        plan_ = plan(timeline, files, settings, copy=copy, level=level)
        unchanged = finished.digest(cache, plan_, chapters, target)
        if unchanged is not None:
            return _told(plan_, set(), target, unchanged)
        with _Work(plan_, cache, told, stop) as work, cache.hold(work.specs):
            made = work.render_missing(executor)
            try:
                digest = _write(plan_, work, chapters, target)
            except CopyError as error:
                if not copy:
                    raise
                log.warning("%s: it is encoded instead", error)
                continue
        finished.note(cache, plan_, chapters, digest)
        return _told(plan_, made, target, digest)
    raise AssertionError("the last attempt returns or raises")


def _found(spec: LoudnessSpec, cache: SegmentCache, executor: Executor | None, stop: threading.Event) -> bytes:
    """What the loudness spec gives, from the cache or from a worker."""
    block = cache.get(spec.key)
    if block is None:
        with _workers(executor) as submit:
            future = submit(spec)
            while not wait([future], timeout=_POLL).done:
                if stop.is_set():
                    future.cancel()
                    raise CancelledError("rendering was cancelled")
            block = _result(future)
        cache.put(spec.key, block)
    return block


@contextmanager
def _workers(executor: Executor | None) -> Iterator[Callable[[Work], Future[bytes]]]:
    """How work is handed out: to the executor, or to processes of our own, which end with the block."""
    if executor is not None:
        yield lambda spec: executor.submit(render, spec)
    else:
        with RenderPool() as pool:
            yield pool.submit


def _told(plan_: RenderPlan, made: set[str], path: Path, digest: str) -> Render:
    """What was made, in pieces and in frames; the seconds are the caller's."""
    frames = {segment.spec.key: segment.spec.frames for segment in plan_.segments}
    rendered = {segment.spec.key for segment in plan_.segments if isinstance(segment.spec, SegmentSpec)}
    audio = Counter(chunk.key for chunk in plan_.audio)
    encoded, cached = rendered & made, rendered - made
    frames_encoded, frames_cached = (sum(frames[key] for key in keys) for keys in (encoded, cached))
    return Render(
        path=path,
        frames=plan_.total_frames,
        sha256=digest,
        segments=len(plan_.segments),
        cached=len(cached),
        encoded=len(encoded),
        copied=len(plan_.segments) - len(rendered),
        seconds=0.0,
        frames_encoded=frames_encoded,
        frames_cached=frames_cached,
        frames_copied=plan_.total_frames - frames_encoded - frames_cached,
        sound_chunks=audio.total(),
        sound_encoded=len(made & audio.keys()),
    )


class _Work:
    """The distinct pieces of a plan, and how they are come by."""

    def __init__(self, plan_: RenderPlan, cache: SegmentCache, progress: Progress, cancel: threading.Event) -> None:
        self.specs: dict[str, Spec] = {}
        self._copies: dict[str, CopySpec] = {}
        for segment in plan_.segments:
            if isinstance(segment.spec, CopySpec):
                self._copies[segment.spec.key] = segment.spec
            else:  # the first use of a piece names its place in errors
                self.specs.setdefault(segment.spec.key, segment.spec)
        for chunk in plan_.audio:
            self.specs.setdefault(chunk.key, chunk)
        self._encoding = video_settings(plan_.settings)
        self.cache = cache
        self._progress = progress
        self._cancel = cancel
        self._effort = {key: _effort(spec, plan_) for key, spec in self.specs.items()}
        self._total = sum(self._effort.values())
        self._done = 0
        self._last: tuple[str, Packets] | None = None
        self._opened = copying.Opened()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.__exit__()

    def render_missing(self, executor: Executor | None) -> set[str]:
        """Make the pieces that the cache does not have; returns their keys."""
        missing = [spec for key, spec in self.specs.items() if not self._have(key)]
        if not missing:
            return set()
        with _workers(executor) as submit:
            self._collect({submit(spec): spec for spec in missing})
        return {spec.key for spec in missing}

    def fetch(self, key: str) -> Packets:
        """A piece. One that vanished from the cache in the meantime is made again here."""
        self._check()
        if self._last is not None and self._last[0] == key:
            return self._last[1]
        copied = self._copies.get(key)
        piece = self._made(key) if copied is None else copying.copy(copied, self._encoding, self._opened)
        self._last = (key, piece)
        return piece

    def _made(self, key: str) -> Packets:
        block = self.cache.get(key)
        return Packets.decode(render(self.specs[key], self._cancel.is_set) if block is None else block)

    def report(self, label: str) -> None:
        """Tell how far it is."""
        self._check()
        self._progress(label, self._done, self._total)

    def _have(self, key: str) -> bool:
        self._check()
        if self.cache.get(key) is None:
            return False
        self._done += self._effort[key]
        return True

    def _collect(self, futures: dict[Future[bytes], Spec]) -> None:
        self.report("Rendering")
        waiting = set(futures)
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=_POLL, return_when=FIRST_COMPLETED)
                self._check()
                for future in done:
                    spec = futures.pop(future)
                    self.cache.put(spec.key, _result(future))
                    self._done += self._effort[spec.key]
                    self.report("Rendering")
        finally:
            for future in futures:
                future.cancel()

    def _check(self) -> None:
        if self._cancel.is_set():
            raise CancelledError("rendering was cancelled")


def _result(future: Future[bytes]) -> bytes:
    try:
        return future.result()
    except (BrokenExecutor, FutureCancelled) as error:
        raise RenderError(
            "a render worker ended unexpectedly", hint="Render again; what is done already is kept"
        ) from error


def _effort(spec: Spec, plan_: RenderPlan) -> int:
    """Work in video frames; sound is encoded some fifty times as fast as it plays."""
    if isinstance(spec, SegmentSpec):
        return spec.frames
    return max(1, int(spec.packets * AAC_FRAME * plan_.settings.fps / SAMPLE_RATE) // 20)


def _target(out: str | os.PathLike[str], files: Mapping[str, SourceFile]) -> Path:
    path = Path(out).expanduser().absolute()
    if path.is_dir():
        raise RenderError("there is a folder of this name", where=str(path), hint="Choose another file name")
    if path.exists() and any(Path(file.path).exists() and path.samefile(file.path) for file in files.values()):
        raise RenderError("the timeline plays this very file", where=str(path), hint="Render to another file name")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RenderError(
            f"the folder cannot be made ({(error.strerror or str(error)).lower()})",
            where=str(path.parent),
            hint="Choose another folder",
        ) from error
    return path


def _write(plan_: RenderPlan, work: _Work, chapters: Sequence[ChapterPoint], target: Path) -> str:
    """Join into a file beside the target and put it in place; returns its sha256."""

    def write(file: Path) -> None:
        join(plan_, work.fetch, chapters, file)
        work.report("Checking")
        verify.check(file, plan_, work.cache)

    work.report("Joining")
    digest = place_file(target, write, lambda: work.report("Joining"))
    work.report("Done")
    return digest
