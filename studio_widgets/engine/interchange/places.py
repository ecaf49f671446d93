"""Where the media of a timeline are, for those who write files that refer to them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from urllib.parse import unquote, urlsplit

import msgspec

_LONGEST = 255  # bytes of a file's name


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One media file or take: its name, where it is, and what its bytes hash to.

    `url` is a `file:` URL, or a path relative to the timeline's file; `path` is where its bytes can be read now.
    """

    name: str
    url: str
    path: Path | None = None
    sha256: str = ""


Places = Mapping[str, Place]
"""By `source_key`; what is missing in it is written as missing."""


def base_name(url: str) -> str:
    """The file name at the end of a path or URL, of any system; "" when there is none that a file can have."""
    path = unquote(urlsplit(url).path) if "://" in url or url.startswith("file:") else url
    name = PureWindowsPath(PurePosixPath(path).name).name
    usable = name not in (".", "..") and "\0" not in name and len(name.encode("utf-8", "replace")) <= _LONGEST
    return name if usable else ""
