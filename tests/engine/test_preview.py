"""The live preview: right frames as JPEG and as a stream, sound included, from a process that may die."""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np
import pytest

from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.media.probe import probe
from studio_widgets.engine.media.proxy import make_proxy
from studio_widgets.engine.render.preview import Preview
from studio_widgets.engine.render.preview_messages import Load, Play, Position, Scrub, Stop
from studio_widgets.engine.render.preview_process import PreviewDesk, picture_size
from studio_widgets.engine.timeline.model import (
    AudioSettings,
    Clip,
    MediaFileSource,
    Timeline,
    TitleSource,
    TitleStyle,
    Transition,
)
from tests.media import golden

PATIENCE = 60  # seconds until a hanging test is a failing one

Event = tuple[str, dict[str, Any], bytes]
Files = dict[str, SourceFile]


def clip(number: int, at: int, trim: tuple[int, int], media: str = "a", **more: Any) -> Clip:
    return Clip(
        id=f"clip-{number}",
        name=f"clip {number}",
        track_index=0,
        start_frame=at,
        duration_frames=trim[1] - trim[0],
        trim_start_frame=trim[0],
        trim_end_frame=trim[1],
        source=MediaFileSource(media_file_id=media),
        **more,
    )


def timeline(*clips: Clip, width: int = 1280, height: int = 720, **more: Any) -> Timeline:
    return Timeline(clips=clips, width=width, height=height, **more)


# Frames 0..29 show 60..89, frames 30..59 show 0..29.
TWO_CLIPS = timeline(clip(1, 0, (60, 90)), clip(2, 30, (0, 30)))


def number_at(frame: int) -> int:
    """What TWO_CLIPS shows."""
    return 60 + frame if frame < 30 else frame - 30


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """`a`: frames 0..119 with a tone and a proxy. `gone`: a file that is not there any more."""
    folder = tmp_path_factory.mktemp("preview")
    path = golden.make_numbered_video(folder / "a.mp4", 120, size=(320, 180), audio="tone", gop=250)
    info = probe(path)
    make_proxy(path, folder / "a.proxy.mp4", info=info)
    return {
        "media:a": SourceFile(path=str(path), sha256="a", info=info, proxy=str(folder / "a.proxy.mp4")),
        "media:gone": SourceFile(path=str(folder / "gone.mp4"), sha256="gone", info=info),
    }


class Listener:
    """Collects what a preview emits and waits for the one that matters."""

    def __init__(self) -> None:
        self.events: queue.Queue[Event] = queue.Queue()

    def __call__(self, kind: str, body: dict[str, Any], data: bytes) -> None:
        self.events.put((kind, body, data))

    def wait(self, kind: str, **wanted: Any) -> Event:
        """The next event of a kind whose body has these values; others are passed over."""
        while True:
            event = self.events.get(timeout=PATIENCE)
            if event[0] == kind and all(event[1].get(name) == value for name, value in wanted.items()):
                return event

    def frame(self, seq: int) -> bytes:
        return self.wait("frame", seq=seq)[2]

    def stream(self, generation: int) -> list[Event]:
        """All fragments of a session."""
        pieces = [self.wait("fragment", generation=generation)]
        while not pieces[-1][1]["last"]:
            pieces.append(self.wait("fragment", generation=generation))
        return pieces


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def preview(listener: Listener) -> Iterator[Preview]:
    made = Preview(listener)
    yield made
    pid = made.pid
    made.close()
    made.wait_closed(PATIENCE)
    assert pid is None or not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def decoded(pieces: list[Event], tmp_path: Path) -> Path:
    path = tmp_path / "stream.mp4"
    path.write_bytes(b"".join(data for _, _, data in pieces))
    return path


# --- through the process -------------------------------------------------------------------------------------------


def test_scrubbing_shows_the_right_frames(preview: Preview, listener: Listener, files: Files) -> None:
    preview.load(TWO_CLIPS, files, 7)
    for seq, frame in enumerate([0, 29, 30, 59, 5, 31, 10]):
        preview.scrub(frame, 640, 360, seq)
        _, body, jpeg = listener.wait("frame", seq=seq)
        assert body == {"frame": frame, "seq": seq, "rev": 7}
        assert golden.read_number(jpeg) == number_at(frame)


