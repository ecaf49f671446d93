"""Rows that a web studio wrote, whose bytes lie at an address and not in this library's storage yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from studio_widgets.engine.library.catalog import file_type
from studio_widgets.engine.library.database import Connection
from studio_widgets.engine.library.media_file import info_to_metadata
from studio_widgets.engine.library.storage import Blob, Links
from studio_widgets.engine.media.model import MediaInfo


class RemoteRow(msgspec.Struct, frozen=True):
    """A media file that is elsewhere: `url` is "" when nobody knows where."""

    id: str
    name: str
    url: str


def unfetched(connection: Connection, owner: str, ids: Sequence[str]) -> list[RemoteRow]:
    """Those of the media files that have no bytes in storage, in the order asked."""
    rows = connection.execute(
        "select id::text, name, coalesce(nullif(cdn_url, ''), nullif(backblaze_url, ''), '') from media_files"
        " where instructor_id = %s and id = any(%s::uuid[]) and storage_key is null"
        " order by array_position(%s::uuid[], id)",
        (owner, list(ids), list(ids)),
    ).fetchall()
    return [RemoteRow(*row) for row in rows]


def mark_fetched(connection: Connection, owner: str, media_id: str, blob: Blob, info: MediaInfo) -> bool:
    """Write what is known now into the row, which keeps its id and all else; False when it was fetched meanwhile."""
    values: dict[str, Any] = {
        "key": blob.key,
        "sha256": blob.sha256,
        "size": blob.size,
        "type": file_type(info),
        "duration": None if info.kind == "image" else float(info.seconds),
        "width": info.width or None,
        "height": info.height or None,
        "metadata": Jsonb(info_to_metadata(info)),
        "id": media_id,
        "owner": owner,
    }
    done = connection.execute(
        "update media_files set storage_key = %(key)s, content_sha256 = %(sha256)s, file_size = %(size)s,"
        " file_type = %(type)s, duration_seconds = %(duration)s, width = %(width)s, height = %(height)s,"
        " studio_metadata = coalesce(studio_metadata, '{}') || %(metadata)s, derived_version = 0, updated_at = now()"
        " where id = %(id)s and instructor_id = %(owner)s and storage_key is null",
        values,
    )
    return done.rowcount == 1


def note_links(connection: Connection, owner: str, media_id: str, links: Links) -> None:
    """Write down where a bucket's own service and the network in front of it have the bytes: a web studio reads it."""
    if links.bucket_url is not None:
        connection.execute(
            "update media_files set backblaze_url = %s, cdn_url = coalesce(%s, cdn_url)"
            " where id = %s and instructor_id = %s and backblaze_url is distinct from %s",
            (links.bucket_url, links.cdn_url, media_id, owner, links.bucket_url),
        )
