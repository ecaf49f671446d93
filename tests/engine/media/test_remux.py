"""Remuxing: the packets of a live recording in a file with a duration and an index."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.media.probe import probe
from studio_widgets.engine.media.remux import container_of, remux
from tests.media.live import make_live_webm


def packets(path: Path) -> list[tuple[int, Fraction, bytes]]:
    with av.open(str(path)) as container:
        return [
            (packet.stream.index, packet.pts * packet.time_base, bytes(packet))
            for packet in container.demux()
            if packet.pts is not None
        ]


def test_the_duration_is_restored_and_no_packet_is_changed(tmp_path: Path) -> None:
    live = make_live_webm(tmp_path / "live.webm")
    with av.open(str(live)) as container:
        assert container.duration is None
    remux(live, tmp_path / "clean.webm")
    with av.open(str(tmp_path / "clean.webm")) as container:
        assert container.duration == pytest.approx(1_000_000, abs=50_000)
    assert packets(tmp_path / "clean.webm") == packets(live)


def test_the_same_take_gives_the_same_bytes(tmp_path: Path) -> None:
    live = make_live_webm(tmp_path / "live.webm", seconds=0.5)
    remux(live, tmp_path / "one.webm")
    remux(live, tmp_path / "two.webm")
    assert (tmp_path / "one.webm").read_bytes() == (tmp_path / "two.webm").read_bytes()


def test_a_take_that_was_cut_off_gives_what_came_before(tmp_path: Path) -> None:
    live = make_live_webm(tmp_path / "live.webm", seconds=2)
    data = live.read_bytes()
    (tmp_path / "cut.webm").write_bytes(data[: len(data) * 2 // 3])
    remux(tmp_path / "cut.webm", tmp_path / "clean.webm")
    assert 1 < probe(tmp_path / "clean.webm").seconds < Fraction(3, 2)


@pytest.mark.parametrize("content", [b"", b"\x1aE\xdf\xa3", b"\x1aE\xdf\xa3" + bytes(500), b"plain text"])
def test_what_cannot_be_played_is_refused_and_nothing_is_left(tmp_path: Path, content: bytes) -> None:
    take = tmp_path / "take.webm"
    take.write_bytes(content)
    with pytest.raises(MediaError):
        remux(take, tmp_path / "clean.webm")
    assert list(tmp_path.iterdir()) == [take]


def test_a_header_without_packets_is_refused(tmp_path: Path) -> None:
    live = make_live_webm(tmp_path / "live.webm", seconds=0.5)
    header = live.read_bytes().split(b"\x1f\x43\xb6\x75")[0]  # up to the first cluster
    (tmp_path / "header.webm").write_bytes(header)
    with pytest.raises(MediaError):
        remux(tmp_path / "header.webm", tmp_path / "clean.webm")


def test_codecs_that_webm_cannot_hold_go_into_matroska() -> None:
    assert container_of({"vp9", "opus"}) == "webm"
    assert container_of({"h264", "opus"}) == "matroska"


def test_a_real_recording_without_a_duration(shared_media: Path, tmp_path: Path) -> None:
    source = shared_media / "video" / "mpy_no_duration.webm"
    remux(source, tmp_path / "clean.webm")
    with av.open(str(tmp_path / "clean.webm")) as container:
        assert container.duration
