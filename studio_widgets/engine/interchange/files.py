"""Timelines in files of other editors: which format a name means, and what is read and written.

.otio    OpenTimelineIO         .otioz   the same with its media
.fcpxml  Final Cut Pro, Resolve .edl     CMX 3600
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Literal
from uuid import uuid4

from studio_widgets.engine.errors import InterchangeError, StudioError
from studio_widgets.engine.interchange import bundles
from studio_widgets.engine.interchange.bundles import Bundle
from studio_widgets.engine.interchange.draft import MAX_BYTES, Draft
from studio_widgets.engine.interchange.edl_read import read_edl
from studio_widgets.engine.interchange.edl_write import write_edl
from studio_widgets.engine.interchange.fcpxml_read import read_fcpxml
from studio_widgets.engine.interchange.fcpxml_write import write_fcpxml
from studio_widgets.engine.interchange.from_otio import from_otio
from studio_widgets.engine.interchange.losses import lose_media
from studio_widgets.engine.interchange.otio_text import otio_text, parse_otio
from studio_widgets.engine.interchange.places import Places
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.interchange.to_otio import to_otio
from studio_widgets.engine.timeline.model import Timeline

Format = Literal["otio", "otioz", "fcpxml", "edl"]
_FORMATS: dict[str, Format] = {".otio": "otio", ".otioz": "otioz", ".fcpxml": "fcpxml", ".edl": "edl"}


def format_of(path: Path) -> Format:
    """The format that a file's name means; InterchangeError for one that is not known."""
    found = _FORMATS.get(path.suffix.lower())
    if found is None:
        raise InterchangeError(
            f"{path.suffix or 'no ending'!r} is no format of timelines",
            where=path.name,
            hint=f"Name it {', '.join(_FORMATS)}",
        )
    return found


# --- writing --------------------------------------------------------------------------------------------------------


def write_timeline(path: Path, t: Timeline, *, title: str, places: Places) -> Report:
    """Write a timeline in the format that the file's name means, and tell what that cannot carry.

    The file appears whole or not at all. Raises InterchangeError for a name of no format, a folder that is not there,
    and without OpenTimelineIO for its own formats.
    """
    kind = format_of(path)
    if kind == "fcpxml":
        text, report = write_fcpxml(t, title=title, places=places)
    elif kind == "edl":
        text, report = write_edl(t, title=title, places=places)
    else:
        report = Report()
        lose_media(t, report, places)
        if kind == "otioz":
            places = bundles.bundled(places, report)
        text = otio_text(to_otio(t, name=title, places=places))
    with _appearing(path) as file:
        if kind == "otioz":
            bundles.write_bundle(file, text, places)
        else:
            file.write(text.encode("utf-8", "replace"))
    return report


@contextlib.contextmanager
def _appearing(path: Path) -> Iterator[BinaryIO]:
    """A file that is written aside and gets its name when it is whole."""
    aside = path.with_name(f".{path.name[:80]}.{uuid4().hex[:12]}")
    try:
        with aside.open("xb") as file:
            yield file
        aside.replace(path)
    except OSError as error:
        raise InterchangeError(f"it cannot be written: {error.strerror}", where=str(path)) from error
    finally:
        with contextlib.suppress(OSError):  # no folder, nothing to remove
            aside.unlink(missing_ok=True)


# --- reading --------------------------------------------------------------------------------------------------------


def read_timeline(path: Path, *, rate: Fraction) -> Draft:
    """The draft of a file; `rate` (frames a second) counts where the format has none, as an EDL has not.

    Raises InterchangeError for a file that is not there, too large, of no format, hostile or damaged.
    """
    kind = format_of(path)
    if kind == "otioz":
        with Bundle(_checked(path)) as bundle:
            text = bundle.text
    else:
        text = _text(_checked(path))
    try:
        if kind == "fcpxml":
            return read_fcpxml(text, where=path.name)
        if kind == "edl":
            return read_edl(text, rate=rate, where=path.name)
        return from_otio(parse_otio(text, path.name), where=path.name)
    except StudioError:
        raise
    except (ValueError, TypeError, ArithmeticError, RecursionError, AttributeError) as error:
        # The net below the readers: what a stranger's file says is never a reason to fail without naming the file.
        raise InterchangeError(f"it cannot be read: {type(error).__name__}: {error}", where=path.name) from error


def _checked(path: Path) -> Path:
    if not path.is_file():
        raise InterchangeError("there is no such file", where=str(path), hint="Check the path")
    return path


def _text(path: Path) -> str:
    """The text of a file: UTF-8, UTF-16 where it begins with its mark, else the letters of old Windows."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InterchangeError(f"it cannot be read: {error.strerror}", where=str(path)) from error
    if len(data) > MAX_BYTES:
        raise InterchangeError(f"it is larger than {MAX_BYTES >> 20} MB", where=path.name)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
