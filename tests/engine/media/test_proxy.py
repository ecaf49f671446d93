"""A proxy shows the same frames at the same times, smaller."""

from __future__ import annotations

import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from studio_widgets.engine.errors import CancelledError, MediaError
from studio_widgets.engine.media.audio import AudioReader
from studio_widgets.engine.media.frames import FrameReader
from studio_widgets.engine.media.probe import probe
from studio_widgets.engine.media.proxy import make_proxy, proxy_size
from tests.media import golden

Make = Callable[..., Path]


def proxy_of(path: Path) -> Path:
    out = path.with_name(f"{path.stem}.proxy.mp4")
    make_proxy(path, out)
    return out


def same_frames(source: Path, proxy: Path, seconds: Fraction, rate: int = 30) -> None:
    with FrameReader(source) as original, FrameReader(proxy, rounding=probe(source).rounding) as small:
        for n in range(int(seconds * rate) + 2):
            time = Fraction(n, rate)
            assert golden.read_number(small.at(time)) == golden.read_number(original.at(time)), n


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mkv"])
def test_the_same_frame_at_every_time(numbered_video: Make, suffix: str) -> None:
    path = numbered_video(f"a{suffix}", 45, audio="tone")
    same_frames(path, proxy_of(path), Fraction(45, 30))


def test_variable_frame_rate_and_late_starts_keep_their_times(numbered_video: Make) -> None:
    times = [Fraction(k * k, 400) for k in range(25)]
    vfr = numbered_video("vfr.mp4", 25, times=times)
    same_frames(vfr, proxy_of(vfr), times[-1], 60)
    late = numbered_video("late.mkv", 30, audio="impulses", start=Fraction(1, 2), audio_start=0)
    proxy = proxy_of(late)
    same_frames(late, proxy, Fraction(3, 2))
    with AudioReader(proxy) as reader:
        assert golden.impulse_positions(reader.read(0, 48_000)) == [4800, 28_800]


def test_it_is_small_upright_and_quick_to_seek(numbered_video: Make) -> None:
    path = numbered_video("a.mp4", 40, size=(1280, 720), gop=250, rotation=90)
    info = probe(proxy_of(path))
    assert (info.width, info.height, info.rotation, info.sar) == (360, 640, 0, "1")
    with av.open(str(proxy_of(path))) as container:
        stream = container.streams.video[0]
        keys = [packet.pts * stream.time_base for packet in container.demux(stream) if packet.is_keyframe]
        frame = next(container.decode(stream), None)
    assert keys == [Fraction(k, 3) for k in range(4)]
    assert frame is None or frame.format.name == "yuv420p"
    with FrameReader(proxy_of(path)) as reader:
        upright = reader.at(Fraction(1)).to_image()
    assert golden.read_number(upright.rotate(90, expand=True)) == 30


def test_pixels_become_square_and_nothing_is_enlarged(numbered_video: Make) -> None:
    assert proxy_size(probe(numbered_video("wide.mp4", 3, sar=Fraction(2)))) == (320, 90)
    assert proxy_size(probe(numbered_video("small.mp4", 3, size=(64, 36)))) == (64, 36)


def test_progress_ends_at_the_whole(numbered_mp4: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    make_proxy(numbered_mp4, tmp_path / "p.mp4", progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (2000, 2000)
    assert told == sorted(told)


def test_cancelled_it_leaves_nothing(numbered_mp4: Path, tmp_path: Path) -> None:
    cancel = threading.Event()
    out = tmp_path / "proxies" / "p.mp4"
    with pytest.raises(CancelledError):
        make_proxy(numbered_mp4, out, cancel=cancel, progress=lambda done, total: cancel.set())
    assert list(out.parent.iterdir()) == []


def test_failing_it_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "p.mp4"
    out.write_bytes(b"the proxy before")
    with pytest.raises(MediaError, match="only opaque videos"):
        make_proxy(golden.make_sound(tmp_path / "a.wav"), out)
    assert out.read_bytes() == b"the proxy before"


def test_where_a_phone_was_stays_out_of_it(shared_media: Path, tmp_path: Path) -> None:
    source = shared_media / "video/phone_android9_1080p_gap_gps.mp4"
    assert b"\xa9xyz" in source.read_bytes()
    make_proxy(source, tmp_path / "p.mp4")
    assert b"\xa9xyz" not in (tmp_path / "p.mp4").read_bytes()


def test_proxies_of_awkward_real_files(shared_media: Path, tmp_path: Path) -> None:
    for name in ("mpy_fire2.mp4", "tc_h264_10bits.mp4"):
        source, out = shared_media / "video" / name, tmp_path / f"{name}.mp4"
        make_proxy(source, out)
        with FrameReader(source) as original, FrameReader(out) as small:
            for n in range(0, int(probe(source).seconds * 30), 7):
                time = Fraction(n, 30)
                ours, theirs = small.at(time), original.at(time)
                assert ours.pts * ours.time_base == theirs.pts * theirs.time_base - Fraction(probe(source).start)
