"""A project as users hold it: its timeline, and what is made of it. A few lines over engine objects."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm.auto import tqdm

from studio_widgets.engine.courses.rendering import render_timeline
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.interchange.times import exact_rate
from studio_widgets.engine.library.handle import ClipHandle, Lines, TimelineHandle
from studio_widgets.engine.library.imports import Wanted, import_media
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.media_file import MediaFile
from studio_widgets.engine.library.projects import ProjectSession
from studio_widgets.engine.library.timeline_files import export_timeline, import_timeline
from studio_widgets.engine.library.versions import difference, versions
from studio_widgets.engine.timeline.timecode import Time, timecode, to_frame

if TYPE_CHECKING:
    import pandas as pd

    from studio_widgets.engine.render.export import Render


class Project:
    """A timeline with its history, autosaved. Cells and widgets of one project see the same."""

    def __init__(self, library: Library, session: ProjectSession) -> None:
        self.session = session
        self.timeline = TimelineHandle(session)
        self._library = library

    @property
    def title(self) -> str:
        """The title, which is also how it is opened."""
        return self.session.title

    @property
    def id(self) -> str:
        """The id, the same for the same title."""
        return self.session.id

    def import_media(self, ids: Wanted, track: str | None = None, at: Time | None = None) -> list[ClipHandle]:
        """Put media files and takes on the timeline, one after the other, as one undo step; returns their clips.

        `ids`: names, ids, MediaFiles, or rows of `library.files()`. `track`: None takes for each the lowest unlocked
        one with room, and makes one where none has. `at`: None is the end of the timeline. Raises MissingMediaError and
        EditError; then nothing was added.
        """
        return [self.timeline[clip] for clip in import_media(self.session, ids, track=track, at=at).created]

    def render(
        self,
        path: str | os.PathLike[str],
        progress: bool = True,
        executor: Executor | None = None,
        preset: str | None = None,
        at: Time = 0,
        loudness: float | None = None,
    ) -> Render:
        """Render to `path`, by its suffix: film (.mp4, .webm), sound alone (.m4a, .mp3, .wav, .flac, .opus, .ogg), a
        looping .gif of up to a minute, or pictures (.png, .jpg): the one at `at`, or all under names like "%05d.png".

        Two renders of the same timeline are the same bytes. `progress` shows a bar. `executor` runs the segments of an
        MP4 (any `concurrent.futures.Executor`; by default two processes). `preset` names the size and quality (None:
        those of the timeline). `loudness`, in LUFS, is met by one gain and a limiter (None: the sound as mixed; the
        presets "lecture 1080p" and "lecture 720p" have -16). Raises RenderError, MissingMediaError.
        """
        timeline = self.session.timeline
        with bar("Rendering", progress) as report:
            return render_timeline(
                self._library,
                timeline,
                Path(path).expanduser().absolute(),
                title=self.title,
                preset=preset,
                loudness=loudness,
                at=to_frame(at, timeline.fps),
                executor=executor,
                progress=report,
            )

    def save_frame(self, at: Time = 0, name: str | None = None) -> MediaFile:
        """The picture of a frame, at the timeline's size, as a PNG in the library; the same picture is the same file.

        `name`: "Lesson 1 00-00-04-12.png" when none is given. Raises RenderError, MissingMediaError.
        """
        timeline = self.session.timeline
        frame = to_frame(at, timeline.fps)
        named = name or f"{self.title} {timecode(frame, timeline.fps)}.png".replace(":", "-").replace("/", "-")
        with tempfile.TemporaryDirectory(prefix="studio-frame-") as folder:
            picture = Path(folder) / "frame.png"
            render_timeline(self._library, timeline, picture, title=self.title, at=frame)
            details = {"project_id": self.id, "frame": frame}
            return self._library.ingest(picture, name=named, source_type="studio_export", metadata=details)

    def export_timeline(self, path: str | os.PathLike[str], *, media: str | os.PathLike[str] | None = None) -> Report:
        """Write the timeline for another editor: `.otio`, `.otioz` (with its media), `.fcpxml` or `.edl`.

        The file names media where the library keeps them; with `media`, a folder, they are copied there first, under
        their own names. What the format cannot carry is returned, and told in a warning. Raises InterchangeError.
        """
        report = export_timeline(self.session, _absolute(path), media=_absolute(media) if media is not None else None)
        report.warn(os.fspath(path))
        return report

    def import_timeline(
        self,
        path: str | os.PathLike[str],
        *,
        rate: str | int | None = None,
        media: str | os.PathLike[str] | None = None,
    ) -> Report:
        """Put the timeline of another editor's file in place of this one: one edit, which `timeline.undo()` takes back.

        rate: frames a second of an EDL, which does not say them (None: this project's). media: a folder to look in for
        files that the library does not have; those are added. What was lost is returned, and told in a warning. Raises
        InterchangeError for a file that cannot be read; then nothing was changed.
        """
        report = import_timeline(
            self.session,
            _absolute(path),
            rate=exact_rate(Fraction(rate), "rate") if rate is not None else None,
            media=_absolute(media) if media is not None else None,
        )
        report.warn(os.fspath(path))
        return report

    def versions(self) -> pd.DataFrame:
        """Every version of the project, newest first: version (a number), when, label (what was done), edits."""
        return versions(self.session)

    def diff(self, a: int, b: int | None = None) -> Lines:
        """What changed from version `a` to `b` (None: now), a line each: "clip-7 (talk.mp4) moved from V1 at …"."""
        return Lines(difference(self.session, a, b))

    def restore(self, version: int) -> None:
        """Make the timeline what it was at a version: an edit like any other, which `timeline.undo()` takes back."""
        self.session.restore(version)

    def __repr__(self) -> str:
        timeline = self.session.timeline
        count = len(timeline.clips)
        return f"Project({self.title!r}, {count} clip{'' if count == 1 else 's'}, {timeline.total_frames} frames)"


def _absolute(path: str | os.PathLike[str]) -> Path:
    return Path(path).expanduser().absolute()


@contextlib.contextmanager
def bar(label: str, shown: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar that follows reports of `label, done, total`, from any thread."""
    lock = threading.Lock()
    with tqdm(desc=label, total=0, disable=not shown, leave=False) as bar:

        def report(step: str, done: int, total: int) -> None:
            with lock:
                bar.total = total
                bar.set_description_str(step, refresh=False)
                bar.n = done
                bar.refresh()

        yield report
