"""Edits that take the sound of a video clip onto an audio track, and back."""

from __future__ import annotations

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.joins import MIN_TRANSITION, refit, transition_room
from studio_widgets.engine.timeline.edits.together import linked, settled
from studio_widgets.engine.timeline.model import (
    AudioSettings,
    Clip,
    PictureFades,
    Timeline,
    Transform,
    Transition,
    TransitionKind,
    source_has_sound,
    source_key,
)
from studio_widgets.engine.timeline.motion import curve_of, with_curve


def detach_sound(t: Timeline, *, clip: str, track: str | None = None) -> Timeline:
    """Make the sound of a video clip a clip of its own on an audio track, linked with it; the video clip is muted.

    ```
    before  V1 [aaaa]          after  V1 [aaaa] muted
            A1 ......                 A1 [AAAA]
    ```

    track: None takes the lowest free one (made when there is none).

    Gain, its keyframes and fades go along; so do crossfades to clips whose sound was detached onto the same track. What
    is heard is the same, sample for sample. `attach_sound` is the way back.
    """
    old = lanes.find_clip(t, clip)
    lanes.refuse_locked(t, old.track_index)
    name = lanes.label(t, old)
    if t.tracks[old.track_index].kind != "video":
        raise EditError(f"{name} is a sound already", hint="Choose a clip on a V track")
    if not source_has_sound(old.source):
        raise EditError(f"{name} has no sound", hint="Choose a clip of a video with sound")
    if old.audio.muted:
        raise EditError(
            f"{name} is muted: its sound is off or detached already",
            hint=f'Let it be heard first: timeline.set_audio("{old.id}", muted=False)',
        )
    start, end = old.start_frame, old.end_frame
    t, index = lanes.open_track(t, track or lanes.free_track(t, "audio", start, end - start), "audio")
    lanes.refuse_overlap(t, index, start, end, hint="Choose a track that is free there, or leave it out")
    link = old.link or f"link-{t.next_ids.link}"
    sound = msgspec.structs.replace(
        old,
        id=f"clip-{t.next_ids.clip}",
        track_index=index,
        transform=Transform(),
        fades=PictureFades(),
        curves=tuple(curve for curve in old.curves if curve.property == "gain_db"),
        link=link,
    )
    picture = msgspec.structs.replace(with_curve(old, "gain_db", ()), audio=AudioSettings(muted=True), link=link)
    counters = msgspec.structs.replace(t.next_ids, clip=t.next_ids.clip + 1, link=t.next_ids.link + (old.link is None))
    return _crossed(lanes.swap(t, [old], [picture, sound], next_ids=counters), picture, sound)


def _crossed(t: Timeline, picture: Clip, sound: Clip) -> Timeline:
    """`t` with the picture's transitions made between the sounds as well, where both were detached side by side."""
    before, after = lanes.neighbours(t, sound)
    for tr in t.transitions_by_clip.get(picture.id, ()):
        left = (before, sound) if tr.right_clip_id == picture.id else (sound, after)
        if left[0] is None or left[1] is None or left[0].end_frame != left[1].start_frame:
            continue
        other = t.clip_by_id[tr.left_clip_id if tr.right_clip_id == picture.id else tr.right_clip_id]
        beside = before if tr.right_clip_id == picture.id else after
        kind: TransitionKind = "dip" if tr.kind == "dip" else "crossfade"  # a wipe has no sound of its own
        room = transition_room(t, left[0], left[1], kind)
        if beside is None or not _is_sound_of(beside, other) or room < MIN_TRANSITION:
            continue
        new = Transition(
            id=f"transition-{t.next_ids.transition}",
            left_clip_id=left[0].id,
            right_clip_id=left[1].id,
            duration_frames=min(tr.duration_frames, room),
            kind=kind,
        )
        counters = msgspec.structs.replace(t.next_ids, transition=t.next_ids.transition + 1)
        t = lanes.replace(t, transitions=(*t.transitions, new), next_ids=counters)
    return t


def _is_sound_of(sound: Clip, picture: Clip) -> bool:
    """Whether a clip shows the same frames of the same source at the same time as one that it is linked with."""
    return (
        sound.link is not None
        and sound.link == picture.link
        and source_key(sound.source) == source_key(picture.source)
        and (sound.start_frame, sound.trim_start_frame, sound.duration_frames)
        == (picture.start_frame, picture.trim_start_frame, picture.duration_frames)
    )


def attach_sound(t: Timeline, *, clip: str) -> Timeline:
    """Give a video clip its detached sound back; `clip` is the one or the other.

    ```
    before  V1 [aaaa] muted          after  V1 [aaaa]
            A1 [AAAA]                       A1 ......
    ```

    Gain and fades come back with it. Refused when the two no longer show the same frames at the same time: what is
    heard would change.
    """
    picture, sound = _pair(t, lanes.find_clip(t, clip))
    lanes.refuse_locked(t, picture.track_index)
    lanes.refuse_locked(t, sound.track_index)
    if not picture.audio.muted:
        raise EditError(
            f"{lanes.label(t, picture)} has its own sound on",
            hint=f'Mute it, timeline.set_audio("{picture.id}", muted=True), or remove {sound.id}',
        )
    if not _is_sound_of(sound, picture):
        raise EditError(
            f"{lanes.label(t, sound)} no longer shows the frames of {lanes.label(t, picture)} at the same time",
            hint="Move and trim it to where the picture is, or leave it detached",
        )
    gain = curve_of(sound, "gain_db")
    whole = msgspec.structs.replace(with_curve(picture, "gain_db", gain.keys if gain else ()), audio=sound.audio)
    return settled(refit(lanes.swap(t, [picture, sound], [whole]), [sound.id]), [sound.link])


def _pair(t: Timeline, named: Clip) -> tuple[Clip, Clip]:
    """The picture and the sound that a clip is one of: linked, of one source, in step where there are several."""
    on_audio = t.tracks[named.track_index].kind == "audio"
    others = [
        other
        for other in linked(t, named)
        if (t.tracks[other.track_index].kind == "audio") != on_audio
        and source_key(other.source) == source_key(named.source)
    ]
    if not others:
        raise EditError(
            f"{lanes.label(t, named)} is linked with no {'picture' if on_audio else 'sound'} of the same source",
            hint="Link the two first: timeline.link()",
        )
    other = next((other for other in others if _is_sound_of(other, named)), others[0])
    return (other, named) if on_audio else (named, other)
