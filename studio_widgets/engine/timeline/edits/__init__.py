"""Every edit: a pure function from a timeline to the next, with keyword arguments that JSON can carry.

Frames are integers at the timeline's rate; ids are strings. An edit that cannot be done raises EditError, which names
what is in the way and the next step; the timeline is a value and never half changed. In the diagrams a clip is
`[name....]`, one character a frame, and `|` marks the frame that is named.

Transitions follow their cut: after any edit those that are no longer on a cut are dropped, and those with too little
left around them are shortened (`joins.refit`).
"""

from studio_widgets.engine.timeline.edits.between import roll, slide, slip
from studio_widgets.engine.timeline.edits.cut import clear, remove, split, trim
from studio_widgets.engine.timeline.edits.joins import remove_transition, set_transition, transition
from studio_widgets.engine.timeline.edits.looks import (
    relink,
    set_audio,
    set_name,
    set_title,
    set_track,
    set_transform,
)
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
from studio_widgets.engine.timeline.edits.place import add, move, title
from studio_widgets.engine.timeline.edits.replace import lift, overwrite
from studio_widgets.engine.timeline.edits.ripple import close_gap, duplicate, extract, insert, ripple

__all__ = [
    "add",
    "caption",
    "clear",
    "close_gap",
    "duplicate",
    "extract",
    "insert",
    "lift",
    "marker",
    "move",
    "move_caption",
    "move_marker",
    "overwrite",
    "relink",
    "remove",
    "remove_caption",
    "remove_marker",
    "remove_transition",
    "ripple",
    "roll",
    "set_audio",
    "set_caption",
    "set_marker",
    "set_name",
    "set_title",
    "set_track",
    "set_transform",
    "set_transition",
    "slide",
    "slip",
    "split",
    "title",
    "transition",
    "trim",
]
