"""The widgets' JavaScript as the build left it: what a widget sends at once, and the files that its page asks for.

A page keeps every module it ever imported, anywidget imports one per widget, and a notebook saves it with each. So the
module that anywidget gets is small: a loader (`js/src/loader/`) with a plan of the build. It asks for files over the
widget's own messages (`code.files`), each once a page, whichever widgets need it.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from studio_widgets.engine.errors import StudioError

STATIC = Path(__file__).resolve().parent.parent / "static"
MANIFEST = "manifest.json"


class File(msgspec.Struct, frozen=True):
    """A file of the build: its size in bytes, what it imports, and what it may import later."""

    bytes: int
    needs: list[str]
    later: list[str]


class Manifest(msgspec.Struct, frozen=True):
    """`static/manifest.json`, which `js/build.mjs` writes.

    `build`: the digest of all files. `entries`: the first file of each room. `openings`: by widget and by part that is
    loaded later, every file it needs in the order of need, itself last.
    """

    build: str
    entries: dict[str, str]
    openings: dict[str, list[str]]
    files: dict[str, File]


class Build:
    """One state of the build, kept in memory: a package that is upgraded under a running kernel changes nothing here.

    StudioError when the folder has no build, or half of one.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self.manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
            self._loader = (folder / "loader.js").read_text(encoding="utf-8")
            self._packed = {name: _packed(folder, name) for name in self.manifest.files}
            self._modules: dict[str, str] = {}
        except (OSError, msgspec.MsgspecError) as error:
            raise StudioError(
                "the widget's JavaScript is not built",
                where=str(getattr(error, "filename", None) or folder / MANIFEST),
                hint="Run `make js` in the source folder, or install the package from a wheel.",
            ) from error

    def module(self, room: str) -> str:
        """The JavaScript of a room's widget, as anywidget takes it: one text for all its widgets."""
        if room not in self._modules:
            self._modules[room] = self._module(room)
        return self._modules[room]

    def _module(self, room: str) -> str:
        plan = {
            "build": self.manifest.build,
            "entry": self.manifest.entries[room],
            "files": {name: file.needs for name, file in self.manifest.files.items()},
        }
        return f"const STUDIO_PLAN={json.dumps(plan, separators=(',', ':'))};\n{self._loader}"

    def packed(self, names: Iterable[str]) -> list[bytes]:
        """The files of these names, packed with gzip; StudioError for one that this build does not have."""
        files = []
        for name in names:
            if name not in self._packed:
                raise StudioError(
                    "a part of the widget is not there",
                    where=name,
                    hint="The page shows another version: run the cell again.",
                )
            files.append(self._packed[name])
        return files


def current() -> Build:
    """The build in the package's folder, read once for each state of it; StudioError when there is none."""
    path = STATIC / MANIFEST
    return _build(STATIC, path.stat().st_mtime_ns if path.is_file() else 0)


@functools.lru_cache(maxsize=2)
def _build(folder: Path, changed: int) -> Build:
    return Build(folder)


def _packed(folder: Path, name: str) -> bytes:
    path = folder / name  # a room's; what they share lies below
    return gzip.compress((path if path.is_file() else folder / "chunks" / name).read_bytes(), 6, mtime=0)


def watch(changed: Callable[[Build], None]) -> Any:
    """Call `changed` for each new build, when anywidget's development mode is on; keep what is returned meanwhile."""
    if os.environ.get("ANYWIDGET_HMR") != "1":
        return None
    # For developers only, because it is private: a new anywidget must not keep the package from being imported.
    from anywidget._util import try_file_contents

    def again(manifest: str) -> None:
        with contextlib.suppress(StudioError):  # it is being written, and told of once more
            changed(current())

    watched = try_file_contents(STATIC / MANIFEST)
    if watched is not None:
        watched.changed.connect(again)
    return watched
