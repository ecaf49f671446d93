"""The part of the timeline's handle that says how clips play and look."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from studio_widgets.engine.library.clip_handle import ClipHandle
from studio_widgets.engine.library.handle_base import HandleBase, id_of
from studio_widgets.engine.timeline.clips import Ease, Property
from studio_widgets.engine.timeline.timecode import Time

Speed = str | int | float | Fraction


class LookEdits(HandleBase):
    """Speed and freeze frames, crop, picture fades and keyframes."""

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

    def set_crop(
        self,
        clip: ClipHandle | str,
        *,
        left: float | None = None,
        top: float | None = None,
        right: float | None = None,
        bottom: float | None = None,
        at: Time | None = None,
    ) -> None:
        """Cut something off the sides of a clip's picture, in fractions of its width and height (0 to 0.99).

        What is left stays where it was. at: where a side that has keyframes gets one, from the clip's start.
        """
        sides = {"left": left, "top": top, "right": right, "bottom": bottom}
        self._apply("set_crop", {"clip": id_of(clip), **sides, "at": self._frame(at)})

    def set_fades(self, clip: ClipHandle | str, *, fade_in: Time | None = None, fade_out: Time | None = None) -> None:
        """Let a clip's picture come out of what lies below it, and go back into it; 0 for not at all."""
        fades = {"fade_in": self._frame(fade_in), "fade_out": self._frame(fade_out)}
        self._apply("set_fades", {"clip": id_of(clip), **fades})

    def set_keyframe(
        self, clip: ClipHandle | str, property: Property, at: Time, value: float, ease: Ease = "linear"
    ) -> None:
        """Give a property of a clip a value at a place in it, counted from its start; one that is there is replaced.

        property: scale, x, y, opacity, rotation, crop_left, crop_top, crop_right, crop_bottom or gain_db.
        ease: the way to the next keyframe: "linear", "smooth" or "hold".
        """
        args = {"clip": id_of(clip), "property": property, "at": self._frame(at), "value": value}
        self._apply("set_keyframe", {**args, **({"ease": ease} if ease != "linear" else {})})

    def remove_keyframe(self, clip: ClipHandle | str, property: Property, at: Time) -> None:
        """Take away a keyframe; without any the clip's own setting counts again."""
        self._apply("remove_keyframe", {"clip": id_of(clip), "property": property, "at": self._frame(at)})

    def clear_keyframes(self, clip: ClipHandle | str, property: Property | None = None) -> None:
        """Take away all keyframes of a property, or of all properties; the clip's own settings count again."""
        self._apply("clear_keyframes", {"clip": id_of(clip), "property": property})


def speed_text(speed: Speed) -> str:
    """A speed as the fraction that edits take: of a float the one of its shortest decimals, 0.1 is 1/10."""
    if isinstance(speed, float):
        return str(Fraction(repr(speed)))
    return str(speed)
