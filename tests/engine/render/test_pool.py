from __future__ import annotations

import gc
import multiprocessing
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from studio_widgets.engine.errors import CancelledError
from studio_widgets.engine.render.cache import SegmentCache
from studio_widgets.engine.render.export import export
from studio_widgets.engine.render.pool import RenderPool
from tests.engine.render.scene import Scene
from tests.engine.render.test_export import ROOT


def until(condition: object, seconds: float = 20) -> bool:
    """Wait for a condition to become true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return True
        threading.Event().wait(0.02)
    return False


def long_scene(media: Path) -> Scene:
    scene = Scene(size=(1280, 720))
    scene.add(media / "a.mp4", 0, 4000)
    return scene


def test_workers_end_soon_after_a_cancel(media: Path, tmp_path: Path) -> None:
    cancel = threading.Event()
    scene = long_scene(media)
    before = set(multiprocessing.active_children())

    def started() -> bool:
        return len(set(multiprocessing.active_children()) - before) == 2

    threading.Thread(target=lambda: until(started) and cancel.set(), daemon=True).start()
    with pytest.raises(CancelledError):
        export(
            scene.timeline(), scene.files, tmp_path / "out.mp4", cache=SegmentCache(tmp_path / "cache"), cancel=cancel
        )
    assert until(lambda: not set(multiprocessing.active_children()) - before)
    assert not (tmp_path / "out.mp4").exists()


def test_workers_that_are_starting_when_the_pool_is_stopped_end_silently(capfd: pytest.CaptureFixture[str]) -> None:
    before = set(multiprocessing.active_children())
    with RenderPool() as pool:
        pool._pool.submit(int)
        pool._pool.submit(int)
        assert len(set(multiprocessing.active_children()) - before) == 2
    del pool
    gc.collect()
    assert until(lambda: not set(multiprocessing.active_children()) - before)
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes through /proc")
def test_workers_end_with_a_parent_that_was_killed(media: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import multiprocessing, threading\n"
        "from pathlib import Path\n"
        "from tests.engine.render.test_pool import long_scene, until\n"
        "from studio_widgets.engine.render.cache import SegmentCache\n"
        "from studio_widgets.engine.render.export import export\n"
        f"scene = long_scene(Path({str(media)!r}))\n"
        "def tell():\n"
        "    until(lambda: len(multiprocessing.active_children()) == 2)\n"
        "    print(*[child.pid for child in multiprocessing.active_children()], flush=True)\n"
        "threading.Thread(target=tell).start()\n"
        f"cache = SegmentCache({str(tmp_path / 'cache')!r})\n"
        f"export(scene.timeline(), scene.files, {str(tmp_path / 'out.mp4')!r}, cache=cache)\n"
    )
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT)}
    ) as parent:
        assert parent.stdout is not None
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        parent.send_signal(signal.SIGKILL)
    assert len(workers) == 2
    assert until(lambda: not any(alive(pid) for pid in workers))


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rsplit(")", 1)[1].split()[0] not in "ZX"
