"""A timeline's clips as a DataFrame, and what was changed in one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec
import pandas as pd

from studio_widgets.engine.errors import ConflictError, EditError
from studio_widgets.engine.timeline.edits.rows import ClipRow, update
from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.engine.timeline.rows import COLUMNS, Row, clip_row, clip_rows

REV = "studio_rev"  # the key in a DataFrame's `attrs` of the revision it shows
EDITABLE = tuple(field for field in ClipRow.__struct_fields__ if field != "id")


def clips_frame(t: Timeline, rev: int | None = None) -> pd.DataFrame:
    """One row a clip, by track and start.

    Columns: `start`, `end` (exclusive), `duration`, `trim_start`, `trim_end` (exclusive), `fade_in`, `fade_out`,
    `picture_fade_in` and `picture_fade_out` in timeline frames; crops are fractions, `rotation` is in degrees; of what
    has keyframes the clip's own setting is shown; `source` is `media_file`, `recording`, `title` or `camera` with
    `source_id` (None for titles); `text` is a title's; `link` what the clip is linked by. `rev` is kept in `attrs`, for
    `changed_rows`.
    """
    rows = clip_rows(t)
    # Column by column: pandas would make NaN of None in a column of texts.
    frame = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=kind) for name, kind in COLUMNS.items()})
    if rev is not None:
        frame.attrs[REV] = rev
    return frame


def changed_rows(frame: pd.DataFrame, shown: Timeline, now: Timeline) -> list[Row]:
    """The id and the changed editable cells of each row that was edited.

    shown: the timeline that the DataFrame was made of; now: the newest one. Rows that are not in the DataFrame and
    columns that we do not know are left alone. Raises EditError for changed cells that are read-only, empty or of the
    wrong kind, ConflictError for cells that somebody else changed meanwhile.
    """
    if "id" not in frame.columns:
        raise EditError("the DataFrame has no column id", hint="Edit what timeline.to_frame() gave you")
    ids = [str(value) for value in frame["id"]]
    if doubled := next((clip for clip in ids if ids.count(clip) > 1), None) if len(set(ids)) < len(ids) else None:
        raise EditError(f"{doubled} stands in the DataFrame twice", hint="Keep one row a clip")
    columns = [name for name in COLUMNS if name in frame.columns and name != "id"]
    changes: list[Row] = []
    fixed: list[Row] = []
    for clip, cells in zip(ids, frame[columns].itertuples(index=False, name=None), strict=True):
        before = _row(shown, clip)
        edited = {}
        for name, cell in zip(columns, cells, strict=True):
            if cell is not before[name] and (value := _plain(name, cell, clip, before)) != before[name]:
                edited[name] = value
        if not edited:
            continue
        _refuse_conflict(clip, edited, before, now)
        changes.append({"id": clip, **{name: value for name, value in edited.items() if name in EDITABLE}})
        fixed.append({"id": clip, **{name: value for name, value in edited.items() if name not in EDITABLE}})
    _refuse_read_only(now, changes, fixed)
    return [change for change in changes if len(change) > 1]


def _row(t: Timeline, clip: str) -> Row:
    found = t.clip_by_id.get(clip)
    if found is None:
        raise EditError(
            f"the DataFrame has a row for {clip!r}, which was not on the timeline",
            hint="New clips are added with timeline.add(); ids stay as they are",
        )
    return clip_row(t, found)


def _refuse_conflict(clip: str, edited: Mapping[str, Any], before: Row, now: Timeline) -> None:
    found = now.clip_by_id.get(clip)
    newest = clip_row(now, found) if found is not None else {}
    for name in edited:
        if newest.get(name) != before[name]:
            raise ConflictError(
                f"{clip} was {'removed' if found is None else f'changed ({name})'} since the DataFrame was made",
                hint="Take a new one, timeline.to_frame(), and edit that",
            )


def _refuse_read_only(now: Timeline, changes: list[Row], fixed: list[Row]) -> None:
    """EditError for a changed cell that is not editable, unless it says what the editable ones come to."""
    if not any(len(cells) > 1 for cells in fixed):
        return
    after = update(now, rows=[msgspec.convert(change, ClipRow) for change in changes])
    for cells in fixed:
        comes_to = clip_row(after, after.clip_by_id[cells["id"]])
        for name, value in cells.items():
            if value != comes_to[name]:
                raise EditError(
                    f"{name} of {cells['id']} was changed to {value!r}, but it is read-only",
                    hint=f"Change {', '.join(EDITABLE)}",
                )


_WHOLE = {name for name, kind in COLUMNS.items() if kind == "int64"}
_NUMBERS = {name for name, kind in COLUMNS.items() if kind == "float64"}


def _plain(name: str, cell: Any, clip: str, before: Row) -> Any:
    """A cell as a plain value of its column's type, or EditError."""
    value = cell.item() if hasattr(cell, "item") else cell
    if value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(value))):
        if before[name] is None:
            return None
        raise EditError(f"{name} of {clip} is empty", hint="Every clip has one; rows left out stay as they are")
    if name in _WHOLE or name in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise EditError(f"{name} of {clip} is {value!r}, not a number", hint="Give a number")
        if name in _NUMBERS:
            return float(value)
        if not math.isfinite(value) or value != int(value):
            raise EditError(f"{name} of {clip} is {value!r}; frames are whole", hint="Round it: df.round()")
        return int(value)
    if COLUMNS[name] == "bool":
        if value not in (True, False):
            raise EditError(f"{name} of {clip} is {value!r}, not True or False", hint="Give True or False")
        return bool(value)
    return str(value)
