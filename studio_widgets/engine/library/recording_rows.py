"""The SQL of takes: rows of `studio_recordings`, and the row of `media_files` that a saved take becomes.

Every function takes an open connection, so that the caller decides what is one transaction.
"""

from __future__ import annotations

import datetime
from typing import Any, Literal

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from studio_widgets.engine.errors import RecordingError
from studio_widgets.engine.library.media_file import info_from_metadata, info_to_metadata
from studio_widgets.engine.media.model import MediaInfo
from studio_widgets.engine.timeline.model import MediaKind

Connection = psycopg.Connection[Any]

COUNT_LIMIT = 10_000  # counting further costs more than anybody gains

_SELECT = sql.SQL(
    "select id::text, name, track_type, status, mime_type, duration_ms, file_size, width, height, content_sha256,"
    " storage_key, studio_metadata, promoted_to_media, media_file_id::text, studio_project_id::text,"
    " expires_at, created_at"
    " from studio_recordings "
)
_WAITING = sql.SQL(
    "where instructor_id = %(owner)s and status = 'ready' and not promoted_to_media"
    " and strpos(lower(name), %(search)s) > 0 "
)


class Recording(msgspec.Struct, frozen=True):
    """A take. `duration_ms`, `file_size` (bytes), `sha256` and `storage_key` are known once `status` is "ready".

    `width` and `height` are pixels as displayed, None for sound. A take that was saved has a `media_file_id`.
    """

    id: str
    name: str
    track_type: Literal["screen", "camera", "microphone"]
    status: Literal["recording", "ready", "failed"]
    mime_type: str
    duration_ms: int | None
    file_size: int | None
    width: int | None
    height: int | None
    sha256: str | None
    storage_key: str | None
    metadata: dict[str, Any]
    promoted: bool
    media_file_id: str | None
    project_id: str | None
    expires_at: datetime.datetime
    created_at: datetime.datetime

    @property
    def info(self) -> MediaInfo:
        """What probing found; RecordingError while the take is not ready."""
        if self.status != "ready":
            raise RecordingError(
                f"the take is not ready (it is {self.status!r})", where=self.name, hint="Stop it first."
            )
        return info_from_metadata(self.metadata, self.name)

    @property
    def kind(self) -> MediaKind:
        """What it is: as probed once it is ready, before that as its track type promises."""
        if self.status == "ready":
            return self.info.kind
        return "audio" if self.track_type == "microphone" else "video"

    @property
    def has_audio(self) -> bool:
        """Whether there is sound in it."""
        return self.status == "ready" and self.info.has_audio


class Saved(msgspec.Struct, frozen=True):
    """What the user says about a take when saving it."""

    name: str
    tags: list[str]
    description: str
    original_clip_id: str | None


def insert(
    connection: Connection,
    recording_id: str,
    owner: str,
    project_id: str | None,
    name: str,
    track_type: str,
    mime_type: str,
) -> None:
    """A take begins."""
    connection.execute(
        "insert into studio_recordings (id, instructor_id, studio_project_id, name, track_type, mime_type)"
        " values (%s, %s, %s, %s, %s, %s)",
        (recording_id, owner, project_id, name, track_type, mime_type),
    )


def find(connection: Connection, owner: str, recording_id: str) -> Recording | None:
    """The owner's take of that id."""
    row = connection.execute(
        _SELECT + sql.SQL("where instructor_id = %s and id::text = %s"), (owner, recording_id)
    ).fetchone()
    return Recording(*row) if row else None


def page(connection: Connection, owner: str, search: str, page: int, limit: int) -> tuple[list[Recording], int]:
    """Takes that are ready and not saved, newest first, whose name has `search` in it; and their capped number."""
    params = {"owner": owner, "search": search.strip().lower(), "limit": limit, "offset": page * limit}
    params["most"] = COUNT_LIMIT
    rows = connection.execute(
        _SELECT + _WAITING + sql.SQL("order by created_at desc, id desc limit %(limit)s offset %(offset)s"), params
    ).fetchall()
    counted = sql.SQL("select count(*) from (select 1 from studio_recordings {} limit %(most)s) matches")
    total = connection.execute(counted.format(_WAITING), params).fetchone()
    return [Recording(*row) for row in rows], total[0] if total else 0


def unfinished(connection: Connection, owner: str) -> list[str]:
    """Ids of takes that were begun and neither finished nor given up, oldest first."""
    rows = connection.execute(
        "select id::text from studio_recordings where instructor_id = %s and status = 'recording'"
        " order by created_at, id",
        (owner,),
    ).fetchall()
    return [recording_id for (recording_id,) in rows]


def expired(connection: Connection, owner: str) -> list[str]:
    """Ids of takes whose time is over and that nobody saved."""
    rows = connection.execute(
        "select id::text from studio_recordings where instructor_id = %s and not promoted_to_media"
        " and status <> 'recording' and expires_at < now() order by created_at, id",
        (owner,),
    ).fetchall()
    return [recording_id for (recording_id,) in rows]


def mark_ready(connection: Connection, recording_id: str, info: MediaInfo, key: str, sha256: str, size: int) -> None:
    """The take is whole and in storage."""
    connection.execute(
        "update studio_recordings set status = 'ready', duration_ms = %s, file_size = %s, width = %s, height = %s,"
        " content_sha256 = %s, storage_key = %s, studio_metadata = studio_metadata || %s where id = %s",
        (
            round(info.seconds * 1000),
            size,
            info.width or None,
            info.height or None,
            sha256,
            key,
            Jsonb(info_to_metadata(info)),
            recording_id,
        ),
    )


def mark_failed(connection: Connection, recording_id: str) -> None:
    """Nothing of the take can be played."""
    connection.execute("update studio_recordings set status = 'failed' where id = %s", (recording_id,))


def mark_saved(connection: Connection, recording_id: str, media_id: str) -> None:
    """The take is the media file `media_id` from now on."""
    connection.execute(
        "update studio_recordings set promoted_to_media = true, media_file_id = %s where id = %s",
        (media_id, recording_id),
    )


def delete(connection: Connection, recording_id: str) -> None:
    """Forget the take."""
    connection.execute("delete from studio_recordings where id = %s", (recording_id,))
