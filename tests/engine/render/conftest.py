from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from studio_widgets.engine.render.cache import SegmentCache
from studio_widgets.engine.render.export import Render, export
from tests.engine.render.scene import Scene
from tests.media import golden


@pytest.fixture(scope="session")
def threads() -> Iterator[Executor]:
    """Renders in this process: the same bytes as worker processes give, without starting them."""
    with ThreadPoolExecutor(2) as executor:
        yield executor


@pytest.fixture
def cache(tmp_path: Path) -> SegmentCache:
    return SegmentCache(tmp_path / "cache")


@pytest.fixture
def render(tmp_path: Path, cache: SegmentCache, threads: Executor) -> Callable[..., Render]:
    """`render(scene, "name.mp4", **options of export)`"""

    def run(scene: Scene, name: str = "out.mp4", **options: Any) -> Render:
        options = {"cache": cache, "executor": threads} | options
        return export(scene.timeline(), scene.files, tmp_path / name, **options)

    return run


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of numbered videos: a.mp4 (0..89), b.mp4 (1000..1089), pal.mp4 (25 fps, 2000..2049), still.png, clicks.wav"""
    folder = tmp_path_factory.mktemp("render-media")
    golden.make_numbered_video(folder / "a.mp4", 90, audio="tone")
    golden.make_numbered_video(folder / "b.mp4", 90, first=1000, tint=(100, 160))
    golden.make_numbered_video(folder / "pal.mp4", 50, 25, first=2000)
    golden.make_still(folder / "still.png")
    golden.make_sound(folder / "clicks.wav", "impulses", 3.0)
    return folder