def test_playing_streams_every_frame_with_its_sound(
    preview: Preview, listener: Listener, files: Files, tmp_path: Path
) -> None:
    preview.load(TWO_CLIPS, files, 1)
    preview.play(3, 20)
    pieces = listener.stream(3)
    assert [body["seq"] for _, body, _ in pieces] == list(range(len(pieces)))
    assert {body["startFrame"] for _, body, _ in pieces} == {20}
    assert {body["codec"] for _, body, _ in pieces} == {"avc1.42c01e,mp4a.40.2"}
    assert [body["last"] for _, body, _ in pieces[:-1]] == [False] * (len(pieces) - 1)
    path = decoded(pieces, tmp_path)
    assert golden.numbers_of(path) == [number_at(frame) for frame in range(20, 60)]
    assert golden.loudness_of(path) == pytest.approx(0.5 / np.sqrt(2), rel=0.1)
    with av.open(str(path)) as container:
        times = [frame.pts * frame.time_base for frame in container.decode(video=0)]
        assert times == [Fraction(k, 30) for k in range(40)]
        assert (container.streams.video[0].width, container.streams.video[0].height) == (640, 360)


def test_a_killed_process_is_told_and_started_again(preview: Preview, listener: Listener, files: Files) -> None:
    preview.load(TWO_CLIPS, files, 1)
    preview.scrub(3, 640, 360, 1)
    listener.frame(1)
    before = preview.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    body = listener.wait("error")[1]
    assert body["code"] == "preview_died"
    assert body["hint"]
    preview.scrub(4, 640, 360, 2)  # the document is still known
    assert golden.read_number(listener.frame(2)) == number_at(4)
    assert preview.pid != before


def test_an_interrupt_meant_for_the_cell_does_not_end_it(preview: Preview, listener: Listener, files: Files) -> None:
    preview.load(TWO_CLIPS, files, 1)
    preview.scrub(3, 640, 360, 1)
    listener.frame(1)
    pid = preview.pid
    assert pid is not None
    os.kill(pid, signal.SIGINT)
    preview.scrub(4, 640, 360, 2)
    listener.frame(2)
    assert preview.pid == pid


def test_a_listener_that_fails_does_not_stop_it(files: Files) -> None:
    seen: queue.Queue[int] = queue.Queue()

    def emit(kind: str, body: dict[str, Any], data: bytes) -> None:
        if kind == "frame":
            seen.put(body["seq"])
            raise ValueError("a bug of the listener")

    preview = Preview(emit)
    preview.load(TWO_CLIPS, files, 1)
    for seq in (1, 2):
        preview.scrub(seq, 64, 36, seq)
        assert seen.get(timeout=PATIENCE) == seq
    preview.close()
    preview.wait_closed(PATIENCE)


def test_a_slow_listener_holds_up_nobody_and_the_newest_scrub_wins(files: Files) -> None:
    gate, drawn = threading.Event(), Listener()

    def emit(kind: str, body: dict[str, Any], data: bytes) -> None:
        gate.wait(PATIENCE)
        drawn(kind, body, data)

    preview = Preview(emit)
    preview.load(TWO_CLIPS, files, 1)
    for seq in range(500):  # a caller that had to wait for the process would wait for the gate, for ever
        preview.scrub(seq % 60, 640, 360, seq)
        preview.position(1, seq)
    gate.set()
    assert golden.read_number(drawn.frame(499)) == number_at(499 % 60)
    assert drawn.events.empty()
    preview.close()
    preview.wait_closed(PATIENCE)


def test_closed_before_anything_was_asked(listener: Listener) -> None:
    preview = Preview(listener)
    preview.close()
    preview.wait_closed(PATIENCE)
    preview.scrub(0, 10, 10, 1)  # too late, and no harm
    assert listener.events.empty()


# --- the process's own work, without a process -----------------------------------------------------------------------


class Desk:
    """A PreviewDesk whose steps the test takes."""

    def __init__(self, files: Files) -> None:
        self.events: list[Event] = []
        self.desk = PreviewDesk(lambda kind, body, data: self.events.append((kind, body, data)))
        self.files = files

    def load(self, value: Timeline, rev: int = 1) -> None:
        self.desk.handle(Load(value, self.files, rev))

    def play_out(self, generation: int) -> list[Event]:
        """Play to the end, the view keeping up."""
        for frame in range(10_000):
            self.desk.handle(Position(generation, frame))
            self.desk.step()
            if not self.desk.playing:
                return self.of("fragment")
        raise AssertionError("the session does not end")

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event[0] == kind]


@pytest.fixture
def desk(files: Files) -> Iterator[Desk]:
    made = Desk(files)
    yield made
    made.desk.close()


