"""What all formats other than MP4 share: names, progress, cancelling, sameness; and the pictures."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from studio_widgets.engine.errors import CancelledError, MissingMediaError, RenderError
from studio_widgets.engine.render.compositor import Compositor
from studio_widgets.engine.render.export import Render
from studio_widgets.engine.render.formats import SUFFIXES, kind_of
from studio_widgets.engine.render.layers import timeline_layers
from studio_widgets.engine.render.plan import settings_for
from tests.engine.render.scene import Scene
from tests.engine.render.test_export import ROOT, cuts
from tests.engine.render.test_pool import alive, long_scene, until
from tests.media import golden

Run = Callable[..., Render]
OTHERS = [suffix for suffix in SUFFIXES if suffix != ".mp4"]


# --- names ---------------------------------------------------------------------------------------------------------


def test_the_suffix_says_what_to_make() -> None:
    assert [kind_of(f"a.b{suffix.upper()}") for suffix in (".mp4", ".webm", ".flac", ".gif", ".jpeg")] == [
        "mp4",
        "webm",
        "sound",
        "gif",
        "picture",
    ]
    assert (kind_of("%05d.png"), kind_of("slide %d.jpg"), kind_of("100%.png")) == ("pictures", "pictures", "picture")
    assert kind_of("%05d.mp4") == "mp4"


@pytest.mark.parametrize("name", ["film.avi", "film", "png", ".png", "film.mp4 "])
def test_an_unknown_suffix_is_refused_with_those_there_are(media: Path, render: Run, tmp_path: Path, name: str) -> None:
    with pytest.raises(RenderError) as caught:
        render(cuts(media), name)
    assert all(suffix in caught.value.hint for suffix in OTHERS)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["film.mp4", "film.webm", "film.gif", "film.wav", "%05d.png"])
def test_a_frame_is_for_single_pictures(media: Path, render: Run, name: str) -> None:
    with pytest.raises(RenderError, match=r"frame 3.*\.png"):
        render(cuts(media), name, at=3)


def test_names_that_cannot_be(media: Path, render: Run, tmp_path: Path) -> None:
    (tmp_path / "folder.webm").mkdir()
    with pytest.raises(RenderError, match="folder"):
        render(cuts(media), "folder.webm")
    clicks = Scene()
    clicks.add(media / "clicks.wav", 0, 10, track="A1")
    with pytest.raises(RenderError, match="plays this very file"):
        render(clicks, str(media / "clicks.wav"))
    with pytest.raises(RenderError, match=r"2 numbers.*%05d"):
        render(cuts(media), "%d of %d.png")


# --- the work ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", OTHERS)
def test_the_same_timeline_gives_the_same_bytes_and_no_libraries_names(
    media: Path, render: Run, tmp_path: Path, suffix: str
) -> None:
    scene = cuts(media)
    scene.add(media / "clicks.wav", 3, 80, track="A1")
    scene.title("Same", 5, 20)
    first, second = render(scene, f"out/one{suffix}"), render(scene, f"out/two{suffix}")
    data = first.path.read_bytes()
    assert second.path.read_bytes() == data
    assert first.sha256 == second.sha256
    assert not [word for word in (b"Lavc", b"Lavf6", b"libvpx", b"libopus 1", b"a.mp4", b"clicks") if word in data]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"one{suffix}", f"two{suffix}"]


@pytest.mark.parametrize("name", ["film.webm", "film.gif", "film.wav", "%05d.jpg"])
def test_progress_counts_frames_up_to_the_total(media: Path, render: Run, name: str) -> None:
    told: list[tuple[str, int, int]] = []
    result = render(cuts(media), name, progress=lambda *step: told.append(step))
    done = [step[1] for step in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, told[-1][2])
    assert {step[2] for step in told} == {2 * result.frames if name == "film.gif" else 90}
    assert told[-1][0] == "Done"
    assert len(set(done)) > 3


@pytest.mark.parametrize("name", ["movie.webm", "movie.gif", "%05d.png"])
def test_cancelling_ends_soon_and_leaves_the_old_file_and_nothing_else(
    media: Path, render: Run, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "movie" / name.replace("%05d", "00000")
    out.parent.mkdir()
    out.write_bytes(b"the good old file")
    cancel = threading.Event()
    began = 0.0

    def progress(label: str, done: int, total: int) -> None:
        nonlocal began
        if done == 2:
            began = time.monotonic()
            cancel.set()

    scene = Scene(size=(1280, 720))
    scene.add(media / "a.mp4", 0, 1500)
    before = set(multiprocessing.active_children())
    with pytest.raises(CancelledError):
        render(scene, f"movie/{name}", cancel=cancel, progress=progress)
    assert time.monotonic() - began < 1
    assert out.read_bytes() == b"the good old file"
    assert [path.name for path in out.parent.iterdir()] == [out.name]
    assert set(multiprocessing.active_children()) <= before


def test_a_cancel_set_before_the_start_starts_nothing(media: Path, render: Run, tmp_path: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError):
        render(cuts(media), "film.webm", cancel=cancel)
    assert list(tmp_path.glob("*film*")) == []


def test_a_process_that_dies_is_told(media: Path, render: Run, tmp_path: Path) -> None:
    before = set(multiprocessing.active_children())

    def progress(label: str, done: int, total: int) -> None:
        if done == 1:
            (child,) = set(multiprocessing.active_children()) - before
            os.kill(child.pid or 0, signal.SIGKILL)

    with pytest.raises(RenderError, match="ended unexpectedly"):
        render(long_scene(media), "out/film.webm", progress=progress)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes through /proc")
def test_the_process_ends_with_a_parent_that_was_killed_and_tidies_up(media: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import multiprocessing\n"
        "from pathlib import Path\n"
        "from tests.engine.render.test_pool import long_scene\n"
        "from studio_widgets.engine.render.cache import SegmentCache\n"
        "from studio_widgets.engine.render.export import export\n"
        f"scene = long_scene(Path({str(media)!r}))\n"
        "def progress(label, done, total):\n"
        "    if done == 1:\n"
        "        print(*[child.pid for child in multiprocessing.active_children()], flush=True)\n"
        f"cache = SegmentCache({str(tmp_path / 'cache')!r})\n"
        f"export(scene.timeline(), scene.files, {str(tmp_path / 'out' / '%d.png')!r}, cache=cache, progress=progress)\n"
    )
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT)}
    ) as parent:
        assert parent.stdout is not None
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(list((tmp_path / "out").iterdir())) == 1
        parent.send_signal(signal.SIGKILL)
    assert len(workers) == 1
    assert until(lambda: not alive(workers[0]))
    assert list((tmp_path / "out").iterdir()) == []


def test_what_is_wrong_with_a_source_is_told_with_clip_and_frame(media: Path, render: Run, tmp_path: Path) -> None:
    scene = cuts(media)
    gone = golden.make_numbered_video(tmp_path / "gone.mp4", 20)
    scene.add(gone, 95, 10)
    gone.unlink()
    with pytest.raises(RenderError, match=r'frame 95 of clip "gone.mp4" \(clip-4\).*') as caught:
        render(scene, "film.webm")
    assert "gone.mp4" in caught.value.where
    assert not list(tmp_path.glob("*film*"))
    scene.files.clear()
    with pytest.raises(MissingMediaError, match="clip-1"):
        render(scene, "film.gif")


@pytest.mark.parametrize("name", ["film.webm", "film.mp3", "film.png"])
def test_an_empty_timeline_says_what_to_do(render: Run, name: str) -> None:
    with pytest.raises(RenderError, match=r"empty.*Add a clip"):
        render(Scene(), name)


# --- pictures ------------------------------------------------------------------------------------------------------


def test_a_picture_is_the_compositors_frame(media: Path, render: Run) -> None:
    scene = Scene(size=(320, 180))
    scene.add(media / "b.mp4", 0, 40, trim=5)
    scene.title("Words", 0, 40)
    result = render(scene, "frame.png", at=17)
    assert (result.frames, result.segments, result.encoded) == (1, 0, 0)
    timeline = scene.timeline()
    with Compositor(timeline_layers(timeline, scene.files), 320, 180, Fraction(30)) as compositor:
        drawn = compositor.frame(17).to_ndarray()
    with Image.open(result.path) as picture:
        assert (picture.size, picture.mode, picture.info) == ((320, 180), "RGB", {})
        shown = np.asarray(picture).astype(float)
    luma, (blue, red) = drawn[:180].astype(float), drawn[180:].reshape(2, 90, 160).astype(float)
    blue, red = (np.kron(plane, np.ones((2, 2))) - 128 for plane in (blue, red))
    expected = np.stack(
        [
            255 / 219 * (luma - 16) + 255 / 224 * 1.5748 * red,
            255 / 219 * (luma - 16) - 255 / 224 * (0.1873 * blue + 0.4681 * red),
            255 / 219 * (luma - 16) + 255 / 224 * 1.8556 * blue,
        ],
        axis=2,
    ).clip(0, 255)
    edges = np.abs([*np.gradient(blue), *np.gradient(red)]).sum(0) > 0  # colours are smoothed there
    near = np.lib.stride_tricks.sliding_window_view(np.pad(edges, 4), (9, 9)).any((2, 3))
    assert 0.01 < near.mean() < 0.6  # the title's edges, and not the rest
    assert abs(shown - expected)[~near].max() < 2
    assert golden.read_number(np.asarray(Image.open(render(cuts(media), "b.png", at=31).path))) == 1006


def test_pictures_are_of_the_timelines_size_or_the_settings(media: Path, render: Run) -> None:
    scene = Scene(size=(320, 180))
    scene.add(media / "a.mp4", 0, 90)
    draft = settings_for(scene.timeline(), "draft")
    for name, settings, size in (("own.jpg", None, (320, 180)), ("draft.jpeg", draft, (640, 360))):
        path = render(scene, name, at=89, settings=settings).path
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("JPEG", size)
            assert golden.read_number(picture) == 89


def test_a_frame_that_the_timeline_does_not_have_is_refused(media: Path, render: Run, tmp_path: Path) -> None:
    for at in (90, -1):
        with pytest.raises(RenderError, match=rf"no frame {at}.*0 to 89"):
            render(cuts(media), "frame.png", at=at)
    assert golden.read_number(np.asarray(Image.open(render(cuts(media), "frame.png", at=89).path))) == 79


def test_a_sequence_has_a_picture_of_every_frame(media: Path, render: Run, tmp_path: Path) -> None:
    result = render(cuts(media), "frames/f-%03d.png")
    names = sorted(path.name for path in (tmp_path / "frames").iterdir())
    assert names == [f"f-{number:03}.png" for number in range(90)]
    assert (result.frames, result.path.name) == (90, "f-%03d.png")
    numbers = [golden.number_or_none((tmp_path / "frames" / name).read_bytes()) for name in names]
    assert numbers == [*range(10, 40), *range(1005, 1036), *[None] * 9, *range(60, 80)]
    with av.open(str(result.path), format="image2") as container:  # as other programs read it
        assert sum(1 for _ in container.decode(video=0)) == 90


def test_a_sequence_is_not_mixed_with_a_longer_one(media: Path, render: Run, tmp_path: Path) -> None:
    scene = Scene()
    scene.add(media / "a.mp4", 0, 12)
    render(scene, "f/%d.png")
    again = Scene()
    again.add(media / "b.mp4", 0, 12)
    render(again, "f/%d.png")  # as long: replaced
    assert golden.read_number((tmp_path / "f" / "11.png").read_bytes()) == 1011
    again.clips.clear()
    again.add(media / "a.mp4", 0, 11)
    with pytest.raises(RenderError, match=r"11\.png.*longer.*frame 10"):
        render(again, "f/%d.png")
    assert golden.read_number((tmp_path / "f" / "0.png").read_bytes()) == 1000


def test_a_sequence_is_not_written_over_a_source(media: Path, render: Run, tmp_path: Path) -> None:
    still = golden.make_still(tmp_path / "0007.png")
    scene = Scene()
    scene.add(still, 0, 10)
    before = still.read_bytes()
    with pytest.raises(RenderError, match="plays this very file"):
        render(scene, "%04d.png")
    assert still.read_bytes() == before
