"""Fixtures that every room's tests share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio_widgets.engine.library.server import EmbeddedServer
from tests.media import golden

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session", autouse=True)
def no_databases_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Stops the embedded servers of homes in temporary folders; as root their data lie outside, and go too."""
    yield
    for note in tmp_path_factory.getbasetemp().rglob("postgres.lock"):
        server = EmbeddedServer(note.parent)
        server.stop()
        shutil.rmtree(server.data, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_media() -> Path:
    """The folder of real media beside the checkout (see its SOURCES.md); skips where it is not there."""
    folder = ROOT.parent / "shared" / "media"
    if not folder.is_dir():
        pytest.skip("the real media (../shared/media) are not on this machine")
    return folder


@pytest.fixture(scope="session")
def numbered_mp4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 numbered frames at 30 fps, 160×90 H.264 with a 440 Hz tone: read only."""
    return golden.make_numbered_video(tmp_path_factory.mktemp("golden") / "numbered.mp4", audio="tone")


@pytest.fixture
def numbered_video(tmp_path: Path) -> Callable[..., Path]:
    """Makes golden videos: `numbered_video("name.mp4", frames, rate, size, **options of make_numbered_video)`."""

    def make(name: str = "numbered.mp4", *args: object, **options: object) -> Path:
        return golden.make_numbered_video(tmp_path / name, *args, **options)  # type: ignore[arg-type]

    return make
