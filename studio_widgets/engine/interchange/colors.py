"""Colours of markers: `#rrggbb` here, one of a few names in OpenTimelineIO and in EDLs."""

from __future__ import annotations

PALETTE = {
    "RED": "#ff0000",
    "PINK": "#ff80c0",
    "ORANGE": "#ff8000",
    "YELLOW": "#ffff00",
    "GREEN": "#00c000",
    "CYAN": "#00c0c0",
    "BLUE": "#0060ff",
    "PURPLE": "#8000c0",
    "MAGENTA": "#ff00ff",
    "BLACK": "#000000",
    "WHITE": "#ffffff",
}

USUAL = "GREEN"  # of a marker without a colour of its own, where a format wants one


def nearest_name(color: str) -> str:
    """The name whose colour lies nearest to `#rrggbb`."""
    wanted = _parts(color)
    return min(PALETTE, key=lambda name: sum((a - b) ** 2 for a, b in zip(_parts(PALETTE[name]), wanted, strict=True)))


def color_of(name: str) -> str | None:
    """`#rrggbb` of a name in any case; None for one that is not known."""
    return PALETTE.get(name.strip().upper())


def _parts(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
