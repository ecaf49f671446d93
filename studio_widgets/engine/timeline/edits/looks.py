"""Edits that leave every clip where it is: sound, picture, titles, names, and what a clip reads.

They change the one clip that is named, whatever it is linked with. None for an argument means: leave it as it is.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.clips import plainest, playing_frames
from studio_widgets.engine.timeline.edits.joins import refit
from studio_widgets.engine.timeline.edits.motion import refuse_unseen, with_settings
from studio_widgets.engine.timeline.edits.values import checked_style, clean_name, clean_text, within
from studio_widgets.engine.timeline.model import (
    AudioSettings,
    Clip,
    Source,
    Timeline,
    TitleSource,
    TitleStyle,
    may_lie_on,
    source_has_sound,
    source_key,
)


def set_audio(
    t: Timeline,
    *,
    clip: str,
    gain_db: float | None = None,
    muted: bool | None = None,
    fade_in: int | None = None,
    fade_out: int | None = None,
    at: int | None = None,
) -> Timeline:
    """Set how a clip sounds: gain in dB (-100 to 24), mute, fades in frames from its ends inwards.

    ```
    before  A1 [aaaaaaaaa]
    after   A1 [/aaaaaa\\_]     fade_in=1, fade_out=2
    ```

    at: where the gain gets a keyframe if it has some, in frames from the clip's start.
    """
    old = _unlocked(t, clip)
    audio = audio_of(t, old, muted=muted, fade_in=fade_in, fade_out=fade_out)
    new = with_settings(t, msgspec.structs.replace(old, audio=plainest(audio)), {"gain_db": gain_db}, at)
    return t if new == old else lanes.swap(t, [old], [new])


def audio_of(
    t: Timeline,
    old: Clip,
    *,
    muted: bool | None = None,
    fade_in: int | None = None,
    fade_out: int | None = None,
) -> AudioSettings:
    """How the clip sounds with these settings; EditError when it cannot."""
    if not source_has_sound(old.source):
        raise EditError(f"{lanes.label(t, old)} has no sound", hint="Choose a clip of a video or sound file")
    given = _given(muted=muted, fade_in_frames=fade_in, fade_out_frames=fade_out)
    audio = msgspec.structs.replace(old.audio, **given)
    if min(audio.fade_in_frames, audio.fade_out_frames) < 0:
        raise EditError("a fade cannot be negative", hint="Give frames from 0 up")
    if audio.fade_in_frames + audio.fade_out_frames > old.duration_frames:
        raise EditError(
            f"fades of {audio.fade_in_frames} and {audio.fade_out_frames} frames do not fit into "
            f"{lanes.label(t, old)}, which is {lanes.count(old.duration_frames)} long",
            hint="Shorten the fades",
        )
    return audio


def set_transform(
    t: Timeline,
    *,
    clip: str,
    scale: float | None = None,
    x: float | None = None,
    y: float | None = None,
    opacity: float | None = None,
    rotation: float | None = None,
    at: int | None = None,
) -> Timeline:
    """Set where a clip's picture goes: scale (1 fits the frame), x and y (fractions of the frame), opacity (0 to 1).

    ```
    before  +---------+     after  +---------+
            |aaaaaaaaa|            |       aa|     scale=0.25, x=0.375, y=-0.375
            |aaaaaaaaa|            |         |
            +---------+            +---------+
    ```

    rotation: degrees clockwise about the picture's centre.
    at: where what has keyframes gets one, in frames from the clip's start.
    """
    old = _unlocked(t, clip)
    refuse_unseen(t, old)
    new = with_settings(t, old, {"scale": scale, "x": x, "y": y, "opacity": opacity, "rotation": rotation}, at)
    return t if new == old else lanes.swap(t, [old], [new])


Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]
CORNERS: dict[Corner, tuple[int, int]] = {
    "top-left": (-1, -1),
    "top-right": (1, -1),
    "bottom-left": (-1, 1),
    "bottom-right": (1, 1),
}


def picture_in_picture(
    t: Timeline, *, clip: str, corner: Corner = "bottom-right", scale: float = 0.25, margin: float = 0.04
) -> Timeline:
    """Put a clip's picture small into a corner of the frame, over what the tracks below show.

    ```
    before  +---------+     after  +---------+
            |aaaaaaaaa|            |         |     corner="bottom-right", scale=0.25
            |aaaaaaaaa|            |       aa|
            +---------+            +---------+
    ```

    scale: 1 fits the frame; at most 1, for a larger picture has no corner to lie in.
    margin: from both edges, a fraction of the frame's height: as wide beside the picture as below it.

    Rotation, crop and opacity stay.
    """
    old = _unlocked(t, clip)
    if corner not in CORNERS:
        raise EditError(f"there is no corner {corner!r}", hint=f"Choose one of {', '.join(CORNERS)}")
    scale, margin = within(scale, 0.001, 1, "scale"), within(margin, 0, 0.5, "margin")
    across, down = CORNERS[corner]
    # Six digits are finer than any pixel, and read well where the edit is told.
    x = round(across * ((1 - scale) / 2 - margin * t.height / t.width), 6)
    y = round(down * ((1 - scale) / 2 - margin), 6)
    refuse_unseen(t, old)
    new = with_settings(t, old, {"scale": scale, "x": x, "y": y}, None)
    return t if new == old else lanes.swap(t, [old], [new])


def set_title(t: Timeline, *, clip: str, text: str | None = None, style: TitleStyle | None = None) -> Timeline:
    """Change what a title says or how it looks.

    ```
    before  V2 ...[text]..
    after   V2 ...[else]..
    ```
    """
    old = _unlocked(t, clip)
    new = titled(t, old, text, style)
    return t if new == old else lanes.swap(t, [old], [new])


def titled(t: Timeline, old: Clip, text: str | None, style: TitleStyle | None) -> Clip:
    """The title with another text or look; EditError when the clip is none."""
    if not isinstance(old.source, TitleSource):
        raise EditError(f"{lanes.label(t, old)} is not a title", hint="Add one: timeline.title(…)")
    source = TitleSource(
        text=old.source.text if text is None else clean_text(text, "title"),
        style=old.source.style if style is None else checked_style(style),
    )
    # A title is called by its text until somebody calls it something else.
    called_by_text = old.name == clean_name(old.source.text, "title")
    name = clean_name(source.text, "title") if called_by_text else old.name
    return msgspec.structs.replace(old, source=source, name=name)


def set_name(t: Timeline, *, clip: str, name: str) -> Timeline:
    """Call a clip something else.

    ```
    before  V1 ...[name]..
    after   V1 ...[else]..
    ```
    """
    old = _unlocked(t, clip)
    return _with(t, old, name=clean_name(name, old.name))


def relink(t: Timeline, *, source_from: Source, source_to: Source, name: str | None = None) -> Timeline:
    """Let every clip that reads `source_from` read `source_to` instead: a saved recording, a replaced file.

    ```
    before  V1 [take..][bbb][take]
    after   V1 [file..][bbb][file]
    ```

    source_from: told by its id alone.
    name: the clips' new name; None keeps theirs.

    Cuts stay. Refused when a clip shows frames that the new source does not have. Locked tracks are relinked too:
    nothing on them moves.
    """
    key = source_key(source_from)
    old = [clip for clip in t.clips if source_key(clip.source) == key]
    if not old:
        raise EditError(f"no clip reads {key}", hint="`timeline.to_frame()` shows what the clips read")
    for clip in old:
        frames = playing_frames(source_to, clip.retime)
        if not may_lie_on(source_to, t.tracks[clip.track_index].kind):
            raise EditError(
                f"{lanes.label(t, clip)} is on {t.tracks[clip.track_index].id}, where the new source cannot go"
            )
        if frames is not None and clip.trim_end_frame > frames:
            raise EditError(
                f"{lanes.label(t, clip)} shows frames up to {clip.trim_end_frame}, but the new source has {frames}",
                hint=f'Trim it first: timeline.trim("{clip.id}", end={frames - clip.trim_end_frame})',
            )
    changes: dict[str, Any] = {"source": source_to}
    if name is not None:
        changes["name"] = clean_name(name, "clip")
    new = [msgspec.structs.replace(clip, **changes) for clip in old]
    return refit(lanes.swap(t, old, new), [clip.id for clip in new])


def _unlocked(t: Timeline, clip_id: str) -> Clip:
    clip = lanes.find_clip(t, clip_id)
    lanes.refuse_locked(t, clip.track_index)
    return clip


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _with(t: Timeline, old: Clip, **fields: Any) -> Timeline:
    new = msgspec.structs.replace(old, **fields)
    return t if new == old else lanes.swap(t, [old], [new])
