"""What `library.add` accepts, turned into files on disk: paths, globs, folders, bytes, pictures, figures, arrays.

Nothing is decided here about whether a file is media; that is the probe's business. Pictures drawn in a notebook
become PNG files whose bytes depend on nothing but the picture, so that the same notebook gives the same media file.
"""

from __future__ import annotations

import glob
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from studio_widgets.engine.errors import LibraryError, MediaError, MissingMediaError, StudioError

# Which files of a folder are meant; a file named by itself may have any suffix.
_VIDEO = ".mp4 .m4v .mov .webm .mkv .ts .mts .m2ts .mpg .mpeg .ogv .avi .flv .mxf .wmv"
_PICTURE = ".gif .jpg .jpeg .png .webp .bmp .tif .tiff .avif .heic .svg .svgz"
_SOUND = ".mp3 .wav .w64 .aac .m4a .flac .ogg .oga .opus .aif .aiff .caf .ac3 .eac3"
MEDIA_SUFFIXES = frozenset(f"{_VIDEO} {_PICTURE} {_SOUND}".split())
_FIGURE_WIDTH = 1920  # pixels at least: a chart is looked at full screen


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One file to add: on disk at `path`, or `data` still to be written. `error`: it is none, and why."""

    name: str
    path: Path | None = None
    data: bytes | None = None
    error: StudioError | None = None


def expand(things: tuple[Any, ...], name: str | None, inside: Path) -> Iterator[Item]:
    """The items that `things` stand for, in order; what cannot be understood becomes an item with its error.

    `name` names the only thing. Folders leave out hidden files and everything in `inside`, the library's own folder.
    """
    if name is not None and len(things) != 1:
        raise LibraryError(
            f"name={name!r} fits one thing, not {len(things)}",
            hint="Add them one by one, or as (name, thing) pairs.",
        )
    for thing in things:
        try:
            yield from _expand(thing, name, inside)
        except StudioError as error:
            yield Item(name=name or _label(thing), error=error)
        except OSError as error:
            label = name or _label(thing)
            reason = (error.strerror or str(error)).lower()
            problem = MediaError(
                f"cannot be read ({reason})", where=label, hint="Give yourself permission to read it, or copy it."
            )
            yield Item(name=label, error=problem)


def _expand(thing: Any, name: str | None, inside: Path) -> Iterator[Item]:
    """The items of one thing."""
    if isinstance(thing, tuple) and len(thing) == 2 and isinstance(thing[0], str):
        name, thing = thing
    if isinstance(thing, (str, os.PathLike)):
        yield from _paths(os.fspath(thing), name, inside)
    elif isinstance(thing, (bytes, bytearray, memoryview)):
        yield _from_bytes(bytes(thing), name)
    elif isinstance(thing, Image.Image):
        yield _from_picture(thing, name)
    elif isinstance(thing, np.ndarray):
        yield _from_picture(_array_picture(thing), name)
    elif (figure := _figure(thing)) is not None:
        yield Item(name=name or "", data=_figure_png(figure))
    elif hasattr(thing, "read"):
        yield _from_file_object(thing, name)
    elif isinstance(thing, (list, set, frozenset)):
        for part in sorted(thing, key=str) if isinstance(thing, (set, frozenset)) else thing:
            yield from expand((part,), name if len(thing) == 1 else None, inside)
    else:
        raise LibraryError(
            f"a {type(thing).__name__} is nothing the library can add",
            hint="Add a path, a glob, a folder, bytes with a name, a PIL image, a matplotlib figure or a numpy array.",
        )


# --- paths -----------------------------------------------------------------------------------------------------------


def _paths(text: str, name: str | None, inside: Path) -> Iterator[Item]:
    """A file, the files of a folder, or the matches of a glob. A file whose name looks like a glob is a file."""
    if not text.strip() or "\0" in text:
        raise MissingMediaError(
            f"{text!r} is no file name", hint='Name a file, a folder ("." for this one) or a pattern.'
        )
    if "://" in text and not Path(text).exists():
        raise MediaError("this is an address, not a file", where=text, hint="Download it first and add the file.")
    path = Path(text).expanduser()
    if path.is_dir():
        yield from _folder(path, inside)
    elif not os.path.lexists(path) and glob.has_magic(text):
        matches = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207 - Path.glob refuses absolute patterns
        if not matches:
            raise MissingMediaError("no file matches", where=text, hint="Check the pattern and the folder.")
        for match in matches:
            found = Path(match)
            # `**` matches the folders on the way too; their files are matches of their own
            if not found.is_dir() or "**" not in text:
                yield from _paths(match, None, inside)
    else:
        yield Item(name=name or path.name, path=path)


def _folder(folder: Path, inside: Path) -> Iterator[Item]:
    """All media files below a folder, by name."""
    found = [path for path in _walk(folder, inside.absolute()) if path.suffix.lower() in MEDIA_SUFFIXES]
    if not found:
        raise MediaError(
            "this folder holds no media files",
            where=str(folder),
            hint="Choose a folder with video, picture or sound files in it.",
        )
    for path in found:
        yield Item(name=path.name, path=path)


def _walk(folder: Path, inside: Path) -> Iterator[Path]:
    """Files below a folder in a stable order, hidden ones and the library's own left out."""
    for root, folders, files in os.walk(folder):
        here = Path(root)
        folders[:] = sorted(
            entry for entry in folders if not entry.startswith(".") and (here / entry).absolute() != inside
        )
        yield from (here / entry for entry in sorted(files) if not entry.startswith("."))


