"""The house mezzanine shows the source's frames at their times, and is made as exports are made."""

from __future__ import annotations

import hashlib
import math
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.media.conversion import Conversion
from studio_widgets.engine.media.encoder import VideoSettings, open_video_encoder
from studio_widgets.engine.media.frames import FrameReader
from studio_widgets.engine.media.mezzanine import (
    MezzanineInfo,
    make_mezzanine,
    mezzanine_rate,
    mezzanine_settings,
    wants_mezzanine,
)
from studio_widgets.engine.media.pieces import Packets, encode_piece
from studio_widgets.engine.media.probe import probe
from tests.media import golden

Make = Callable[..., Path]
HALF_MS = Fraction(1, 2000)


def mezzanine_of(path: Path, rate: Fraction | None = None) -> tuple[Path, MezzanineInfo]:
    out = path.with_name(f"{path.stem}.mezzanine.mp4")
    return out, make_mezzanine(path, out, rate=rate)


def shown(times: Sequence[Fraction], rate: Fraction, frames: int, grace: Fraction = Fraction(0)) -> list[int]:
    """Which of the frames at these (ascending) times is to be seen at each n / rate."""
    return [max(0, bisect_right(times, n / rate + grace) - 1) for n in range(frames)]


def packets_of(path: Path) -> tuple[list[Fraction], list[int]]:
    """Presentation times of all packets in decoding order, and at which of them key frames stand."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        found = [packet for packet in container.demux(stream) if packet.size]
        times = [packet.pts * stream.time_base for packet in found]
        return times, [number for number, packet in enumerate(found) if packet.is_keyframe]


# --- the rule of time ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", ["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60"])
def test_a_constant_rate_is_kept_frame_for_frame(numbered_video: Make, rate: str) -> None:
    path = numbered_video("a.mp4", 75, rate)
    out, made = mezzanine_of(path)
    assert made.rate == rate
    assert made.frames == probe(path).frames(Fraction(rate))
    assert golden.numbers_of(out)[:75] == list(range(75))
    times, _ = packets_of(out)
    assert sorted(times) == [n / Fraction(rate) for n in range(made.frames)]


def test_a_variable_rate_shows_the_newest_frame_that_is_due(numbered_video: Make) -> None:
    times = [Fraction(k, 30) + Fraction((k * k) % 5, 500) for k in range(40)]
    times += [times[-1] + Fraction(8, 5) + Fraction(k, 60) for k in range(20)]
    path = numbered_video("vfr.mp4", 60, times=times)
    assert probe(path).variable_rate
    out, made = mezzanine_of(path)
    assert made.rate == "30"
    assert golden.numbers_of(out) == shown(times, Fraction(30), made.frames)


@pytest.mark.parametrize("rate", [24, 30, 60])
def test_a_browser_recording_without_duration_keeps_every_frame(numbered_video: Make, rate: int) -> None:
    whole = numbered_video("a.webm", 80, rate)
    live = whole.with_name("live.webm")
    with av.open(str(whole)) as source, av.open(str(live), "w", container_options={"live": "1"}) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    out, made = mezzanine_of(live)
    assert made.rate == str(rate)
    assert golden.numbers_of(out) == list(
        range(80)
    )  # times are whole milliseconds: taken literally, every third is late


def test_a_late_picture_stands_from_the_common_start(numbered_video: Make) -> None:
    path = numbered_video("late.mkv", 30, audio="tone", start=Fraction(21, 2), audio_start=10)
    out, made = mezzanine_of(path)
    times = [Fraction(1, 2) + Fraction(k, 30) for k in range(30)]
    assert golden.numbers_of(out) == shown(times, Fraction(30), 45, HALF_MS)
    assert made.frames == 45
    together = numbered_video("ten.mkv", 30, audio="tone", start=10)
    assert golden.numbers_of(mezzanine_of(together)[0]) == list(range(30))


def test_sound_that_goes_on_holds_the_last_picture(numbered_video: Make) -> None:
    path = numbered_video("a.mkv", 20, audio=golden.tone(48_000))
    assert golden.numbers_of(mezzanine_of(path)[0]) == [*range(20), *[19] * 10]


def test_another_rate_can_be_asked_for(numbered_video: Make) -> None:
    path = numbered_video("a.mp4", 60, 60)
    out, made = mezzanine_of(path, Fraction(25))
    assert (made.rate, made.frames) == ("25", 25)
    assert golden.numbers_of(out) == shown([Fraction(k, 60) for k in range(60)], Fraction(25), 25)


# --- size and colours ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_it_stands_upright(numbered_video: Make, rotation: int) -> None:
    path = numbered_video("a.mp4", 10, rotation=rotation)
    out, made = mezzanine_of(path)
    assert (made.width, made.height) == ((90, 160) if rotation in (90, 270) else (160, 90))
    with av.open(str(out)) as container:
        pictures = [frame.to_image().rotate(rotation, expand=True) for frame in container.decode(video=0)]
    assert [golden.read_number(picture) for picture in pictures] == list(range(10))
    info = probe(out)
    assert (info.rotation, info.sar) == (0, "1")


def test_pixels_become_square(numbered_video: Make) -> None:
    out, made = mezzanine_of(numbered_video("a.mp4", 10, sar=Fraction(2)))
    assert (made.width, made.height) == (320, 90)
    assert golden.numbers_of(out) == list(range(10))
    assert probe(out).sar == "1"


def coloured(path: Path, form: str, size: tuple[int, int] = (64, 48), matrix: int = 1, full: bool = False) -> Path:
    """Ten frames of lossless video, each half orange and half blue, in a pixel format, matrix and range."""
    picture = np.empty((size[1], size[0], 3), np.uint8)
    picture[:, : size[0] // 2], picture[:, size[0] // 2 :] = ORANGE, BLUE
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=30)
        stream.width, stream.height, stream.pix_fmt = *size, form
        stream.codec_context.colorspace, stream.codec_context.color_range = matrix, 2 if full else 1
        for n in range(10):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format=form,
                dst_colorspace={1: "ITU709", 5: "ITU601"}[matrix],
                dst_color_range="JPEG" if full else "MPEG",
            )
            frame.pts, frame.time_base = n, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


ORANGE, BLUE = (220, 120, 40), (30, 60, 200)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", [1, 5])
@pytest.mark.parametrize("form", ["yuv420p", "yuv444p", "yuv420p10le", "yuv422p10le"])
def test_colours_stay_what_they_are(tmp_path: Path, form: str, matrix: int, full: bool) -> None:
    out, _ = mezzanine_of(coloured(tmp_path / "a.mkv", form, matrix=matrix, full=full))
    with av.open(str(out)) as container:
        frame = next(container.decode(video=0))
    assert (frame.format.name, frame.colorspace, frame.color_range) == ("yuv420p", 1, 1)
    seen = frame.reformat(format="rgb24", src_colorspace="ITU709", src_color_range="MPEG").to_ndarray().astype(int)
    assert np.abs(seen[12:36, 8:24] - ORANGE).max() <= 4
    assert np.abs(seen[12:36, 40:56] - BLUE).max() <= 4


def test_odd_sizes_are_scaled_to_even_ones_and_nothing_is_cut_off(tmp_path: Path) -> None:
    out, made = mezzanine_of(coloured(tmp_path / "odd.mkv", "yuv444p", (75, 53)))
    assert (made.width, made.height) == (76, 52)
    with av.open(str(out)) as container:
        seen = next(container.decode(video=0)).to_ndarray(format="rgb24").astype(int)
    orange = (seen[:, :, 0] > seen[:, :, 2]).sum(axis=1)
    assert np.abs(orange - 37 * 76 / 75).max() <= 1.5, "both halves are there, in proportion"


# --- as exports are made ---------------------------------------------------------------------------------------------


def test_groups_are_closed_and_of_sixty(numbered_video: Make) -> None:
    out, made = mezzanine_of(numbered_video("a.mp4", 250, gop=250))
    times, keys = packets_of(out)
    frames = [round(time * 30) for time in times]
    assert keys == [0, 60, 120, 180, 240]
    for start, end in zip(keys, [*keys[1:], 250], strict=True):
        assert frames[start] == start, "a group is shown from its key frame on"
        assert sorted(frames[start:end]) == list(range(start, end)), "and holds nothing of its neighbours"
    assert (made.gop, made.frames) == (60, 250)
    units = annex_b(out)
    assert [number for number, kinds in enumerate(units) if 5 in kinds] == keys, "key frames are IDR frames"
    assert not any({6, 7, 8} & kinds for kinds in units), "no headers and no notes of x264's in the stream"
    assert b"x264" not in out.read_bytes()


def annex_b(path: Path) -> list[set[int]]:
    """The kinds of NAL units in each packet, as MP4 stores them (length, unit)."""
    found: list[set[int]] = []
    with av.open(str(path)) as container:
        for packet in container.demux(video=0):
            data, kinds, at = bytes(packet), set(), 0
            while at < len(data):
                kinds.add(data[at + 4] & 31)
                at += 4 + int.from_bytes(data[at : at + 4], "big")
            if data:
                found.append(kinds)
    return found


def avcc_of(path: Path) -> bytes:
    with av.open(str(path)) as container:
        return bytes(container.streams.video[0].codec_context.extradata)


def test_headers_are_those_of_an_export_whatever_the_content(numbered_video: Make, tmp_path: Path) -> None:
    one, made = mezzanine_of(numbered_video("one.mp4", 70, gop=250))
    two, _ = mezzanine_of(numbered_video("two.webm", 20, tint=(60, 200)))
    export = tmp_path / "export.mp4"
    settings = VideoSettings(width=160, height=90, rate="30", crf=23, gop=120)
    with av.open(str(export), "w") as container:
        stream = open_video_encoder(container, settings)
        for n in range(5):
            frame = golden.numbered_frame(n)
            frame.pts, frame.time_base, frame.pict_type = n, Fraction(1, 30), 0
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert avcc_of(one) == avcc_of(two) == avcc_of(export)
    assert made.avcc_sha256 == hashlib.sha256(avcc_of(one)).hexdigest()
    assert re.match(r"core \d+", made.x264)
    assert (made.av, made.crf, made.preset) == (av.__version__, 18, "veryfast")


def test_a_piece_decodes_alone_as_in_the_whole(numbered_video: Make, tmp_path: Path) -> None:
    path, pieces = numbered_video("a.mp4", 250, gop=250), tmp_path / "pieces"
    out = tmp_path / "m.mp4"
    make_mezzanine(path, out, pieces=pieces)
    with av.open(str(out)) as container:
        whole = [frame.to_ndarray() for frame in container.decode(video=0)]
    first = 0
    blocks = sorted(pieces.glob("*.piece"))
    assert len(blocks) == 3
    for block in blocks:
        piece = Packets.decode(block.read_bytes())
        decoder = av.CodecContext.create("h264", "r")
        decoder.extradata = piece.header
        frames = [f for data in piece.data for f in decoder.decode(av.Packet(data))] + decoder.decode(None)
        assert len(frames) == len(piece.data)
        for number, frame in enumerate(frames, first):
            assert np.array_equal(frame.to_ndarray(), whole[number]), number
        first += len(frames)
    assert first == 250


def test_key_frames_that_meet_at_a_join_have_different_numbers(numbered_video: Make, tmp_path: Path) -> None:
    """Or a decoder might take the second for a part of the first: pieces hold an even number of groups."""
    for rate in ("24", "25", "30", "50", "60000/1001"):
        out, made = tmp_path / "m.mp4", tmp_path / "pieces"
        frames = make_mezzanine(numbered_video("long.mp4", 300, rate), out, pieces=made).frames
        lengths = [len(Packets.decode(path.read_bytes()).data) for path in sorted(made.glob("*.piece"))]
        assert all(length % 120 == 0 for length in lengths[:-1])
        assert sum(lengths) == frames
        for path in made.glob("*.piece"):
            path.unlink()


# --- which files, at which rate --------------------------------------------------------------------------------------


def test_it_is_wanted_where_packets_cannot_be_copied_or_seeking_is_slow(numbered_video: Make, tmp_path: Path) -> None:
    def wanted(path: Path) -> bool:
        return wants_mezzanine(probe(path))

    assert not wanted(numbered_video("short.mp4", 90, gop=30))
    assert not wanted(numbered_video("edge.mp4", 120, gop=60)), "two seconds are not sparse"
    assert wanted(numbered_video("sparse.mp4", 90, gop=250))
    assert wanted(numbered_video("a.webm", 10))
    assert wanted(numbered_video("vfr.mp4", 20, times=[Fraction(k * k, 400) for k in range(20)]))
    assert wanted(coloured(tmp_path / "deep.mkv", "yuv420p10le"))
    assert not wanted(golden.make_sound(tmp_path / "a.wav"))
    assert not wanted(golden.make_still(tmp_path / "a.png"))


def test_rates_snap_to_the_standard_ones(numbered_video: Make) -> None:
    def rate(frames: int, rate: object, **options: object) -> Fraction:
        return mezzanine_rate(probe(numbered_video("a.mp4", frames, rate, **options)))

    assert rate(40, 10) == 30, "slower than film: the rate of timelines"
    assert rate(40, Fraction(2500, 83)) == 30
    assert rate(40, 120) == 60
    assert rate(40, 48) == 50
    assert rate(60, Fraction(2997, 100)) == Fraction(30_000, 1001)
    # mostly at 25 a second, at rest in between: the average of 11 says nothing
    pauses = [Fraction(k, 25) + k // 10 for k in range(50)]
    assert rate(50, 25, times=pauses) == 25
    # a clock that wavers about 59.9 is one of 60
    assert rate(60, 60, times=[Fraction(k * 1001, 60_000) + Fraction(k % 2, 1000) for k in range(60)]) == 60


def test_what_has_none_is_refused(tmp_path: Path, shared_media: Path) -> None:
    out = tmp_path / "m.mp4"
    out.write_bytes(b"the one before")
    for path in (golden.make_sound(tmp_path / "a.wav"), shared_media / "video/mpy_transparent.webm"):
        with pytest.raises(MediaError, match="only opaque videos"):
            make_mezzanine(path, out)
    assert out.read_bytes() == b"the one before"


def test_high_dynamic_range_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "hlg.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p10le"
        stream.codec_context.color_trc = 18
        frame = av.VideoFrame(64, 48, "yuv420p10le")
        for n in range(5):
            frame.pts, frame.time_base = n, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    info = probe(path)
    assert info.hdr
    assert not wants_mezzanine(info)


# --- real files ------------------------------------------------------------------------------------------------------

# Lowest luma PSNR in dB of any frame against the source's, measured; less a margin of 1 dB.
REAL = {
    "mpy_no_duration.webm": 63.8,
    "gnome_screencast_odd_274x269_theora444.ogv": 39.7,
    "phone_android9_1080p_gap_gps.mp4": 46.1,
    "mb_sar_2x1.mp4": 45.4,
    "tc_h264_10bits.mp4": 40.8,
}


@pytest.mark.parametrize("name", REAL)
def test_real_files_look_as_before(shared_media: Path, tmp_path: Path, name: str) -> None:
    source, out = shared_media / "video" / name, tmp_path / "m.mp4"
    info = probe(source)
    assert wants_mezzanine(info)
    made = make_mezzanine(source, out, info=info)
    assert made.frames == math.ceil(info.seconds * Fraction(made.rate))
    worst = math.inf
    with FrameReader(source, info=info) as original, FrameReader(out) as copy:
        conversion = Conversion(made.width, made.height, original.orientation.rotation)
        for n in range(made.frames):
            time = n / Fraction(made.rate)
            ours, theirs = (luma(frame) for frame in (copy.at(time), conversion.run(original.at(time))))
            worst = min(worst, 10 * math.log10(255**2 / max(1e-9, float(np.mean((ours - theirs) ** 2)))))
    assert worst >= REAL[name]


def luma(frame: av.VideoFrame) -> np.ndarray:
    return frame.to_ndarray()[: frame.height].astype(float)


def test_nothing_of_a_phone_s_notes_goes_in(shared_media: Path, tmp_path: Path) -> None:
    source, out = shared_media / "video/phone_android9_1080p_gap_gps.mp4", tmp_path / "m.mp4"
    assert b"\xa9xyz" in source.read_bytes()
    make_mezzanine(source, out)
    data = out.read_bytes()
    assert not [word for word in (b"\xa9xyz", b"android", b"Android", b"Lavf", b"x264") if word in data]
    with av.open(str(out)) as container:
        assert "creation_time" not in container.metadata | container.streams.video[0].metadata
        assert [stream.type for stream in container.streams] == ["video"]


def test_a_piece_is_what_the_renderer_would_encode(numbered_video: Make, tmp_path: Path) -> None:
    path, pieces = numbered_video("a.mp4", 40, gop=250), tmp_path / "pieces"
    make_mezzanine(path, tmp_path / "m.mp4", pieces=pieces)
    settings = mezzanine_settings(probe(path))
    with FrameReader(path) as reader:
        conversion = Conversion(settings.width, settings.height, 0)
        expected = encode_piece(settings, (conversion.run(reader.at(Fraction(n, 30))) for n in range(40)))
    (made,) = pieces.glob("*.piece")
    assert Packets.decode(made.read_bytes()) == expected
