"""Groups of pictures copied from mezzanines: the right frames, bit for bit, and never where they do not fit."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_widgets.engine.media.mezzanine import GOP, make_mezzanine, mezzanine_settings
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.render import copying, verify
from studio_widgets.engine.render.export import Render
from studio_widgets.engine.render.plan import CopySpec, RenderSettings, plan, settings_for, video_settings
from studio_widgets.engine.timeline.clips import PictureFades
from studio_widgets.engine.timeline.model import Transform
from tests.engine.render.scene import Scene
from tests.media import golden

Run = Callable[..., Render]
FRAMES = 301  # the last group has one frame
SIZE = (320, 180)


@pytest.fixture(scope="session")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video numbered 0..300, its mezzanine beside it."""
    folder = tmp_path_factory.mktemp("mezzanine")
    return with_mezzanine(golden.make_numbered_video(folder / "talk.mp4", FRAMES, size=SIZE, audio="tone", gop=250))


def with_mezzanine(path: Path) -> Path:
    out = path.parent / "mezzanine.mp4"
    out.with_suffix(".json").write_bytes(msgspec.json.encode(make_mezzanine(path, out)))
    return path


class Lecture(Scene):
    """Cuts of a file that has a mezzanine."""

    def __init__(self, source: Path, *cuts: tuple[int, int], **values: Any) -> None:
        super().__init__(size=SIZE)
        self.expected: list[int] = []
        for first, frames in cuts:
            self.add(source, len(self.expected), frames, trim=first, **values)
            self.expected += range(first, first + frames)
        self.give(source, source.parent / "mezzanine.mp4")

    def give(self, source: Path, mezzanine: Path) -> None:
        key = f"media:{source.name}"
        self.files[key] = msgspec.structs.replace(self.files[key], mezzanine=str(mezzanine))


def copies(scene: Scene, **changes: Any) -> list[tuple[int, int, int]]:
    """(start on the timeline, first frame of the mezzanine, frames) of what would be copied."""
    timeline = scene.timeline()
    settings = msgspec.structs.replace(settings_for(timeline), **changes)
    segments = plan(timeline, scene.files, settings).segments
    return [(one.start, one.spec.first, one.spec.frames) for one in segments if isinstance(one.spec, CopySpec)]


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray() for frame in container.decode(video=0)]


# --- what is copied ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cuts",
    [
        [(0, FRAMES)],
        [(30, 100), (200, 100), (10, 50)],
        [(59, 90), (119, 62), (61, 59)],
        [(0, 61), (60, 62), (120, 63), (180, 59), (240, 61)],
        [(58, 64), (1, 60), (2, 3), (299, 2)],
    ],
)
def test_every_frame_is_the_one_the_timeline_says(talk: Path, render: Run, cuts: list[tuple[int, int]]) -> None:
    scene = Lecture(talk, *cuts)
    result = render(scene)
    assert golden.numbers_of(result.path) == scene.expected
    copied = copies(scene)
    assert result.frames_copied == sum(frames for _, _, frames in copied) > 0
    assert result.frames_copied + result.frames_encoded == result.frames == len(scene.expected)
    shown, made = pictures(result.path), pictures(talk.parent / "mezzanine.mp4")
    for start, first, frames in copied:
        for number in range(frames):
            assert np.array_equal(shown[start + number], made[first + number]), "copied is bit-exact"


@pytest.mark.parametrize(
    ("name", "cuts"),
    [
        ("mb_frames.webm", [(0, 75), (30, 65), (60, 40)]),
        ("skv_bigbuckbunny.mp4", [(0, 103), (37, 90), (60, 59), (3, 72)]),
    ],
)
def test_real_footage_is_cut_anywhere(
    shared_media: Path, tmp_path: Path, render: Run, name: str, cuts: list[tuple[int, int]]
) -> None:
    source = with_mezzanine(Path(shutil.copy(shared_media / "video" / name, tmp_path / name)))
    info = copying.probe(source)
    made = pictures(tmp_path / "mezzanine.mp4")
    scene = Scene(str(mezzanine_settings(info).rate), size=(info.width, info.height))
    wanted: list[int] = []
    for first, frames in cuts:
        scene.add(source, len(wanted), frames, trim=first)
        wanted += range(first, first + frames)
    scene.files[f"media:{name}"] = msgspec.structs.replace(
        scene.files[f"media:{name}"], mezzanine=str(tmp_path / "mezzanine.mp4")
    )
    result = render(scene)
    assert result.frames_copied > len(wanted) // 2
    shown = pictures(result.path)
    assert len(shown) == len(wanted)
    for picture, number in zip(shown, wanted, strict=True):
        assert np.abs(picture.astype(int) - made[number]).mean() < 2, f"frame {number}"


@given(first=st.integers(0, FRAMES - 2), data=st.data())
def test_parts_are_whole_and_none_is_a_single_frame(talk: Path, first: int, data: st.DataObject) -> None:
    frames = data.draw(st.integers(2, FRAMES - first))
    found = usable(talk)
    with copying.Opened() as opened:
        made = list(copying.parts(found, first, frames, opened))
    ends = [first, *(part.first + part.frames for part in made)]
    assert [part.first for part in made] == ends[:-1]
    assert ends[-1] == first + frames
    assert all(part.frames >= 2 for part in made)
    assert all(part.first % GOP == 0 for part in made if part.copied)
    encoded = sum(part.frames for part in made if not part.copied)
    assert encoded <= 2 * GOP, "a head and a tail, whatever lies between"