# --- things in memory ------------------------------------------------------------------------------------------------


def _from_bytes(data: bytes, name: str | None) -> Item:
    if not name:
        raise LibraryError(
            "bytes have no name",
            hint='Give one: library.add(data, name="talk.mp4") or library.add(("talk.mp4", data)).',
        )
    return Item(name=name, data=data)


def _from_file_object(file: Any, name: str | None) -> Item:
    own = getattr(file, "name", None)
    label = name or (Path(own).name if isinstance(own, str) else None)
    data = file.read()
    if not isinstance(data, bytes):
        raise MediaError("this file object gives text, not bytes", where=label or "", hint='Open it with mode "rb".')
    return _from_bytes(data, label)


def _from_picture(picture: Image.Image, name: str | None) -> Item:
    """A picture as PNG, without whatever its source file said about it."""
    own = getattr(picture, "filename", "")
    if picture.mode not in {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}:
        picture = picture.convert("RGB")
    buffer = io.BytesIO()
    bare = picture.copy()
    bare.info = {key: picture.info[key] for key in ("transparency",) if key in picture.info}
    bare.save(buffer, "PNG", compress_level=6)
    return Item(name=name or (f"{Path(own).stem}.png" if own else ""), data=buffer.getvalue())


def _array_picture(array: np.ndarray[Any, Any]) -> Image.Image:
    """An array as a picture: (height, width), or (height, width, 3 or 4); uint8, or floats or booleans of 0..1."""
    shape = array.shape
    if array.ndim not in (2, 3) or 0 in shape or (array.ndim == 3 and shape[2] not in (1, 3, 4)):
        raise LibraryError(
            f"an array of shape {shape} is not a picture",
            hint="Pass (height, width), (height, width, 3) or (height, width, 4).",
        )
    if array.dtype == np.bool_ or np.issubdtype(array.dtype, np.floating):
        if not np.isfinite(array).all():
            raise LibraryError("the array holds NaN or infinity", hint="Replace them: numpy.nan_to_num(array).")
        array = np.rint(np.clip(array.astype(np.float64), 0.0, 1.0) * 255)
    elif not np.issubdtype(array.dtype, np.integer) or array.min() < 0 or array.max() > 255:
        raise LibraryError(
            f"an array of {array.dtype} with values outside 0..255 is not a picture",
            hint="Pass uint8 of 0..255 or floats of 0..1.",
        )
    flat = array[:, :, 0] if array.ndim == 3 and shape[2] == 1 else array
    return Image.fromarray(np.ascontiguousarray(flat.astype(np.uint8)))


def _figure(thing: Any) -> Any | None:
    """The matplotlib figure that `thing` is or belongs to (axes, seaborn grids), without importing matplotlib."""
    for candidate in (thing, getattr(thing, "figure", None), getattr(thing, "fig", None)):
        if hasattr(candidate, "savefig") and hasattr(candidate, "get_size_inches"):
            return candidate
    return None


def _figure_png(figure: Any) -> bytes:
    """The figure as PNG, at least full-HD wide; without the library's version and the date in it."""
    width_inches = float(figure.get_size_inches()[0])
    dpi = max(float(figure.dpi), _FIGURE_WIDTH / max(width_inches, 0.1))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None, "Creation Time": None})
    return buffer.getvalue()


def _label(thing: Any) -> str:
    """What to call a thing that could not be added."""
    return str(thing) if isinstance(thing, (str, os.PathLike)) else type(thing).__name__
