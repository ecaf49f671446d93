"""Every edit: a pure function from a timeline to the next, with keyword arguments that JSON can carry.

Frames are integers at the timeline's rate; ids are strings. An edit that cannot be done raises EditError, which names
what is in the way and the next step; the timeline is a value and never half changed. In the diagrams a clip is
`[name....]`, one character a frame, and `|` marks the frame that is named.

Too much is refused, not clamped. An edit that names a number of frames is done to the frame or not at all, and where
fewer would do, its refusal names the most (`Use end=+12 at most`): what a cell says is what happens, and an echo means
the same wherever it is replayed. The mouse clamps while it drags (`js/src/timeline/limits.ts`) and then asks for what
fits. Only looks give way, because they are asked for by how they look: transitions and fades are shortened to what
there is, which the echo and a warning tell.

Transitions follow their cut: after any edit those that are no longer on a cut are dropped, and those with too little
left around them are shortened (`joins.refit`).

Linked clips are edited as one, all or none; `alone=True` leaves links out of account (`together.py`). Edits that push
and pull keep linked clips in step on all tracks, and are refused where a locked track forbids it (`shift.py`). What is
set on a clip (sound, picture, name) is set on the one that is named.
"""

from studio_widgets.engine.timeline.edits.between import roll, slide, slip
from studio_widgets.engine.timeline.edits.cut import clear, remove, split, trim
from studio_widgets.engine.timeline.edits.fill import place
from studio_widgets.engine.timeline.edits.joins import remove_transition, set_transition, transition
from studio_widgets.engine.timeline.edits.links import link, unlink
from studio_widgets.engine.timeline.edits.load import load
from studio_widgets.engine.timeline.edits.looks import (
    picture_in_picture,
    relink,
    set_audio,
    set_name,
    set_title,
    set_transform,
)
from studio_widgets.engine.timeline.edits.motion import clear_keyframes, remove_keyframe, set_keyframe
from studio_widgets.engine.timeline.edits.notes import (
    caption,
    marker,
    move_caption,
    move_marker,
    remove_caption,
    remove_marker,
    set_caption,
    set_marker,
)
from studio_widgets.engine.timeline.edits.pace import freeze, stretch
from studio_widgets.engine.timeline.edits.picture import set_crop, set_fades
from studio_widgets.engine.timeline.edits.put import add, move, title
from studio_widgets.engine.timeline.edits.replace import lift, overwrite
from studio_widgets.engine.timeline.edits.ripple import close_gap, duplicate, extract, insert, ripple
from studio_widgets.engine.timeline.edits.rows import update
from studio_widgets.engine.timeline.edits.sound import attach_sound, detach_sound
from studio_widgets.engine.timeline.edits.tracks import add_track, move_track, remove_track, set_track

__all__ = [
    "add",
    "add_track",
    "attach_sound",
    "caption",
    "clear",
    "clear_keyframes",
    "close_gap",
    "detach_sound",
    "duplicate",
    "extract",
    "freeze",
    "insert",
    "lift",
    "link",
    "load",
    "marker",
    "move",
    "move_caption",
    "move_marker",
    "move_track",
    "overwrite",
    "picture_in_picture",
    "place",
    "relink",
    "remove",
    "remove_caption",
    "remove_keyframe",
    "remove_marker",
    "remove_track",
    "remove_transition",
    "ripple",
    "roll",
    "set_audio",
    "set_caption",
    "set_crop",
    "set_fades",
    "set_keyframe",
    "set_marker",
    "set_name",
    "set_title",
    "set_track",
    "set_transform",
    "set_transition",
    "slide",
    "slip",
    "split",
    "stretch",
    "title",
    "transition",
    "trim",
    "unlink",
    "update",
]
