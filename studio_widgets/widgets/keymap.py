"""What the keys of the editor and the workspace do, and the check of what a user makes of them.

`ACTIONS` is the one table of keys: `scripts/generate_protocol.py` writes it into the TypeScript, where each action has
its words and its deed. A key is `S`, `Ctrl+Shift+Z`, `Space`, `Left`, `F2`, `?` …; letters are written large whatever
Shift does, signs (`?`, `+`, `\\`) as they are typed, and `Ctrl` is Command on a Mac.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import traitlets

from studio_widgets.engine.errors import StudioError

ACTIONS: dict[str, tuple[str, ...]] = {
    # play
    "play_pause": ("Space",),
    "shuttle_back": ("J",),
    "shuttle_stop": ("K",),
    "shuttle_forward": ("L",),
    "previous_frame": ("Left",),
    "next_frame": ("Right",),
    "back_second": ("Shift+Left",),
    "forward_second": ("Shift+Right",),
    "previous_cut": ("Up",),
    "next_cut": ("Down",),
    "to_start": ("Home",),
    "to_end": ("End",),
    "mark_in": ("I",),
    "mark_out": ("O",),
    "clear_marks": ("Alt+X",),
    # tools
    "tool_select": ("1",),
    "tool_blade": ("2",),
    "tool_ripple": ("3",),
    "tool_roll": ("4",),
    "tool_slip": ("5",),
    "tool_slide": ("6",),
    "tool_hand": ("7",),
    "tool_stretch": ("8",),
    "choose_start": ("[",),
    "choose_end": ("]",),
    "nudge_back": (",",),
    "nudge_forward": (".",),
    "nudge_back_second": ("Shift+,",),
    "nudge_forward_second": ("Shift+.",),
    "nudge_back_alone": ("Alt+,",),
    "nudge_forward_alone": ("Alt+.",),
    "use_tool": ("Enter",),
    # edit
    "split": ("S",),
    "trim_start": ("Q",),
    "trim_end": ("W",),
    "delete": ("Delete", "Backspace"),
    "ripple_delete": ("Shift+Delete", "Shift+Backspace"),
    "track_up": ("Shift+Up",),
    "track_down": ("Shift+Down",),
    "undo": ("Ctrl+Z",),
    "redo": ("Ctrl+Shift+Z", "Ctrl+Y"),
    "select_all": ("Ctrl+A",),
    "copy": ("Ctrl+C",),
    "cut": ("Ctrl+X",),
    "paste": ("Ctrl+V",),
    "duplicate": ("Ctrl+D",),
    "crossfade": ("X",),
    "add_title": ("T",),
    "add_marker": ("M",),
    "rename": ("F2",),
    # view
    "zoom_in": ("+", "="),
    "zoom_out": ("-", "_"),
    "fit": ("\\",),
    "snapping": ("N",),
    "drop_mode": ("B",),
    "inspector": ("P",),
    "view_edit": ("Alt+1",),
    "view_browse": ("Alt+2",),
    "view_review": ("Alt+3",),
    "view_focus": ("Alt+4",),
    "menu": ("Menu", "Shift+F10"),
    "escape": ("Escape",),
    "help": ("?",),
}

_NAMED = (
    *("Space", "Enter", "Escape", "Tab", "Delete", "Backspace", "Insert", "Menu"),
    *("Left", "Right", "Up", "Down", "Home", "End", "PageUp", "PageDown"),
    *(f"F{number}" for number in range(1, 13)),
)
_BY_LOWER = {name.lower(): name for name in _NAMED}
_MODIFIERS = ("Ctrl", "Alt", "Shift")


def _refused(message: str, name: str, hint: str) -> StudioError:
    return StudioError(message, where=f"keymap[{name!r}]", hint=hint)


def clean_key(text: object, action: str) -> str:
    """A key as the table writes it: modifiers in order, letters large. StudioError, naming it, for what is no key."""
    hint = "Write it like S, Ctrl+Shift+Z, Space, Left, F2 or ?"
    if not isinstance(text, str) or not text.strip():
        raise _refused(f"{text!r} is no key", action, hint)
    whole = text.strip()
    # the key may be + itself
    head, key = (whole[:-1], "+") if whole.endswith("+") else (whole.rpartition("+")[0], whole.rpartition("+")[2])
    words = [word for word in head.split("+") if word]
    given = {word.strip().capitalize() for word in words}
    key = key.strip()
    named = _BY_LOWER.get(key.lower())
    unknown = given - set(_MODIFIERS)
    if unknown or not (named or (len(key) == 1 and key.isprintable())):
        raise _refused(f"{text!r} is no key", action, hint)
    ordered = [modifier for modifier in _MODIFIERS if modifier in given]
    large = key.upper()
    return "+".join((*ordered, named or (large if len(large) == 1 else key)))  # ß has no capital of its own


def checked(keymap: object) -> dict[str, list[str]]:
    """A keymap, its keys written as in the table: action → keys, for the actions that have others than usual.

    A value may be one key, several, or none (`[]`). StudioError, which names the entry, for an action that does not
    exist, for what is no key, and for a key that two actions would have.
    """
    if not isinstance(keymap, Mapping):
        raise StudioError(
            f"a keymap is a dict of actions and keys, not {type(keymap).__name__}",
            where="keymap",
            hint='Such as {"split": "C", "add_marker": ["M", "Shift+M"]}',
        )
    given: dict[str, list[str]] = {}
    for action, keys in keymap.items():
        if action not in ACTIONS:
            near = difflib.get_close_matches(str(action), ACTIONS, 3)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"The actions are {', '.join(ACTIONS)}"
            raise _refused(f"there is no action {action!r}", str(action), hint)
        items = [keys] if isinstance(keys, str) else keys
        if not isinstance(items, (list, tuple)):
            raise _refused(f"{keys!r} is no key and no list of keys", action, 'Write "C", ["C", "F3"] or []')
        given[action] = list(dict.fromkeys(clean_key(key, action) for key in items))
    _refuse_shared(given)
    return given


def _refuse_shared(given: Mapping[str, list[str]]) -> None:
    """StudioError when a key would be that of two actions, in the name of one that the user gave."""
    owners: dict[str, str] = {}
    ordered = [action for action in ACTIONS if action not in given] + list(given)
    for action in ordered:
        for key in given.get(action, ACTIONS[action]):
            other = owners.setdefault(key, action)
            if other != action:
                raise _refused(
                    f"{key} is the key of {other!r} already",
                    action,
                    f"Choose another key, or give {other!r} another one too: {{{other!r}: []}} takes its key away",
                )


class Keymap(traitlets.Dict):
    """A trait that holds a checked keymap."""

    def validate(self, obj: Any, value: Any) -> dict[str, list[str]]:
        """The keymap, cleaned; StudioError, and the trait stays as it was, when it is none."""
        return checked(value)
