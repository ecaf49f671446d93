"""Edits by name: what a widget sends, the journal keeps and the echo replays.

`EDITS` lists every edit. The struct that its JSON arguments are decoded into is made from the function's signature, so
an edit is described in one place only.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import edits
from studio_widgets.engine.timeline.check import check_change
from studio_widgets.engine.timeline.delta import Delta, created, diff_both
from studio_widgets.engine.timeline.journal import REDO, RESTORE, UNDO
from studio_widgets.engine.timeline.model import Timeline

Edit = Callable[..., Timeline]


class EditSpec(msgspec.Struct, frozen=True):
    """One edit: its name, its function, the struct of its JSON arguments, and what undo calls it."""

    name: str
    function: Edit
    args: type[msgspec.Struct]
    label: str


class Change(msgspec.Struct, frozen=True):
    """An edit carried out: everything a journal row and a view need.

    `args` is the canonical JSON of the arguments; `created` are the ids that came into being, clips first. A change
    whose `forward` is false (an item dragged back to where it was) needs no row.
    """

    op: str
    args: bytes
    before: Timeline
    after: Timeline
    forward: Delta
    backward: Delta
    created: tuple[str, ...]


def _spec(function: Edit, label: str) -> EditSpec:
    hints = get_type_hints(function)
    fields: list[Any] = []
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        kind = hints[parameter.name]
        required = parameter.default is inspect.Parameter.empty
        fields.append((parameter.name, kind) if required else (parameter.name, kind, parameter.default))
    name = "".join(word.title() for word in function.__name__.split("_")) + "Args"
    args = msgspec.defstruct(name, fields, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True)
    return EditSpec(function.__name__, function, args, label)


EDITS: dict[str, EditSpec] = {
    spec.name: spec
    for spec in (
        _spec(edits.add, "add clip"),
        _spec(edits.title, "add title"),
        _spec(edits.move, "move clip"),
        _spec(edits.duplicate, "duplicate clip"),
        _spec(edits.insert, "insert clip"),
        _spec(edits.overwrite, "overwrite"),
        _spec(edits.place, "place clip"),
        _spec(edits.trim, "trim clip"),
        _spec(edits.ripple, "ripple trim"),
        _spec(edits.roll, "roll cut"),
        _spec(edits.slip, "slip clip"),
        _spec(edits.slide, "slide clip"),
        _spec(edits.split, "split"),
        _spec(edits.stretch, "change speed"),
        _spec(edits.freeze, "freeze frame"),
        _spec(edits.remove, "remove"),
        _spec(edits.lift, "lift"),
        _spec(edits.extract, "extract"),
        _spec(edits.close_gap, "close gap"),
        _spec(edits.link, "link"),
        _spec(edits.unlink, "unlink"),
        _spec(edits.detach_sound, "detach sound"),
        _spec(edits.attach_sound, "attach sound"),
        _spec(edits.clear, "clear"),
        _spec(edits.load, "load timeline"),
        _spec(edits.transition, "add transition"),
        _spec(edits.set_transition, "change transition"),
        _spec(edits.remove_transition, "remove transition"),
        _spec(edits.marker, "add marker"),
        _spec(edits.move_marker, "move marker"),
        _spec(edits.set_marker, "change marker"),
        _spec(edits.remove_marker, "remove marker"),
        _spec(edits.caption, "add caption"),
        _spec(edits.move_caption, "move caption"),
        _spec(edits.set_caption, "change caption"),
        _spec(edits.remove_caption, "remove caption"),
        _spec(edits.set_audio, "change sound"),
        _spec(edits.set_transform, "change picture"),
        _spec(edits.set_crop, "crop picture"),
        _spec(edits.set_fades, "fade picture"),
        _spec(edits.set_keyframe, "set keyframe"),
        _spec(edits.remove_keyframe, "remove keyframe"),
        _spec(edits.clear_keyframes, "clear keyframes"),
        _spec(edits.picture_in_picture, "picture in picture"),
        _spec(edits.set_title, "change title"),
        _spec(edits.set_name, "rename clip"),
        _spec(edits.update, "change clips"),
        _spec(edits.set_track, "change track"),
        _spec(edits.add_track, "add track"),
        _spec(edits.remove_track, "remove track"),
        _spec(edits.move_track, "move track"),
        _spec(edits.relink, "relink"),
    )
}
_LABELS = {name: spec.label for name, spec in EDITS.items()} | {UNDO: "undo", REDO: "redo", RESTORE: "restore version"}


def label_of(op: str) -> str:
    """What a person calls the edit, such as `move clip`; the name itself for one that this version does not know."""
    return _LABELS.get(op, op.replace("_", " "))


def run(t: Timeline, op: str, args: bytes | Mapping[str, Any]) -> Change:
    """Carry out one edit: decode and validate the arguments, edit, check what changed.

    `args` is a JSON object, or the same as a dict (structs of `model` allowed as values), with the names that the
    edit's function takes. Raises EditError for an unknown edit, bad arguments and refused edits; `t` is a value and
    stays as it was.
    """
    spec, values = decode(op, args)
    after = spec.function(t, **{name: getattr(values, name) for name in spec.args.__struct_fields__})
    forward, backward = diff_both(t, after)
    check_change(after, forward, backward)
    return Change(
        op=op,
        args=msgspec.json.encode(values),
        before=t,
        after=after,
        forward=forward,
        backward=backward,
        created=created(t, after),
    )


def decode(op: str, args: bytes | Mapping[str, Any]) -> tuple[EditSpec, Any]:
    """The edit of that name and its arguments as a struct; EditError when there is no such edit or they do not fit."""
    spec = EDITS.get(op)
    if spec is None:
        raise EditError(f"there is no edit {op!r}", hint=f"The edits are {', '.join(EDITS)}")
    try:
        if isinstance(args, Mapping):
            args = msgspec.json.encode(args)
        return spec, msgspec.json.decode(args, type=spec.args)
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        names = ", ".join(spec.args.__struct_fields__)
        raise EditError(f"bad arguments for {op}: {error}", hint=f"It takes {names}") from error


def apply(t: Timeline, op: str, args: bytes | Mapping[str, Any]) -> Timeline:
    """The timeline after one edit; see `run`."""
    return run(t, op, args).after
