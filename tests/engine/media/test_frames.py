"""At time t the frame with the greatest timestamp ≤ t, whatever was asked before."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.media.frames import FrameReader
from studio_widgets.engine.media.model import rounding_of
from studio_widgets.engine.media.source import common_start
from tests.media import golden

Make = Callable[..., Path]


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mkv"])
@pytest.mark.parametrize("gop", [1, 12, 250])
def test_any_order_gives_the_same_frames(numbered_video: Make, suffix: str, gop: int) -> None:
    path = numbered_video(f"a{suffix}", 90, gop=gop)
    order = list(range(90)) * 2
    random.Random(gop).shuffle(order)
    with FrameReader(path) as reader:
        for n in [*range(90), *range(89, -1, -1), *order]:
            assert golden.read_number(reader.at(Fraction(n, 30))) == n, n


def test_between_frames_the_earlier_one_stands(numbered_mp4: Path) -> None:
    with FrameReader(numbered_mp4) as reader:
        assert golden.read_number(reader.at(Fraction(7, 30) + Fraction(1, 1000))) == 7
        assert golden.read_number(reader.at(Fraction(8, 30) - Fraction(1, 50_000))) == 7
        assert golden.read_number(reader.at(Fraction(8, 30))) == 8


@pytest.mark.parametrize("rate", ["24000/1001", "30000/1001", "60000/1001"])
def test_frames_stand_at_the_times_that_were_meant_though_the_clock_cannot_tell_them(
    numbered_video: Make, rate: str
) -> None:
    """In 90,000ths of a second, MPEG-TS's unit, every other frame of 59.94 a second lies half a tick late."""
    with FrameReader(numbered_video("a.mp4", 40, rate)) as reader:
        assert [golden.read_number(reader.at(n / Fraction(rate))) for n in range(40)] == list(range(40))


def test_outside_the_first_and_last_frame_stand(numbered_mp4: Path) -> None:
    with FrameReader(numbered_mp4) as reader:
        assert golden.read_number(reader.at(Fraction(1000))) == 59
        assert golden.read_number(reader.at(Fraction(-3))) == 0
        assert golden.read_number(reader.at(Fraction(2))) == 59


def test_variable_frame_rate(numbered_video: Make) -> None:
    steps = [1, 40, 2, 2, 90, 5, 1, 1, 300, 2] * 4
    times = [Fraction(sum(steps[:k]), 1000) for k in range(len(steps))]
    path = numbered_video("vfr.mp4", len(steps), times=times, gop=7)
    with FrameReader(path) as reader:
        for n in random.Random(1).sample(range(int(times[-1] * 30) + 3), k=40):
            time = Fraction(n, 30)
            assert golden.read_number(reader.at(time)) == sum(1 for t in times if t <= time) - 1


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_time_counts_from_the_common_start_of_picture_and_sound(numbered_video: Make, suffix: str) -> None:
    late = numbered_video(f"late{suffix}", 30, start=10)
    with FrameReader(late) as reader:
        assert [golden.read_number(reader.at(Fraction(n, 30))) for n in (0, 1, 29)] == [0, 1, 29]
    # the sound starts half a second before the picture: the picture keeps its distance
    sound_first = numbered_video("sound.mkv", 30, audio="tone", start=Fraction(1, 2), audio_start=0)
    with FrameReader(sound_first) as reader:
        assert [golden.read_number(reader.at(Fraction(n, 30))) for n in (0, 14, 15, 16, 44)] == [
            0,
            0,
            0,
            1,
            29,
        ]


def test_what_a_codec_primes_itself_with_is_no_start(numbered_video: Make) -> None:
    path = numbered_video("opus.webm", 30, audio="tone")  # its sound begins at -7 ms, all of it dropped by decoders
    with av.open(str(path)) as container:
        assert common_start(container) == 0
    with FrameReader(path) as reader:
        assert golden.read_number(reader.at(Fraction(3, 30))) == 3


