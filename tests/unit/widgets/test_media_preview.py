"""A media file in the player: a document of one clip, shown in place of the project and beside it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from studio_widgets.engine.errors import EditError, MissingMediaError
from studio_widgets.engine.media.model import MediaInfo, SourceFile
from studio_widgets.engine.timeline.model import MediaFileSource
from studio_widgets.engine.timeline.single import one_clip
from studio_widgets.widgets import Player, media_desk, player, previews
from studio_widgets.widgets.base import StudioWidget
from tests.unit.widgets.conftest import ask
from tests.unit.widgets.fakes import FakeSession, View, title_at, wait_for
from tests.unit.widgets.test_previews import FakePreview
from tests.unit.widgets.test_projects import Library

Show = Callable[[StudioWidget], View]
SIZE = {"width": 320, "height": 180}


def file_of(media_id: str) -> SourceFile:
    info = MediaInfo(kind="video", container="mov,mp4", mime="video/mp4", duration="2", width=90, height=160)
    return SourceFile(path=f"/{media_id}", sha256=media_id, info=info)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[FakePreview]:
    """The previews that were started: nobody starts a process here."""
    found: list[FakePreview] = []

    def start(emit: Any) -> Any:
        found.append(FakePreview(emit))
        return found[-1]

    for module, name in ((previews, "PreviewDesk"), (media_desk, "PreviewDesk")):
        real = previews.PreviewDesk
        monkeypatch.setattr(module, name, lambda document, library, *_, real=real: real(document, library, start))
    return found


@pytest.fixture
def room(made: list[FakePreview], show: Show) -> tuple[Player, View, FakeSession]:
    library, session = Library(), FakeSession()
    library.sources = {"a": file_of("a"), "b": file_of("b")}
    session.apply("title", title_at(0))
    widget = Player(session, library)  # type: ignore[arg-type]
    return widget, show(widget), session


def scrub(widget: Player, view: View, frame: int, seq: int) -> None:
    view.answer(ask(widget, view, "player.scrub", SIZE | {"frame": frame, "seq": seq}))


def test_a_timeline_of_one_clip() -> None:
    video = MediaFileSource(media_file_id="m", frames=50)
    t = one_clip(video, "talk.mp4", rate="25", width=90, height=160)
    [clip] = t.clips
    assert (t.rate, t.width, t.height, t.total_frames) == ("25", 90, 160, 50)
    assert (clip.name, clip.source, t.tracks[clip.track_index].id) == ("talk.mp4", video, "V1")
    still = one_clip(MediaFileSource(media_file_id="m", kind="image"), "chart", rate="30000/1001", width=8, height=8)
    assert still.total_frames == 150
    sound = one_clip(MediaFileSource(media_file_id="m", kind="audio", frames=7), "s", rate="30", width=8, height=8)
    assert sound.tracks[sound.clips[0].track_index].id == "A1"
    with pytest.raises(EditError, match="0 frames"):
        one_clip(MediaFileSource(media_file_id="m", frames=0), "empty", rate="30", width=8, height=8)


def test_a_media_file_is_shown_in_its_own_size_and_the_project_again(
    room: tuple[Player, View, FakeSession], made: list[FakePreview]
) -> None:
    widget, view, session = room
    scrub(widget, view, 3, 1)
    shown = view.answer(ask(widget, view, "player.source", {"id": "a"}))
    expected = {"id": "a", "name": "a.mp4", "kind": "video", "frames": 60, "rate": "30", "width": 90, "height": 160}
    assert shown == widget.player_source == expected
    scrub(widget, view, 59, 2)
    project, media = made
    timeline, files, _ = media.loaded[-1]
    assert (len(timeline.clips), files) == (1, {"media:a": file_of("a")})
    media.draw()
    assert [body["seq"] for body, _ in view.events("player.frame")] == [2]
    assert (session.rev, widget.total_frames) == (1, 30)
    assert view.answer(ask(widget, view, "player.source", {}))["id"] == ""
    assert widget.player_source == {}
    scrub(widget, view, 4, 3)
    assert [frame for frame, *_ in project.scrubs] == [3, 4]
    assert len(made) == 2


def test_edits_meanwhile_do_not_disturb_and_are_there_afterwards(
    room: tuple[Player, View, FakeSession], made: list[FakePreview]
) -> None:
    widget, view, session = room
    scrub(widget, view, 0, 1)
    view.answer(ask(widget, view, "player.source", {"id": "a"}))
    scrub(widget, view, 0, 2)
    project, media = made
    session.apply("title", title_at(60))
    wait_for(lambda: project.loaded[-1][2] == 2)
    assert len(media.loaded) == 1


def test_a_late_frame_of_the_other_document_is_not_shown(
    room: tuple[Player, View, FakeSession], made: list[FakePreview]
) -> None:
    widget, view, _ = room
    scrub(widget, view, 0, 1)
    view.answer(ask(widget, view, "player.source", {"id": "a"}))
    made[0].draw()
    assert view.events("player.frame") == []


def test_what_plays_stops_with_its_document(room: tuple[Player, View, FakeSession], made: list[FakePreview]) -> None:
    widget, view, _ = room
    view.answer(ask(widget, view, "player.play", {"generation": 1, "frame": 0}))
    view.answer(ask(widget, view, "player.source", {"id": "a"}))
    view.answer(ask(widget, view, "player.play", {"generation": 2, "frame": 5}))
    assert (made[0].stops, made[1].plays[0][1]) == (1, 5)
    view.answer(ask(widget, view, "player.source", {"id": "b"}))
    assert made[1].loaded[-1][0].clips[0].name == "b.mp4"
    view.answer(ask(widget, view, "player.source", {}))
    assert made[1].stops == 1


def test_what_is_not_there_leaves_what_is_shown(room: tuple[Player, View, FakeSession]) -> None:
    widget, view, _ = room
    assert view.refusal(ask(widget, view, "player.source", {"id": "gone"}))["code"] == "missing_media"
    assert widget.player_source == {}
    view.answer(ask(widget, view, "player.source", {"id": "a"}))
    view.refusal(ask(widget, view, "player.source", {"id": "gone"}))
    assert widget.player_source["id"] == "a"


def test_a_cell_can_ask_for_it(room: tuple[Player, View, FakeSession]) -> None:
    widget, _, _ = room
    widget.preview("a")
    assert widget.player_source["name"] == "a.mp4"
    with pytest.raises(MissingMediaError):
        widget.preview("gone")
    widget.preview()
    assert widget.player_source == {}


def test_the_process_ends_after_a_rest_and_with_the_widget(
    room: tuple[Player, View, FakeSession], made: list[FakePreview], monkeypatch: pytest.MonkeyPatch
) -> None:
    widget, view, _ = room
    for media_id in ("a", "", "a"):
        view.answer(ask(widget, view, "player.source", {"id": media_id}))
        if media_id:
            scrub(widget, view, 0, 1)
    assert len(made) == 1, "another one was asked for soon"
    monkeypatch.setattr(player, "REST_SECONDS", 0.01)
    view.answer(ask(widget, view, "player.source", {}))
    wait_for(lambda: made[0].closed)
    view.answer(ask(widget, view, "player.source", {"id": "b"}))
    scrub(widget, view, 0, 2)
    assert msgspec.to_builtins(made[1].loaded[-1][0].clips[0].source)["mediaFileId"] == "b"
    widget.close()
    assert made[1].closed
    assert Fraction(widget.rate) == 30
