from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from studio_widgets.engine.errors import CancelledError, MissingMediaError, RenderError
from studio_widgets.engine.render.cache import SegmentCache
from studio_widgets.engine.render.export import Render
from studio_widgets.engine.render.plan import plan, settings_for
from studio_widgets.engine.timeline.model import AudioSettings
from tests.engine.render.scene import Scene, lengths, sound_of
from tests.media import golden

Run = Callable[..., Render]
ROOT = Path(__file__).parents[3]


def cuts(media: Path) -> Scene:
    """Three clips and a gap: a[10..40), b[5..36), nothing, a[60..80)."""
    scene = Scene()
    scene.add(media / "a.mp4", 0, 30, trim=10)
    scene.add(media / "b.mp4", 30, 31, trim=5)
    scene.add(media / "a.mp4", 70, 20, trim=60)
    return scene


# --- the file ------------------------------------------------------------------------------------------------------


def test_every_frame_is_the_one_the_timeline_says(media: Path, render: Run) -> None:
    result = render(cuts(media))
    expected = [*range(10, 40), *range(1005, 1036), *[None] * 9, *range(60, 80)]
    assert golden.numbers_of(result.path) == expected
    assert result.frames == len(expected)


@pytest.mark.parametrize(("rate", "frames"), [("30", 61), ("30000/1001", 50), ("25", 33), ("24", 1), ("60", 2)])
def test_picture_has_all_frames_and_sound_ends_with_it(media: Path, render: Run, rate: str, frames: int) -> None:
    scene = Scene(rate)
    scene.add(media / "a.mp4", 0, frames)
    count, picture_end, sound_end = lengths(render(scene).path)
    assert count == frames
    assert picture_end == frames / Fraction(rate)
    assert abs(sound_end - picture_end) <= Fraction(1024, 48_000)


def test_a_slower_source_shows_the_frame_whose_time_has_come(media: Path, render: Run) -> None:
    scene = Scene()
    scene.add(media / "pal.mp4", 0, 40, trim=7)
    expected = [2000 + int(Fraction(n + 7, 30) * 25) for n in range(40)]
    assert golden.numbers_of(render(scene).path) == expected


def test_burned_in_numbers_of_a_real_file_are_right_at_every_cut(shared_media: Path, render: Run) -> None:
    source = shared_media / "video" / "mb_frames.webm"
    with av.open(str(source)) as container:
        originals = [small(frame) for frame in container.decode(video=0)]
    scene = Scene(size=(360, 360))
    trims = [(40, 5), (9, 7), (71, 12), (10, 4)]
    wanted: list[int] = []
    for first, frames in trims:
        scene.add(source, len(wanted), frames, trim=first)
        wanted += range(first, first + frames)
    with av.open(str(render(scene).path)) as container:
        shown = [small(frame) for frame in container.decode(video=0)]
    found = [int(np.argmin([np.abs(picture - original).sum() for original in originals])) for picture in shown]
    assert found == wanted


def small(frame: av.VideoFrame) -> np.ndarray:
    """The digits: they stand in the middle."""
    return frame.reformat(360, 360, "gray").to_ndarray()[130:230, 130:230].astype(int)


def test_the_file_starts_with_its_index_and_carries_chapters(media: Path, render: Run) -> None:
    scene = cuts(media)
    scene.mark(0, "Opening")
    scene.mark(30, "Größe & <tags>")
    scene.mark(45, "only a note", chapter=False)
    scene.mark(30, "twice")
    scene.mark(500, "beyond the end")
    path = render(scene).path
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(path)) as container:
        chapters = [
            (c["metadata"]["title"], c["start"] * c["time_base"], c["end"] * c["time_base"])
            for c in container.chapters()
        ]
    assert chapters == [("Opening", 0, 1), ("Größe & <tags> / twice", 1, 3)]


def test_nothing_of_the_sources_metadata_gets_out(shared_media: Path, render: Run) -> None:
    phone = shared_media / "video" / "phone_android9_1080p_gap_gps.mp4"
    with av.open(str(phone)) as container:
        tags = dict(container.metadata)
        tags |= {key: value for stream in container.streams for key, value in stream.metadata.items()}
    place = tags["location"]
    assert place.encode() in phone.read_bytes()
    scene = Scene(size=(128, 72))
    scene.add(phone, 0, 8)
    path = render(scene).path
    data = path.read_bytes()
    assert place.encode() not in data
    assert b"x264 - core" not in data
    with av.open(str(path)) as container:
        assert set(container.metadata) <= {"major_brand", "minor_version", "compatible_brands"}
        assert all("creation_time" not in stream.metadata for stream in container.streams)


def test_a_timeline_without_sound_gets_silence(media: Path, render: Run) -> None:
    scene = Scene()
    scene.add(media / "b.mp4", 0, 10)
    sound = sound_of(render(scene).path)
    assert not sound.any()
    assert sound.shape[1] >= 16_000


