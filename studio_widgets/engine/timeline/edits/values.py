"""Checking and tidying the plain values that edits are given."""

from __future__ import annotations

import math
import re

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline.model import MAX_FRAMES, TitleStyle

# Control characters but newline and tab, and halves of surrogate pairs: neither JSON, SQL nor a title can show them.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
MAX_TEXT = 10_000


def clean_text(text: str, what: str) -> str:
    """`text` with one kind of line end and no unprintable characters. EditError when nothing or too much is left."""
    text = UNPRINTABLE.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.strip():
        raise EditError(f"the {what} is empty", hint="Give it some text")
    if len(text) > MAX_TEXT:
        raise EditError(f"the {what} has {len(text):,} characters; {MAX_TEXT:,} are the most", hint="Shorten it")
    return text


def clean_note(text: str) -> str:
    """A text that may be empty, otherwise as `clean_text` has it."""
    return clean_text(text, "note") if text.strip() else ""


def clean_name(text: str, fallback: str) -> str:
    """A name on one line, at most 200 characters; `fallback` when nothing is left."""
    text = " ".join(UNPRINTABLE.sub("�", text).split())
    return text[:200] or fallback


def within(value: float, low: float, high: float, what: str) -> float:
    """`value` as a float in `[low, high]`, or EditError. -0.0 becomes 0.0: a database cannot tell them apart."""
    if not math.isfinite(value) or not low <= value <= high:
        raise EditError(f"{what} is {value:g}; it goes from {low:g} to {high:g}", hint=f"Give {what} in that range")
    return float(value) + 0.0


def a_frame(value: int, what: str) -> int:
    """A frame number on the timeline, or EditError."""
    if not 0 <= value <= MAX_FRAMES:
        where = "before the start of the timeline" if value < 0 else "beyond the longest timeline"
        raise EditError(f"{what} is frame {value}, {where}", hint="Frames count from 0")
    return value


def a_length(value: int, what: str) -> int:
    """A number of frames, at least one, or EditError."""
    if not 1 <= value <= MAX_FRAMES:
        raise EditError(f"{what} is {value} frames", hint="Give it at least one frame")
    return value


def checked_style(style: TitleStyle) -> TitleStyle:
    """The style with its numbers and colours in range, or EditError."""
    return TitleStyle(
        size=within(style.size, 0.005, 1, "size"),
        color=clean_color(style.color, "color"),
        background=None if style.background is None else clean_color(style.background, "background"),
        outline=None if style.outline is None else clean_color(style.outline, "outline"),
        align=style.align,
        x=within(style.x, -1, 2, "x"),
        y=within(style.y, -1, 2, "y"),
        bold=style.bold,
    )


_COLOR = re.compile("#(?:[0-9a-f]{6}|[0-9a-f]{8})")


def clean_color(text: str, what: str) -> str:
    """A colour as `#rrggbb` or `#rrggbbaa`, or EditError."""
    text = text.lower()
    if not _COLOR.fullmatch(text):
        raise EditError(f"{what} {text!r} is not a colour", hint="Write #rrggbb or #rrggbbaa")
    return text