def usable(talk: Path) -> copying.Mezzanine:
    scene = Lecture(talk, (0, FRAMES))
    found = copying.usable(scene.files[f"media:{talk.name}"], video_settings(settings_for(scene.timeline())))
    assert found is not None
    return found


# --- what is not ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"crf": 20}, {"gop": 30}, {"preset": "fast"}, {"width": 160, "height": 90}])
def test_nothing_is_copied_into_an_export_of_another_kind(talk: Path, change: dict[str, Any]) -> None:
    scene = Lecture(talk, (0, 200))
    assert copies(scene)
    assert copies(scene, **change) == []


def test_nothing_is_copied_at_another_rate(talk: Path) -> None:
    scene = Lecture(talk, (0, 200))
    scene.rate = "25"
    assert copies(scene) == []


@pytest.mark.parametrize(
    "looks", [{"transform": Transform(scale=0.5)}, {"transform": Transform(opacity=0.5)}, {"fades": PictureFades(5, 0)}]
)
def test_what_looks_another_way_is_encoded(talk: Path, looks: dict[str, Any]) -> None:
    scene = Lecture(talk, (0, 100), **looks)
    assert sum(frames for _, _, frames in copies(scene)) < 100


def test_what_something_lies_over_is_encoded_there_alone(talk: Path, render: Run) -> None:
    scene = Lecture(talk, (0, 300))
    scene.title("Hello", 130, 20)
    assert [(start, start + frames) for start, _, frames in copies(scene)] == [(0, 130), (180, 300)]
    assert render(scene).frames_copied == 250


def test_a_mezzanine_that_is_damaged_or_of_another_time_is_left_alone(talk: Path, tmp_path: Path) -> None:
    scene = Lecture(talk, (0, 200))
    for name in ("mezzanine.mp4", "mezzanine.json"):
        shutil.copy(talk.parent / name, tmp_path / name)
    scene.give(talk, tmp_path / "mezzanine.mp4")
    assert copies(scene)
    told = msgspec.json.decode((tmp_path / "mezzanine.json").read_bytes())
    for change in ({"recipe": 0}, {"avccSha256": "0" * 64}):
        (tmp_path / "mezzanine.json").write_bytes(msgspec.json.encode(told | change))
        copying._read.cache_clear()
        assert copies(scene) == []
    (tmp_path / "mezzanine.mp4").write_bytes(b"no video")
    assert copies(scene) == []
    (tmp_path / "mezzanine.mp4").unlink()
    assert copies(scene) == []


# --- what goes wrong -----------------------------------------------------------------------------------------------


def test_a_mezzanine_that_vanishes_meanwhile_costs_the_copy_not_the_export(
    talk: Path, tmp_path: Path, render: Run, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("mezzanine.mp4", "mezzanine.json"):
        shutil.copy(talk.parent / name, tmp_path / name)
    scene = Lecture(talk, (20, 150))
    scene.give(talk, tmp_path / "mezzanine.mp4")

    def progress(label: str, done: int, total: int) -> None:
        if label == "Joining":
            (tmp_path / "mezzanine.mp4").unlink(missing_ok=True)

    result = render(scene, progress=progress)
    assert golden.numbers_of(result.path) == scene.expected
    assert (result.frames_copied, result.frames_encoded) == (0, 150)
    assert "it is encoded instead" in caplog.text


def test_a_file_with_a_fault_at_a_join_is_refused(talk: Path, render: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = copying.copy

    def damaged(*args: Any) -> Any:
        piece = whole(*args)
        data = [*piece.data]
        data[-3] = data[-3][: len(data[-3]) // 2] + bytes(len(data[-3]) - len(data[-3]) // 2)
        return msgspec.structs.replace(piece, data=tuple(data))

    monkeypatch.setattr(copying, "copy", damaged)
    scene = Lecture(talk, (0, 110), (200, 60))
    result = render(scene)
    assert golden.numbers_of(result.path) == scene.expected
    assert result.frames_copied == 0


def test_joins_are_decoded_from_the_key_frame_before_to_a_little_after() -> None:
    keys = [0, 60, 120, 158, 160, 220]
    assert list(verify.ranges([158, 160, 190], keys, 400)) == [(120, 192, [158, 160, 190])]
    assert list(verify.ranges([60, 220], keys, 221)) == [(0, 62, [60]), (160, 221, [220])]
    assert list(verify.ranges([], keys, 221)) == []


def test_the_settings_of_an_export_are_those_of_a_mezzanine(talk: Path) -> None:
    wanted = settings_for(Lecture(talk, (0, 60)).timeline())
    assert isinstance(wanted, RenderSettings)
    assert video_settings(wanted) == mezzanine_settings(copying.probe(talk), Fraction(30))
    assert copying.usable(SourceFile(path="x", sha256="y", info=copying.probe(talk)), video_settings(wanted)) is None