def test_a_timeline_of_sound_alone_gets_a_black_picture(media: Path, render: Run) -> None:
    scene = Scene()
    scene.add(media / "clicks.wav", 0, 30, track="A1")
    result = render(scene)
    with av.open(str(result.path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(video=0)]
    assert len(frames) == 30
    assert all(abs(frame[:90].astype(int) - 16).max() <= 1 for frame in frames)
    assert golden.impulse_positions(sound_of(result.path)) == [4800, 28_800]


# --- sameness and the cache ----------------------------------------------------------------------------------------


def test_two_renders_are_the_same_bytes_for_any_number_of_workers(media: Path, render: Run, tmp_path: Path) -> None:
    scene = cuts(media)
    scene.title("Same", 5, 20)
    in_processes = render(scene, "processes.mp4", executor=None, cache=SegmentCache(tmp_path / "c1"))
    assert in_processes.encoded == in_processes.segments == len(plan_of(scene))
    for workers in (1, 3):
        with ThreadPoolExecutor(workers) as executor:
            other = render(scene, f"{workers}.mp4", executor=executor, cache=SegmentCache(tmp_path / f"t{workers}"))
        assert other.path.read_bytes() == in_processes.path.read_bytes()
        assert other.sha256 == in_processes.sha256


def plan_of(scene: Scene) -> tuple[object, ...]:
    timeline = scene.timeline()
    return plan(timeline, scene.files, settings_for(timeline)).segments


def test_one_edit_encodes_only_what_it_touches(media: Path, render: Run) -> None:
    first = render(cuts(media))
    assert (first.segments, first.encoded, first.cached) == (4, 4, 0)
    again = render(cuts(media))
    assert (again.encoded, again.cached, again.sound_encoded) == (0, 4, 0)
    assert again.sha256 == first.sha256
    edited = cuts(media)
    edited.clips[1:2] = []
    edited.add(media / "b.mp4", 30, 31, trim=6)
    changed = render(edited)
    assert (changed.encoded, changed.cached) == (1, 3)
    assert golden.numbers_of(changed.path)[28:63] == [38, 39, *range(1006, 1037), None, None]


def test_moving_a_clip_encodes_nothing_but_the_new_gap(media: Path, render: Run) -> None:
    render(cuts(media))
    moved = Scene()
    moved.add(media / "b.mp4", 12, 31, trim=5)
    moved.add(media / "a.mp4", 43, 30, trim=10)
    result = render(moved)
    assert (result.segments, result.encoded) == (3, 1)
    assert golden.numbers_of(result.path) == [*[None] * 12, *range(1005, 1036), *range(10, 40)]


def test_a_long_still_is_encoded_once(media: Path, render: Run) -> None:
    scene = Scene()
    scene.add(media / "still.png", 0, 1800)
    result = render(scene)
    assert (result.segments, result.encoded, result.copied) == (15, 1, 14)
    assert (result.sound_chunks, result.sound_encoded) == (15, 1)
    count, picture_end, _ = lengths(result.path)
    assert (count, picture_end) == (1800, 60)


def test_a_damaged_cache_entry_is_made_again(media: Path, render: Run, cache: SegmentCache) -> None:
    first = render(cuts(media))
    entries = sorted(cache.folder.glob("*/*"), key=lambda path: -path.stat().st_size)
    data = bytearray(entries[0].read_bytes())
    data[len(data) // 2] ^= 0xFF
    entries[0].write_bytes(data)
    entries[1].write_bytes(entries[1].read_bytes()[:100])
    again = render(cuts(media), "again.mp4")
    assert again.encoded + again.sound_encoded == 2
    assert again.sha256 == first.sha256


def test_a_file_that_is_there_already_is_left_alone(media: Path, render: Run) -> None:
    first = render(cuts(media))
    written = first.path.stat().st_mtime_ns
    again = render(cuts(media))
    assert (again.sha256, again.encoded, again.frames_cached) == (first.sha256, 0, first.frames_encoded)
    assert first.path.stat().st_mtime_ns == written
    first.path.write_bytes(first.path.read_bytes()[:-1] + b"x")
    assert render(cuts(media)).sha256 == first.sha256
    assert golden.numbers_of(first.path)[:30] == list(range(10, 40))
    marked = cuts(media)
    marked.mark(20, "Chapter")
    assert render(marked).sha256 != first.sha256


def test_pieces_that_vanish_from_the_cache_meanwhile_are_made_again(media: Path, render: Run, tmp_path: Path) -> None:
    class Forgetful(SegmentCache):
        def put(self, key: str, body: bytes) -> None:
            """Keeps nothing, as when another process cleans up."""

    lost = render(cuts(media), cache=Forgetful(tmp_path / "forgetful"))
    assert lost.sha256 == render(cuts(media)).sha256


# --- progress, cancelling, errors ----------------------------------------------------------------------------------


def test_progress_counts_up_to_the_total(media: Path, render: Run) -> None:
    told: list[tuple[str, int, int]] = []
    render(cuts(media), progress=lambda *step: told.append(step))
    done = [step[1] for step in told]
    assert done == sorted(done)
    assert done[0] == 0
    assert {step[2] for step in told} == {done[-1]}
    assert told[-1][0] == "Done"


@pytest.mark.parametrize("workers", ["processes", "threads"])
def test_cancelling_leaves_the_old_file_and_nothing_else(
    media: Path, render: Run, tmp_path: Path, workers: str
) -> None:
    out = tmp_path / "movie" / "out.mp4"
    out.parent.mkdir()
    out.write_bytes(b"the good old file")
    cancel = threading.Event()

    def progress(label: str, done: int, total: int) -> None:
        if done:
            cancel.set()

    options = {"executor": None} if workers == "processes" else {}
    with pytest.raises(CancelledError):
        render(cuts(media), "movie/out.mp4", cancel=cancel, progress=progress, **options)
    assert out.read_bytes() == b"the good old file"
    assert [path.name for path in out.parent.iterdir()] == ["out.mp4"]


def test_a_cancel_set_before_the_start_encodes_nothing(media: Path, render: Run, cache: SegmentCache) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError):
        render(cuts(media), cancel=cancel)
    assert cache.size() == 0


def test_an_empty_timeline_says_what_to_do(render: Run) -> None:
    with pytest.raises(RenderError, match=r"empty.*Add a clip"):
        render(Scene())


def test_a_source_that_is_gone_is_named(media: Path, render: Run, tmp_path: Path) -> None:
    scene = cuts(media)
    gone = golden.make_numbered_video(tmp_path / "gone.mp4", 20)
    scene.add(gone, 95, 10)
    gone.unlink()
    with pytest.raises(RenderError, match=r'frame 95 of clip "gone.mp4" \(clip-4\).*') as caught:
        render(scene)
    assert "gone.mp4" in caught.value.where
    assert not (tmp_path / "out.mp4").exists()


def test_an_error_crosses_from_a_worker_process(render: Run, tmp_path: Path) -> None:
    scene = Scene()
    gone = golden.make_numbered_video(tmp_path / "gone.mp4", 20)
    scene.add(gone, 0, 10)
    gone.unlink()
    with pytest.raises(RenderError, match=r'frame 0 of clip "gone.mp4"'):
        render(scene, executor=None)


def test_a_clip_whose_source_left_the_library_is_named(media: Path, render: Run) -> None:
    scene = cuts(media)
    scene.files.clear()
    with pytest.raises(MissingMediaError, match="clip-1"):
        render(scene)


def test_output_names_that_cannot_be(media: Path, render: Run, tmp_path: Path) -> None:
    scene = cuts(media)
    with pytest.raises(RenderError, match=r"\.mp4"):
        render(scene, "movie.avi")
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(RenderError, match="folder"):
        render(scene, "folder.mp4")
    with pytest.raises(RenderError, match="plays this very file"):
        render(scene, str(media / "a.mp4"))
    (tmp_path / "file").touch()
    with pytest.raises(RenderError, match="folder cannot be made"):
        render(scene, "file/out.mp4")


def test_missing_folders_are_made(media: Path, render: Run) -> None:
    assert render(cuts(media), "new/folder/out.mp4").path.is_file()


def test_a_script_without_a_main_guard_renders_once(media: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys; from pathlib import Path\n"
        "from tests.engine.render.scene import Scene\n"
        "from studio_widgets.engine.render.cache import SegmentCache\n"
        "from studio_widgets.engine.render.export import export\n"
        "print('started')\n"
        "scene = Scene()\n"
        f"scene.add(Path({str(media / 'a.mp4')!r}), 0, 8)\n"
        f"cache = SegmentCache({str(tmp_path / 'cache')!r})\n"
        f"print(export(scene.timeline(), scene.files, {str(tmp_path / 'out.mp4')!r}, cache=cache).frames)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.stdout.split() == ["started", "8"], done.stderr


# --- sound ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", ["30", "30000/1001"])
def test_an_impulse_comes_back_at_the_exact_sample(media: Path, render: Run, rate: str) -> None:
    scene = Scene(rate)
    scene.add(media / "b.mp4", 0, 150)  # beyond its end: five seconds, so that there is a seam
    scene.add(media / "clicks.wav", 7, 40, trim=11, track="A1")
    scene.add(media / "clicks.wav", 90, 60, trim=0, track="A2", audio=AudioSettings(gain_db=-1.0))
    fps = Fraction(rate)
    expected = []
    for at, frames, trim in ((7, 40, 11), (90, 60, 0)):
        first, last = (int(Fraction(n) * 48_000 / fps) for n in (trim, trim + frames))
        shift = int(at * 48_000 / fps) - first
        expected += [n + shift for n in range(4800, 48_000 * 3, 24_000) if first <= n < last]
    assert golden.impulse_positions(sound_of(render(scene).path)) == expected