def test_sound_begins_with_the_first_frame_exactly(desk: Desk, files: Files, tmp_path: Path) -> None:
    path = golden.make_numbered_video(tmp_path / "clicks.mkv", 90, audio="impulses")
    desk.files = {"media:a": SourceFile(path=str(path), sha256="c", info=probe(path))}
    desk.load(timeline(clip(1, 0, (0, 90))))
    desk.desk.handle(Play(1, 20))
    stream = decoded(desk.play_out(1), tmp_path)
    with av.open(str(stream)) as container:
        frames = list(container.decode(audio=0))
    assert frames[0].pts == 0
    sound = np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    origin = 20 * 1600
    expected = [at - origin for at in range(4800, 90 * 1600, 24_000) if at >= origin + 1024]
    assert golden.impulse_positions(sound, 0.2) == expected
    assert 0 <= sound.shape[1] - 70 * 1600 <= 1024


def test_edits_go_on_in_the_session_from_its_next_frame(desk: Desk, tmp_path: Path) -> None:
    desk.load(TWO_CLIPS)
    desk.desk.handle(Play(1, 0))
    for _ in range(10):
        desk.desk.step()
    desk.load(timeline(clip(1, 0, (0, 25))), rev=2)
    numbers = golden.numbers_of(decoded(desk.play_out(1), tmp_path))
    assert numbers == [number_at(frame) for frame in range(10)] + list(range(10, 25))


def test_a_new_shape_of_the_timeline_shows_with_the_next_session(desk: Desk, tmp_path: Path) -> None:
    desk.load(TWO_CLIPS)
    desk.desk.handle(Play(1, 50))
    desk.desk.step()
    desk.load(msgspec.structs.replace(TWO_CLIPS, width=720, height=1280), rev=2)
    with av.open(str(decoded(desk.play_out(1), tmp_path))) as container:
        assert {(frame.width, frame.height) for frame in container.decode(video=0)} == {(640, 360)}
    desk.events.clear()
    desk.desk.handle(Play(2, 50))
    with av.open(str(decoded(desk.play_out(2), tmp_path))) as container:
        assert {(frame.width, frame.height) for frame in container.decode(video=0)} == {(360, 640)}


def test_a_session_stays_eight_seconds_ahead_of_the_view(desk: Desk) -> None:
    desk.load(timeline(*(clip(k, 120 * k, (0, 120)) for k in range(4))))
    desk.desk.handle(Play(1, 0))
    while desk.desk.busy:
        desk.desk.step()
    assert desk.desk.playing == 8 * 30
    desk.desk.handle(Position(99, 400))  # of a session that is over
    assert not desk.desk.busy
    desk.desk.handle(Position(1, 30))
    while desk.desk.busy:
        desk.desk.step()
    assert desk.desk.playing == 9 * 30


def test_a_new_session_replaces_the_old_one(desk: Desk, tmp_path: Path) -> None:
    desk.load(TWO_CLIPS)
    desk.desk.handle(Play(1, 0))
    for _ in range(20):
        desk.desk.step()
    desk.desk.handle(Play(2, 50))
    desk.events.clear()
    pieces = desk.play_out(2)
    assert {body["generation"] for _, body, _ in pieces} == {2}
    assert golden.numbers_of(decoded(pieces, tmp_path)) == [number_at(frame) for frame in range(50, 60)]


def test_stopped_it_is_silent(desk: Desk) -> None:
    desk.load(TWO_CLIPS)
    desk.desk.handle(Play(1, 0))
    desk.desk.step()
    desk.desk.handle(Stop())
    count = len(desk.of("fragment"))
    desk.desk.step()
    assert len(desk.of("fragment")) == count
    assert not desk.desk.playing


