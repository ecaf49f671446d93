"""The part of the timeline's handle that says how clips play and look."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from studio_widgets.engine.library.clip_handle import ClipHandle
from studio_widgets.engine.library.handle_base import HandleBase, id_of
from studio_widgets.engine.timeline.timecode import Time

Speed = str | int | float | Fraction


class LookEdits(HandleBase):
    """Speed and freeze frames."""

    def stretch(
        self,
        clip: ClipHandle | str,
        speed: Speed | None = None,
        duration: Time | None = None,
        *,
        ripple: bool = False,
        alone: bool = False,
    ) -> None:
        """Play the same part of a clip's source faster or slower: at a `speed`, or such that it fills `duration`.

        speed: 2 is twice as fast, "1/3" a third; from 1/100 to 100. The pitch of the sound stays.
        ripple: let what follows close up or make room; without it the next clip may be in the way.
        """
        args: dict[str, Any] = {"clip": id_of(clip), "speed": None if speed is None else speed_text(speed)}
        args["duration"] = self._frame(duration)
        flags = {name: True for name, given in (("ripple", ripple), ("alone", alone)) if given}
        self._apply("stretch", {**args, **flags})

    def freeze(
        self, at: Time, duration: Time | None = None, track: str | None = None, *, alone: bool = False
    ) -> ClipHandle:
        """Let the picture stand still at `at` for `duration` (2 s): what lies there is split, what follows pushed.

        track: None: the highest V track that shows a moving picture there.
        """
        args = {"at": self._frame(at), "duration": self._frame(duration), "track": track}
        return self._clip(self._apply("freeze", {**args, **({"alone": True} if alone else {})})[0])


def speed_text(speed: Speed) -> str:
    """A speed as the fraction that edits take: of a float the one of its shortest decimals, 0.1 is 1/10."""
    if isinstance(speed, float):
        return str(Fraction(repr(speed)))
    return str(speed)
