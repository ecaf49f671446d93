"""What every part of the timeline's handle stands on: the project, and what a cell may write for a clip or a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from studio_widgets.engine.errors import EditError
from studio_widgets.engine.library.clip_handle import ClipHandle
from studio_widgets.engine.timeline.model import Caption, Marker, Timeline, TitleStyle, Transition
from studio_widgets.engine.timeline.timecode import to_frame

if TYPE_CHECKING:
    from studio_widgets.engine.library.session import ProjectSession

Style = TitleStyle | Mapping[str, Any]
"""How a title looks: a `TitleStyle`, or those of its fields that differ from the default."""


Clips = ClipHandle | str | Iterable[ClipHandle | str]
"""A clip, its id, or several of them."""


class HandleBase:
    """Holds the project's session and applies edits to it by name."""

    def __init__(self, session: ProjectSession) -> None:
        self._session = session

    @property
    def value(self) -> Timeline:
        """The newest timeline, a value that does not change."""
        return self._session.timeline

    def _apply(self, op: str, args: dict[str, Any]) -> Sequence[str]:
        given = {name: value for name, value in args.items() if value is not None}
        return self._session.apply(op, given).created

    def _frame(self, value: Any) -> Any:
        return None if value is None else to_frame(value, self.value.fps)

    def _range(self, value: Any) -> list[int]:
        """A half-open range of frames from a pair of times."""
        if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
            raise EditError(f"{value!r} is not a range", hint="Write its start and end: trim=(30, 120)")
        return [to_frame(value[0], self.value.fps), to_frame(value[1], self.value.fps)]

    def _clip(self, clip_id: str) -> ClipHandle:
        return ClipHandle(clip_id, lambda: self._session.timeline)


def id_of(item: ClipHandle | Marker | Caption | Transition | str) -> str:
    """The id of what an edit returned; an id as it is."""
    found = item if isinstance(item, str) else getattr(item, "id", None)
    if not isinstance(found, str):
        raise EditError(f"{item!r} is nothing of a timeline", hint='Give what an edit returned, or its id: "clip-7"')
    return found


def plain_style(style: Style | None) -> Style | None:
    """The style as plain values."""
    return msgspec.to_builtins(style) if isinstance(style, TitleStyle) else style


def ids_of(clips: Iterable[Clips]) -> list[str]:
    """The ids of clips, however they are given."""
    ids: list[str] = []
    for item in clips:
        ids += [id_of(item)] if isinstance(item, str | ClipHandle) else [id_of(one) for one in item]
    return ids


_Item = TypeVar("_Item", Marker, Caption, Transition)


def find_item(items: tuple[_Item, ...], item_id: str) -> _Item:
    """The marker, caption or transition of that id, which is there."""
    return next(item for item in items if item.id == item_id)
