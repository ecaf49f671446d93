"""Messages of the player: single frames, and one stream per play session."""

from __future__ import annotations

from typing import Literal

from studio_widgets.widgets.protocol.envelope import Count, ErrorBody, Events, Message, Name, Nothing, Pixels, Requests


class ScrubRequest(Message, frozen=True):
    """Show one frame as a JPEG no larger than `width` × `height` pixels: answered by a `player.frame` event.

    Latest wins: an older request that has not been drawn is dropped.
    """

    frame: Count
    width: Pixels
    height: Pixels
    seq: Count


class FrameEvent(Message, frozen=True):
    """Buffer 0 is the JPEG of `frame` as it was at revision `rev`."""

    frame: int
    seq: int
    rev: int


class SourceRequest(Message, frozen=True):
    """Show one media file or take instead of the project ("": the project again), as `player.*` events like its own."""

    id: Name = ""


class SourceShown(Message, frozen=True):
    """What the player shows now: name, length and picture size in pixels; `rate` is that of the project.

    `id` "": the project itself, and the rest says nothing.
    """

    id: str
    name: str
    kind: Literal["video", "image", "audio"]
    frames: int
    rate: str
    width: int
    height: int


class PlayRequest(Message, frozen=True):
    """Start a play session; `generation` grows with each session and seek, stale fragments are dropped."""

    generation: Count
    frame: Count


class PlayerPosition(Message, frozen=True):
    """Where the view is, every 0.5 s; the engine stays at most 8 s ahead."""

    generation: Count
    frame: Count


class FragmentEvent(Message, frozen=True):
    """Buffer 0 is a piece of one fMP4 stream (init segment first) whose time 0 is `start_frame`."""

    generation: int
    seq: int
    start_frame: int
    codec: str
    last: bool


REQUESTS: Requests = {
    "player.source": (SourceRequest, SourceShown),
    "player.scrub": (ScrubRequest, Nothing),
    "player.play": (PlayRequest, Nothing),
    "player.position": (PlayerPosition, Nothing),
    "player.stop": (Nothing, Nothing),
}
EVENTS: Events = {"player.frame": FrameEvent, "player.fragment": FragmentEvent, "player.error": ErrorBody}