def test_orientation(numbered_video: Make) -> None:
    with FrameReader(numbered_video("turned.mp4", 3, rotation=90, sar=Fraction(2))) as reader:
        assert (reader.orientation.rotation, reader.orientation.sar) == (90, 2)
        assert reader.orientation.displayed(160, 90) == (90, 320)
        assert golden.read_number(reader.at(Fraction(0))) == 0  # not turned here


def test_a_still_is_the_same_for_all_times(tmp_path: Path) -> None:
    with FrameReader(golden.make_still(tmp_path / "a.png", number=7)) as reader:
        assert {golden.read_number(reader.at(Fraction(n))) for n in (-1, 0, 5000)} == {7}


def test_a_file_of_sound_alone_has_no_frames(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match=r"a\.wav.*no picture"):
        FrameReader(golden.make_sound(tmp_path / "a.wav"))


def test_a_cover_picture_is_not_the_video(tmp_path: Path) -> None:
    cover = golden.make_still(tmp_path / "cover.jpg")
    path = tmp_path / "song.mp3"
    with av.open(str(path), "w") as out, av.open(str(cover)) as picture:
        stream = out.add_stream("libmp3lame", rate=48_000)
        art = out.add_stream_from_template(picture.streams.video[0])
        art.disposition = av.stream.Disposition.attached_pic
        packet = next(packet for packet in picture.demux() if packet.size)
        packet.stream = art
        out.mux(packet)
        for frame in golden.sound_frames(golden.tone(48_000), stream.codec_context):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with pytest.raises(MediaError, match="no picture"):
        FrameReader(path)


# --- real media ------------------------------------------------------------------------------------------------------


def test_the_burned_in_numbers_of_a_real_webm(shared_media: Path) -> None:
    """Frame n of mb_frames.webm was made at n / 30 s; neighbours differ, so equal pictures are equal frames."""
    path = shared_media / "video/mb_frames.webm"
    with av.open(str(path)) as container:
        wanted = [frame.to_ndarray() for frame in container.decode(video=0)]
    with FrameReader(path) as reader:
        for n in (9, 50, 3, 99, 0, 98):
            shown = reader.at(Fraction(n, 30)).to_ndarray()
            assert (shown == wanted[n]).all()


def test_a_last_frame_that_is_claimed_but_does_not_decode(shared_media: Path) -> None:
    with FrameReader(shared_media / "video/webcam_hello_720p_30fps_offset.mp4") as reader:
        last = reader.at(Fraction(100))
        assert (last.width, last.height) == (1280, 720)
        assert reader.at(Fraction(249, 30)) is last
        assert reader.at(Fraction(0)).pts == 507  # its own clock starts at 0.033 s


def test_the_second_video_of_several(shared_media: Path) -> None:
    path = shared_media / "video/tc_nasa_13013.mp4"
    with FrameReader(path) as first, FrameReader(path, stream=1) as second:
        assert (first.at(Fraction(1)).width, second.at(Fraction(1)).width) == (320, 480)
    with pytest.raises(MediaError, match="2 video streams"):
        FrameReader(path, stream=2)


def test_the_alpha_of_vp9_is_decoded_at_every_seek(shared_media: Path) -> None:
    with FrameReader(shared_media / "video/mpy_transparent.webm") as reader:
        assert reader.has_alpha
        for time in (0, 4, 1, 3):
            assert reader.at(Fraction(time)).format.name == "yuva420p"


@pytest.mark.parametrize(
    "name", ["mpy_fire2.mp4", "mpy_no_duration.webm", "tc_h264_10bits.mp4", "tc_av1_video.mkv", "edx_test.mp4"]
)
def test_real_files_by_the_rule(shared_media: Path, name: str) -> None:
    path = shared_media / "video" / name
    with av.open(str(path)) as container:
        start = common_start(container)
        stream = container.streams.video[0]
        grace = rounding_of(stream.time_base)
        times = [frame.pts * frame.time_base - start for frame in container.decode(stream)]
    with FrameReader(path) as reader:
        for n in random.Random(3).sample(range(int(times[-1] * 30) + 2), k=25):
            shown = reader.at(Fraction(n, 30))
            latest = Fraction(n, 30) + grace
            wanted = max((t for t in times if t <= latest), default=times[0])
            assert shown.pts * shown.time_base - start == wanted
