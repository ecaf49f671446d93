"""How a notebook shows a DataFrame of media files: with a picture in each row, lengths as m:ss, sizes in MB.

Only the view differs: the values are those of any DataFrame. A frame that a view cannot be made of (columns gone,
library closed, another kernel) is shown by pandas.
"""

from __future__ import annotations

import base64
import functools
import html
import io
import logging
import weakref
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol
from uuid import uuid4

import numpy as np
import pandas as pd
from PIL import Image

_ROWS = 20  # shown, half of them from the end
_HEIGHT = 64  # pixels of a picture
_LONGEST_TEXT = 50  # characters of a cell
_SHORT_ID = 8  # letters shown of an id: enough to tell rows apart, the rest is in the tooltip
_PATIENCE = 10.0  # seconds for thumbnails that are being made

_log = logging.getLogger(__name__)


class Pictured(Protocol):
    """What a view needs of a library."""

    def thumbnails(self, ids: list[str], patience: float) -> Mapping[str, bytes]:
        """JPEGs by id, of those files that have one; waits up to `patience` seconds for those that are being made."""
        ...


class ViewKey:
    """Names a library to the frames that came from it, which may be copied, pickled and kept, and do not keep it."""

    _libraries: ClassVar[weakref.WeakValueDictionary[str, Pictured]] = weakref.WeakValueDictionary()

    @classmethod
    def of(cls, library: Any) -> str:
        """A new key for a library."""
        key = uuid4().hex
        cls._libraries[key] = library
        return key

    @classmethod
    def find(cls, key: str | None) -> Pictured | None:
        """The library of this key, while somebody else holds it."""
        return cls._libraries.get(key) if key else None


class MediaFrame(pd.DataFrame):
    """A DataFrame that a notebook shows with the thumbnails of the media files whose ids it holds."""

    _metadata = ["view_key"]  # noqa: RUF012 - pandas asks for a list: what slices and copies take along
    view_key: str | None = None

    @classmethod
    def of(cls, frame: pd.DataFrame, view_key: str) -> MediaFrame:
        """The same values, to be shown with pictures."""
        made = cls(frame, copy=False)
        made.view_key = view_key
        return made

    @property
    def _constructor(self) -> Callable[..., MediaFrame]:
        return MediaFrame

    def _repr_html_(self) -> str | None:
        """The view, or pandas' own where there is none."""
        try:
            library = ViewKey.find(self.view_key)
            if library is not None and "id" in self.columns and self.columns.is_unique and len(self):
                return _table(self, library)
        except Exception:  # noqa: BLE001 - whatever a user made of the frame: it is shown
            _log.debug("a frame is shown without pictures", exc_info=True)
        return _plain(super())


def _table(frame: pd.DataFrame, library: Pictured) -> str:
    """The table. It takes its colours from JupyterLab's own table style, light and dark."""
    half = _ROWS // 2
    is_long = len(frame) > _ROWS
    parts = [frame.iloc[:half], frame.iloc[-half:]] if is_long else [frame]
    ids = [identity for part in parts for identity in part["id"] if isinstance(identity, str)]
    pictures = library.thumbnails(ids, _PATIENCE)
    if not pictures and not _are_media(frame):
        return _plain(pd.DataFrame(frame)) or ""
    columns = list(frame.columns)
    head = "".join(f"<th>{_text(name)}</th>" for name in ["", "", *columns])
    gap = f'<tr><th>…</th><td colspan="{len(columns) + 1}">…</td></tr>'
    body = gap.join("".join(_row(part, place, columns, pictures) for place in range(len(part))) for part in parts)
    return (
        f'<div><table class="dataframe"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        f"<p>{len(frame):,} rows × {len(columns)} columns</p></div>"
    )


def _plain(frame: Any) -> str | None:
    """What pandas shows (its stubs do not know the method)."""
    shown: str | None = frame._repr_html_()
    return shown


def _are_media(frame: pd.DataFrame) -> bool:
    """Whether the rows look like media files even where none has a picture: sounds, say."""
    return {"id", "name", "kind"} <= set(frame.columns)


def _row(frame: pd.DataFrame, place: int, columns: list[Any], pictures: Mapping[str, bytes]) -> str:
    cells = [frame[name].iloc[place] for name in columns]
    jpeg = pictures.get(str(cells[columns.index("id")]))
    picture = f'<img alt="" style="height: {_HEIGHT}px; max-width: none" src="{_small(jpeg)}">' if jpeg else ""
    shown = "".join(f"<td>{_cell(name, value)}</td>" for name, value in zip(columns, cells, strict=True))
    return f"<tr><th>{_text(frame.index[place])}</th><td>{picture}</td>{shown}</tr>"


@functools.lru_cache(maxsize=256)
def _small(jpeg: bytes) -> str:
    """A small picture as a data URI: a notebook keeps it."""
    with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:  # our own, made by `derived`
        image.thumbnail((4 * _HEIGHT, _HEIGHT))
        data = io.BytesIO()
        image.convert("RGB").save(data, "JPEG", quality=72, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(data.getvalue()).decode()


def _cell(column: Any, value: Any) -> str:
    """What a cell shows, escaped."""
    if isinstance(value, list | tuple):
        return _text(", ".join(map(str, value)))
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    if column in ("id", "sha256") and len(str(value)) > _SHORT_ID:
        return f'<span title="{html.escape(str(value))}">{html.escape(str(value)[:_SHORT_ID])}…</span>'
    if column == "duration_seconds" and isinstance(value, int | float):
        return clock(float(value))
    if column == "file_size" and isinstance(value, int | float | np.integer):
        return f"{float(value) / 1e6:,.1f}&nbsp;MB"
    if isinstance(value, pd.Timestamp):
        return _text(f"{value:%Y-%m-%d %H:%M}")
    return _text(value)


def clock(seconds: float) -> str:
    """A length as m:ss, or h:mm:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _text(value: Any) -> str:
    text = str(value)
    return html.escape(text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…")
