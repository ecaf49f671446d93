"""Pictures of a timeline: one frame, or all of them under numbered names. PNG, or JPEG by the suffix."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import av
from PIL import Image

from studio_widgets.engine.errors import RenderError
from studio_widgets.engine.render.order import Order, Told, in_rgb, pictures

NUMBER = re.compile(r"%(?:0(\d))?d")  # where a name is numbered
_JPEG_QUALITY = 92
_PNG_EFFORT = 4  # of 9: twice as fast as the usual 6, a few per cent larger


def write_picture(order: Order, out: Path, told: Told) -> None:
    """Write frame `order.at` to `out`."""
    for frame in pictures(order, (order.at,)):
        save(frame, out, Path(order.name).suffix)
        told(1)


def write_pictures(order: Order, out: Path, told: Told) -> None:
    """Write all frames into the folder `out`, each under its own frame's number."""
    for number, frame in enumerate(pictures(order, range(order.frames))):
        save(frame, out / numbered(order.name, number), Path(order.name).suffix)
        told(number + 1)


def save(frame: av.VideoFrame, out: Path, suffix: str) -> None:
    """Write a frame of the compositor as ".png", else as JPEG."""
    picture = Image.fromarray(in_rgb(frame).to_ndarray())
    with out.open("wb") as file:
        if suffix.lower() == ".png":
            picture.save(file, "PNG", compress_level=_PNG_EFFORT)
        else:
            picture.save(file, "JPEG", quality=_JPEG_QUALITY)


def numbered(name: str, number: int) -> str:
    """The name of picture `number` of a sequence "%05d.png"."""
    return NUMBER.sub(lambda found: str(number).zfill(int(found[1] or 1)), name)


def check_numbered(target: Path, count: int, sources: Iterable[str]) -> None:
    """Refuse a sequence over what the timeline plays, and one that would be taken for the head of a longer one."""
    before, after = NUMBER.split(target.name)[0], NUMBER.split(target.name)[-1]
    alike = re.compile(f"{re.escape(before)}(\\d+){re.escape(after)}")
    there = [(int(found[1]), path) for path in target.parent.iterdir() if (found := alike.fullmatch(path.name))]
    played = {Path(source).resolve() for source in sources}
    for number, path in sorted(there):
        if path.resolve() in played:
            raise RenderError("the timeline plays this very file", where=str(path), hint="Render to another folder")
        if number >= count:
            raise RenderError(
                f"the folder holds a longer sequence: the timeline ends at frame {count - 1}",
                where=str(path),
                hint="Remove the old pictures, or render to another folder",
            )
