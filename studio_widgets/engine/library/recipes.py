"""What is derived from a media file: pictures, waveform, proxy, mezzanine; which of them it gets, and where they lie.

A derived file is a pure function of the original's bytes and the recipe's version, and so is its key: if the key
exists, the work is done. Raise a version when what a recipe makes changes; raise SET_VERSION as well, so that known
rows are looked at again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from studio_widgets.engine.library.workshop import holding
from studio_widgets.engine.media import mezzanine
from studio_widgets.engine.media.model import MediaInfo

RecipeName = Literal["thumbnail", "sprite", "peaks", "proxy", "mezzanine"]
SET_VERSION = 2
PEAKS_PER_SECOND = 50


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of derived file. `rank`: lower ones are made first, for all files. `files`: the names it writes.

    `long`: it takes about as long as the video plays. One such is made at a time, so that new files need not wait for
    it, in a workshop that keeps what is done. `unit`: what its progress counts.
    """

    name: RecipeName
    version: int
    rank: int
    files: tuple[str, ...]
    long: bool = False
    unit: str = ""

    def workshop(self, sha256: str) -> str:
        """Name of the storage's workshop in which it is made, when it is long."""
        return f"{self.name}-{self.version}-{sha256}"

    def keys(self, sha256: str) -> list[str]:
        """Storage keys of what it makes; the last one appears last."""
        return [f"{derived_folder(sha256)}/{self.versioned(file)}" for file in self.files]

    def key(self, sha256: str) -> str:
        """Storage key of the main file, which is the last to appear: once it exists, all do."""
        return self.keys(sha256)[-1]

    def failure_key(self, sha256: str) -> str:
        """Storage key of the note that says why it could not be made."""
        return f"{derived_folder(sha256)}/{self.name}-{self.version}.failed"

    def versioned(self, file: str) -> str:
        """`sprite.jpg` → `sprite-1.jpg`."""
        stem, _, suffix = file.rpartition(".")
        return f"{stem}-{self.version}.{suffix}"


RECIPES: dict[RecipeName, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(name="thumbnail", version=1, rank=0, files=("thumbnail.jpg",)),
        Recipe(name="peaks", version=1, rank=1, files=("peaks.u8",)),
        Recipe(name="sprite", version=1, rank=1, files=("sprite.json", "sprite.jpg")),
        Recipe(name="proxy", version=1, rank=2, files=("proxy.mp4",)),
        Recipe(
            name="mezzanine",
            version=mezzanine.RECIPE,
            rank=3,
            files=("mezzanine.json", "mezzanine.mp4"),
            long=True,
            unit="frames",
        ),
    )
}


def derived_folder(sha256: str) -> str:
    """Where everything derived from these bytes lies."""
    return f"derived/{sha256[:2]}/{sha256}"


def recipes_for(info: MediaInfo) -> list[Recipe]:
    """The recipes that make sense for a file."""
    names: list[RecipeName] = []
    if info.kind in ("video", "image"):
        names.append("thumbnail")
    if info.has_audio:
        names.append("peaks")
    if info.kind == "video":
        names.append("sprite")
        if not info.has_alpha:  # which a proxy's H.264 cannot hold
            names.append("proxy")
    if mezzanine.wants_mezzanine(info):
        names.append("mezzanine")
    return [RECIPES[name] for name in names]


def make(
    name: RecipeName, source: Path, folder: Path, progress: Callable[[int, int], None], workshop: Path | None = None
) -> None:
    """Write the files of a recipe into `folder`. Runs in a worker process.

    A long recipe keeps its pieces in `workshop`. `progress` is told (done, total) where it takes a while. Raises
    MediaError when it cannot be done.
    """
    # Imported here: the kernel's process never loads the encoders for this.
    if name == "thumbnail":
        from studio_widgets.engine.media.pictures import thumbnail

        (folder / "thumbnail.jpg").write_bytes(thumbnail(source))
    elif name == "sprite":
        from studio_widgets.engine.media.pictures import sprite

        jpeg, info = sprite(source)
        (folder / "sprite.jpg").write_bytes(jpeg)
        (folder / "sprite.json").write_bytes(msgspec.json.encode(info))
    elif name == "peaks":
        from studio_widgets.engine.media.waveform import peaks

        (folder / "peaks.u8").write_bytes(peaks(source, per_second=PEAKS_PER_SECOND).tobytes())
    elif name == "proxy":
        from studio_widgets.engine.media.proxy import make_proxy

        make_proxy(source, folder / "proxy.mp4", progress=progress)
    else:
        assert workshop is not None
        with holding(workshop):
            made = mezzanine.make_mezzanine(source, folder / "mezzanine.mp4", pieces=workshop, progress=progress)
        (folder / "mezzanine.json").write_bytes(msgspec.json.encode(made))


def failure_note(error: str) -> bytes:
    """What is stored at `failure_key`."""
    return json.dumps({"error": error}).encode()
