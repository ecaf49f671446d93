"""The keymap trait: what it takes, how it writes keys, and what it says of what it does not take."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_widgets.engine.errors import StudioError
from studio_widgets.widgets.editor import EditorTraits
from studio_widgets.widgets.keymap import ACTIONS, checked, clean_key


def test_usual_keys_are_written_as_they_are_cleaned_and_no_two_actions_share_one() -> None:
    assert checked({action: list(keys) for action, keys in ACTIONS.items()}) == {
        action: list(keys) for action, keys in ACTIONS.items()
    }


@pytest.mark.parametrize(
    ("given_key", "written"),
    [
        ("c", "C"),
        ("shift+ctrl+z", "Ctrl+Shift+Z"),
        ("SPACE", "Space"),
        ("alt+left", "Alt+Left"),
        ("f2", "F2"),
        ("?", "?"),
        ("+", "+"),
        ("Ctrl++", "Ctrl++"),
        ("pageup", "PageUp"),
    ],
)
def test_keys_may_be_written_in_any_case_and_order(given_key: str, written: str) -> None:
    assert clean_key(given_key, "split") == written
    assert clean_key(written, "split") == written


def test_one_key_several_or_none() -> None:
    assert checked({"split": "c", "add_marker": ["k", "F3"], "shuttle_stop": []}) == {
        "split": ["C"],
        "add_marker": ["K", "F3"],
        "shuttle_stop": [],
    }


@pytest.mark.parametrize(
    ("keymap", "where", "message"),
    [
        ({"splitt": "C"}, "splitt", "Did you mean split"),
        ({"split": "Hyper+C"}, "split", "is no key"),
        ({"split": "CC"}, "split", "is no key"),
        ({"split": ""}, "split", "is no key"),
        ({"split": 7}, "split", "no list of keys"),
        ({"split": ["C", 7]}, "split", "is no key"),
        ({"split": "M"}, "split", "M is the key of 'add_marker' already"),
        ({"split": "F4", "undo": "F4"}, "undo", "F4 is the key of 'split' already"),
    ],
)
def test_a_wrong_entry_is_named_and_changes_nothing(keymap: dict[str, Any], where: str, message: str) -> None:
    traits = EditorTraits(keymap={"split": "C"})
    with pytest.raises(StudioError, match=re.escape(message)) as refused:
        traits.keymap = keymap
    assert refused.value.where == f"keymap[{where!r}]"
    assert traits.keymap == {"split": ["C"]}


def test_a_keymap_is_a_dict() -> None:
    with pytest.raises(StudioError, match="not list"):
        checked(["split"])


def test_two_actions_may_swap_their_keys() -> None:
    assert checked({"split": "M", "add_marker": "S"}) == {"split": ["M"], "add_marker": ["S"]}


@given(st.text())
def test_any_text_is_a_key_or_an_error_of_ours(text: str) -> None:
    try:
        written = clean_key(text, "split")
    except StudioError:
        return
    assert clean_key(written, "split") == written
