"""A STUDIO_HOME for one run: nothing of it is left afterwards, wherever its database had to lie."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from studio_widgets.engine.library.server import EmbeddedServer


def forget(home: Path) -> None:
    """Stop the server of a studio's home and delete its data, which may lie outside the home."""
    if not home.is_dir():
        return
    server = EmbeddedServer(home)
    server.stop()
    shutil.rmtree(server.data, ignore_errors=True)


@contextlib.contextmanager
def temporary_home() -> Iterator[Path]:
    """A folder for a studio's home (its name has a space, as people's folders do)."""
    with tempfile.TemporaryDirectory(prefix="studio notebooks ") as folder:
        home = Path(folder) / "studio"
        try:
            yield home
        finally:
            forget(home)