def test_pieces_are_at_most_a_megabyte(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio_widgets.engine.render.preview_stream.MAX_PIECE", 1000)
    desk.load(TWO_CLIPS)
    desk.desk.handle(Play(1, 40))
    pieces = desk.play_out(1)
    assert max(len(data) for _, _, data in pieces) <= 1000
    assert golden.numbers_of(decoded(pieces, tmp_path)) == list(range(10, 30))


def test_playing_from_behind_the_end_ends_at_once(desk: Desk) -> None:
    desk.load(TWO_CLIPS)
    desk.desk.handle(Play(1, 60))
    desk.desk.step()
    assert [(body["last"], data) for _, body, data in desk.of("fragment")] == [(True, b"")]


def test_an_empty_timeline_is_black(desk: Desk) -> None:
    desk.load(timeline())
    desk.desk.handle(Scrub(0, 64, 36, 1))
    assert golden.luma_of(desk.of("frame")[0][2]).max() < 5


def test_scrubs_fit_the_view_and_keep_the_shape(desk: Desk) -> None:
    desk.load(TWO_CLIPS)
    for width, height, expected in [
        (4000, 3000, (720, 1280)),
        (640, 640, (360, 640)),
        (100, 1000, (56, 100)),
        (320, 90, (90, 160)),
    ]:
        desk.desk.handle(Scrub(0, width, height, 1))
        assert golden.luma_of(desk.events[-1][2]).shape == expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1920, 1080), (640, 360)), ((1080, 1920), (360, 640)), ((1000, 1000), (360, 360)), ((320, 180), (320, 180))],
)
def test_the_preview_keeps_the_shape_of_the_timeline(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert picture_size(Timeline(width=size[0], height=size[1])) == expected


def test_proxies_stand_in_for_originals(desk: Desk) -> None:
    """With the original out of reach, what is drawn must come from the proxy."""
    file = desk.files["media:a"]
    desk.files = {"media:a": msgspec.structs.replace(file, path="/nowhere/a.mp4")}
    desk.load(TWO_CLIPS)
    desk.desk.handle(Scrub(7, 640, 360, 1))
    assert golden.read_number(desk.of("frame")[0][2]) == number_at(7)
    assert not desk.of("error")


def test_a_frame_at_rest_is_drawn_from_the_original_and_follows_edits(desk: Desk) -> None:
    file = desk.files["media:a"]
    desk.files = {"media:a": msgspec.structs.replace(file, proxy="/nowhere/a.proxy.mp4")}
    desk.load(TWO_CLIPS)
    desk.desk.handle(Scrub(7, 1280, 720, 1))
    assert golden.read_number(desk.of("frame")[-1][2]) == number_at(7)
    desk.load(timeline(clip(1, 0, (20, 50))), rev=2)
    desk.desk.handle(Scrub(7, 1280, 720, 2))
    assert golden.read_number(desk.of("frame")[-1][2]) == 27
    assert not desk.of("error")


def test_a_file_that_is_gone_is_told_once_and_the_rest_plays_on(desk: Desk, tmp_path: Path) -> None:
    desk.load(timeline(clip(1, 0, (0, 10), media="gone"), clip(2, 10, (0, 10))))
    desk.desk.handle(Play(1, 0))
    numbers = golden.numbers_of(decoded(desk.play_out(1), tmp_path))
    assert numbers == [None] * 10 + list(range(10))
    errors = [body for _, body, _ in desk.of("error")]
    assert len({body["message"] for body in errors}) == len(errors)
    assert all("clip 1" in body["message"] and "gone.mp4" in body["where"] for body in errors)
    assert all(body["hint"] for body in errors)


def test_a_clip_without_a_file_is_shown_as_missing(desk: Desk) -> None:
    desk.load(timeline(clip(1, 0, (0, 10), media="unknown"), clip(2, 10, (0, 10))))
    desk.desk.handle(Scrub(2, 640, 360, 1))
    desk.desk.handle(Scrub(12, 640, 360, 2))
    notice, picture = (data for _, _, data in desk.of("frame"))
    assert golden.luma_of(notice).max() > 100  # words
    assert golden.read_number(picture) == 2


def test_titles_transitions_and_gain_are_those_of_the_export(desk: Desk, tmp_path: Path) -> None:
    quiet = AudioSettings(gain_db=-20)
    value = timeline(
        clip(1, 0, (0, 30), audio=quiet),
        clip(2, 30, (60, 90), audio=quiet),
        Clip(
            id="clip-3",
            name="title",
            track_index=1,
            start_frame=40,
            duration_frames=10,
            trim_start_frame=0,
            trim_end_frame=10,
            source=TitleSource(text="MMMM", style=TitleStyle(size=0.3)),
        ),
        transitions=(Transition(id="transition-1", left_clip_id="clip-1", right_clip_id="clip-2", duration_frames=8),),
    )
    desk.load(value)
    desk.desk.handle(Play(1, 0))
    stream = decoded(desk.play_out(1), tmp_path)
    numbers = golden.numbers_of(stream)
    assert numbers[:26] == list(range(26))
    assert None in numbers[26:34]
    assert numbers[34:40] == list(range(64, 70))
    assert golden.loudness_of(stream) == pytest.approx(0.05 / np.sqrt(2), rel=0.15)
    with av.open(str(stream)) as container:
        white = [float((frame.to_ndarray(format="gray") > 245).mean()) for frame in container.decode(video=0)]
    assert min(white[40:50]) > 0.005 > max(white[34:40])


def test_the_same_rate_is_kept_to_the_frame_in_ntsc(
    desk: Desk, tmp_path: Path, numbered_video: Callable[..., Path]
) -> None:
    path = numbered_video("ntsc.mp4", 40, "30000/1001", audio="tone")
    desk.files = {"media:a": SourceFile(path=str(path), sha256="n", info=probe(path))}
    desk.load(timeline(clip(1, 0, (0, 40)), rate="30000/1001"))
    desk.desk.handle(Play(1, 7))
    assert golden.numbers_of(decoded(desk.play_out(1), tmp_path)) == list(range(7, 40))
