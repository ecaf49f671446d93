"""Markers and captions: what is written beside the clips. They do not move when clips do."""

from __future__ import annotations

from typing import Protocol, TypeVar

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.timeline import lanes
from studio_widgets.engine.timeline.edits.values import (
    a_frame,
    a_length,
    clean_color,
    clean_name,
    clean_note,
    clean_text,
)
from studio_widgets.engine.timeline.model import (
    MAX_FRAMES,
    Caption,
    Marker,
    Timeline,
    caption_order,
    marker_order,
)


def marker(
    t: Timeline, *, at: int, name: str, chapter: bool = True, note: str = "", color: str | None = None
) -> Timeline:
    """Name a frame; with `chapter` it becomes a chapter point of the export. One marker a frame.

    ```
    before  -----------
    after   ---v-------   v "name"
               | at
    ```

    note: a longer text, for those who edit. color: `#rrggbb`; None is the usual one.
    """
    _free_frame(t, a_frame(at, "the marker"))
    new = Marker(
        id=f"marker-{t.next_ids.marker}",
        frame=at,
        name=clean_name(name, f"Marker {t.next_ids.marker}"),
        chapter=chapter,
        note=clean_note(note),
        color=None if color is None else clean_color(color, "color"),
    )
    counters = msgspec.structs.replace(t.next_ids, marker=t.next_ids.marker + 1)
    return _with_markers(lanes.replace(t, next_ids=counters), (*t.markers, new))


def move_marker(t: Timeline, *, marker: str, to: int) -> Timeline:
    """Put a marker on another frame.

    ```
    before  ---v-------
    after   -------v---   to |
    ```
    """
    old = _find(t.markers, marker, "marker")
    if a_frame(to, "the marker") == old.frame:
        return t
    _free_frame(t, to)
    return _with_markers(t, _replaced(t.markers, old, msgspec.structs.replace(old, frame=to)))


def set_marker(
    t: Timeline,
    *,
    marker: str,
    name: str | None = None,
    chapter: bool | None = None,
    note: str | None = None,
    color: str | None = None,
) -> Timeline:
    """Rename a marker, make it a chapter point or a plain one, note something, colour it; None leaves things.

    ```
    before  ---v-------   v "Intro"
    after   ---v-------   v "Welcome"
    ```

    An empty `note` takes the note away, an empty `color` the colour.
    """
    old = _find(t.markers, marker, "marker")
    new = msgspec.structs.replace(
        old,
        name=old.name if name is None else clean_name(name, old.name),
        chapter=old.chapter if chapter is None else chapter,
        note=old.note if note is None else clean_note(note),
        color=old.color if color is None else (clean_color(color, "color") if color else None),
    )
    return _with_markers(t, _replaced(t.markers, old, new))


def remove_marker(t: Timeline, *, marker: str) -> Timeline:
    """Take a marker away.

    ```
    before  ---v-------
    after   -----------
    ```
    """
    gone = _find(t.markers, marker, "marker")
    return _with_markers(t, tuple(item for item in t.markers if item is not gone))


def caption(t: Timeline, *, at: int, duration: int, text: str) -> Timeline:
    """Show a line of text during `[at, at + duration)`. Captions may overlap.

    ```
    before  ...........
    after   ...(text)..
               | at
    ```
    """
    _inside(at, duration)
    new = Caption(
        id=f"caption-{t.next_ids.caption}",
        start_frame=at,
        duration_frames=duration,
        text=clean_text(text, "caption"),
    )
    counters = msgspec.structs.replace(t.next_ids, caption=t.next_ids.caption + 1)
    return _with_captions(lanes.replace(t, next_ids=counters), (*t.captions, new))


def move_caption(t: Timeline, *, caption: str, to: int | None = None, duration: int | None = None) -> Timeline:
    """Give a caption another start or length; None leaves it as it is.

    ```
    before  ..(text)...
    after   .....(text)   to |
    ```
    """
    old = _find(t.captions, caption, "caption")
    new = msgspec.structs.replace(
        old,
        start_frame=old.start_frame if to is None else to,
        duration_frames=old.duration_frames if duration is None else duration,
    )
    _inside(new.start_frame, new.duration_frames)
    return _with_captions(t, _replaced(t.captions, old, new))


def set_caption(t: Timeline, *, caption: str, text: str) -> Timeline:
    """Change what a caption says.

    ```
    before  ..(text)...
    after   ..(else)...
    ```
    """
    old = _find(t.captions, caption, "caption")
    new = msgspec.structs.replace(old, text=clean_text(text, "caption"))
    return _with_captions(t, _replaced(t.captions, old, new))


def remove_caption(t: Timeline, *, caption: str) -> Timeline:
    """Take a caption away.

    ```
    before  ..(text)...
    after   ...........
    ```
    """
    gone = _find(t.captions, caption, "caption")
    return _with_captions(t, tuple(item for item in t.captions if item is not gone))


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


_Item = TypeVar("_Item", bound=_HasId)


def _find(items: tuple[_Item, ...], item_id: str, what: str) -> _Item:
    for item in items:
        if item.id == item_id:
            return item
    names = ", ".join(item.id for item in items[:20]) or "none"
    raise EditError(f"there is no {what} {item_id!r}", hint=f"There are: {names}")


def _replaced(items: tuple[_Item, ...], old: _Item, new: _Item) -> tuple[_Item, ...]:
    return items if new == old else tuple(new if item is old else item for item in items)


def _free_frame(t: Timeline, frame: int) -> None:
    for item in t.markers:
        if item.frame == frame:
            raise EditError(
                f'{item.id} ("{item.name}") is on frame {frame} already',
                hint=f'Choose another frame, or rename it: timeline.set_marker("{item.id}", name=…)',
            )


def _inside(start: int, duration: int) -> None:
    a_frame(start, "the caption's start")
    a_length(duration, "the caption's duration")
    if start + duration > MAX_FRAMES:
        raise EditError("the caption would end beyond the longest timeline")


def _with_markers(t: Timeline, markers: tuple[Marker, ...]) -> Timeline:
    if markers is t.markers:
        return t
    return lanes.replace(t, markers=tuple(sorted(markers, key=marker_order)))


def _with_captions(t: Timeline, captions: tuple[Caption, ...]) -> Timeline:
    if captions is t.captions:
        return t
    return lanes.replace(t, captions=tuple(sorted(captions, key=caption_order)))
