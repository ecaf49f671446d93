"""What an export can be, by the suffix of its name, and how all that is no MP4 is made.

An MP4 is joined from pieces that a cache keeps (`export.py`). The others are made in one go, in one process of their
own: they are rendered once, not after every edit, and none of their codecs is as sure to be joined.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from studio_widgets.engine.errors import CancelledError, RenderError
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.render import gif
from studio_widgets.engine.render.one_process import make
from studio_widgets.engine.render.order import Kind, Order, order_for
from studio_widgets.engine.render.output import place_file, place_files
from studio_widgets.engine.render.pictures_out import NUMBER, check_numbered, numbered
from studio_widgets.engine.render.plan import RenderSettings, settings_for
from studio_widgets.engine.render.sound_file import SOUNDS
from studio_widgets.engine.timeline.model import Timeline

SUFFIXES: dict[str, Kind] = {
    ".mp4": "mp4",
    ".webm": "webm",
    ".gif": "gif",
    ".png": "picture",
    ".jpg": "picture",
    ".jpeg": "picture",
    **dict.fromkeys(SOUNDS, "sound"),
}

Progress = Callable[[str, int, int], None]


def kind_of(name: str, at: int = 0) -> Kind:
    """What a file of this name is to be: a number in a picture's name, as in "%05d.png", makes it a sequence.

    `at`, a frame, is for a single picture. Raises RenderError for a suffix that is none of `SUFFIXES`, a name with two
    numbers, and for a frame of what is no picture.
    """
    kind = SUFFIXES.get(Path(name).suffix.lower())
    if kind is None:
        raise RenderError(
            f'"{name}" is not the name of anything we can make',
            hint=f"Give it a name that ends in one of {', '.join(SUFFIXES)}",
        )
    numbers = len(NUMBER.findall(name))
    if kind == "picture" and numbers > 1:
        raise RenderError(f'"{name}" has {numbers} numbers', hint='Number pictures as in "%05d.png"')
    if kind == "picture" and numbers:
        kind = "pictures"
    if at and kind != "picture":
        raise RenderError(
            f'"{name}" is not the name of one picture, which alone can show frame {at}',
            hint="Leave `at` out, or choose a name that ends in .png or .jpg",
        )
    return kind


def export_whole(
    timeline: Timeline,
    files: Mapping[str, SourceFile],
    target: Path,
    *,
    settings: RenderSettings | None = None,
    at: int = 0,
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> tuple[int, str]:
    """Make what is no MP4: what `export` does for such a target, once it has looked at it. Raises as `export`.

    Returns how many frames there are (a sound: how many it lasts), and the sha256 (hex) of the bytes.
    """
    kind = kind_of(target.name, at)
    order = order_for(timeline, files, settings or _settings(timeline, kind), target.name, kind, at)
    frames, work = _extent(order)

    def check() -> None:
        if cancel is not None and cancel.is_set():
            raise CancelledError("rendering was cancelled")

    def tell(label: str, done: int) -> None:
        check()
        if progress is not None:
            progress(label, done, work)

    def write(partial: Path) -> None:
        make(order, partial, lambda done: tell("Rendering", done), check)

    tell("Rendering", 0)
    if kind == "pictures":
        check_numbered(target, frames, (file.path for file in files.values()))
        digest = place_files(target, [numbered(target.name, number) for number in range(frames)], write, check)
    else:
        digest = place_file(target, write, check)
    tell("Done", work)
    return frames, digest


def _settings(timeline: Timeline, kind: Kind) -> RenderSettings:
    """The timeline's own, but of a GIF, which grows large."""
    return settings_for(timeline, "480p" if kind == "gif" and timeline.height > gif.HEIGHT else None)


def _extent(order: Order) -> tuple[int, int]:
    """Frames that the result has, and frames of work. Raises RenderError for a GIF that would be too long."""
    if order.kind == "picture":
        return 1, 1
    if order.kind == "gif":
        gif.check_length(order)
        frames = len(gif.shown(order))
        return frames, 2 * frames
    return order.frames, order.frames
