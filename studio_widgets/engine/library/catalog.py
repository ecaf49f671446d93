"""The SQL of media files: rows of `media_files` to values and back.

Effects only, one statement each. Functions that take a connection are steps of somebody's transaction. Every statement
names the owner: whose rows these are never depends on what a caller filtered.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pandas as pd
from psycopg.types.json import Jsonb

from studio_widgets.engine.errors import MissingMediaError
from studio_widgets.engine.library import deleted_rows
from studio_widgets.engine.library.database import NAMESPACE, Connection, Database
from studio_widgets.engine.library.media_file import PROBE, MediaFile, SourceType, info_from_metadata
from studio_widgets.engine.library.media_frames import frame_of
from studio_widgets.engine.library.queries import clean_tags
from studio_widgets.engine.library.storage import Storage
from studio_widgets.engine.media.model import MediaInfo
from studio_widgets.engine.timeline.model import MediaKind

# what a MIME type begins with; a web studio's may say anything
_KINDS: dict[str, MediaKind] = {"video": "video", "image": "image", "audio": "audio"}
FAILURES = "derivedFailures"  # the key of `studio_metadata` that says what could not be made, and why
# A web studio's rows may be half empty: what must be there is made so. See Catalog.value.
MEDIA_COLUMNS = (
    "media_files.id::text, coalesce(name, ''), media_kind, coalesce(file_type, ''), coalesce(file_size, 0),"
    " coalesce(tags, '{}'), coalesce(description, ''), coalesce(source_type, 'upload'),"
    " duration_seconds, width, height, coalesce(content_sha256, ''), coalesce(storage_key, ''),"
    " coalesce(studio_metadata, '{}'), created_at, updated_at"
)


class NewFile(msgspec.Struct, frozen=True, kw_only=True):
    """A row to be written; its blob is in storage already."""

    name: str
    info: MediaInfo
    sha256: str
    storage_key: str
    file_size: int
    tags: Sequence[str] = ()
    description: str = ""
    source_type: SourceType = "upload"
    metadata: dict[str, Any] = msgspec.field(default_factory=dict)


def media_id(owner: str, sha256: str, attempt: int = 0) -> str:
    """The id of a file: the same bytes of the same owner are the same media file, on every machine.

    Further attempts are for an id that a row of somebody else has, by chance or on purpose.
    """
    return str(uuid5(NAMESPACE, f"{owner}:{sha256}" + (f":{attempt}" if attempt else "")))


_CANONICAL = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")  # ids of a frame, nearly always


def as_uuid(text: str) -> str | None:
    """The canonical form of a uuid's text; None when it is not one."""
    if _CANONICAL.fullmatch(text):
        return text
    try:
        return str(UUID(text))
    except ValueError:
        return None


class Catalog:
    """The media files of one owner."""

    def __init__(self, database: Database, storage: Storage) -> None:
        self._database = database
        self._storage = storage

    @property
    def owner(self) -> str:
        """Whose rows these are."""
        return self._database.owner

    # --- reading ---------------------------------------------------------------------------------------------------

    def get(self, media_id: str) -> MediaFile | None:
        """The file with this id, if it is the owner's."""
        found = self.many([media_id])
        return found[0] if found else None

    def many(self, ids: Sequence[str]) -> list[MediaFile]:
        """The files with these ids, in the order asked; unknown ones are left out."""
        with self._database.connection() as connection:
            rows = connection.execute(
                f"select {MEDIA_COLUMNS} from media_files where instructor_id = %s and id = any(%s::uuid[])",
                (self.owner, list(ids)),
            ).fetchall()
        files = {row[0]: self.value(row) for row in rows}
        return [files[key] for key in ids if key in files]

    def with_bytes(self, sha256: str | None) -> MediaFile | None:
        """The file of these bytes, whatever its id."""
        if not sha256:
            return None
        with self._database.connection() as connection:
            row = connection.execute(
                f"select {MEDIA_COLUMNS} from media_files where instructor_id = %s and content_sha256 = %s"
                " order by created_at, id limit 1",
                (self.owner, sha256),
            ).fetchone()
        return self.value(row) if row else None

    def named(self, name: str) -> MediaFile | None:
        """The newest file of this name."""
        found = self.resolve([name])
        return self.get(found[name]) if found else None

    def resolve(self, words: Sequence[str]) -> dict[str, str]:
        """The ids that names or ids stand for (of files of one name, the newest's); unknown words are left out."""
        uuids = {word: identity for word in words if (identity := as_uuid(word))}
        with self._database.connection() as connection:
            known = connection.execute(
                "select id::text from media_files where instructor_id = %s and id = any(%s::uuid[])",
                (self.owner, list(set(uuids.values()))),
            ).fetchall()
            there = {row[0] for row in known}
            found = {word: identity for word, identity in uuids.items() if identity in there}
            names = list({word for word in words if word not in found and "\0" not in word})
            if names:
                found |= dict(connection.execute(_NAMED, (names, self.owner)).fetchall())
        return found

    def frame_of(self, ids: Sequence[str]) -> pd.DataFrame:
        """These files as a DataFrame, in the order asked."""
        with self._database.connection() as connection:
            return frame_of(connection, self.owner, ids)

    def underived(self, version: int, limit: int) -> list[MediaFile]:
        """Files for which the set of derived files of this version was not made yet, oldest first."""
        with self._database.connection() as connection:
            rows = connection.execute(
                f"select {MEDIA_COLUMNS} from media_files where instructor_id = %s and derived_version < %s"
                " and storage_key is not null order by derived_version, created_at, id limit %s",
                (self.owner, version, limit),
            ).fetchall()
        return [self.value(row) for row in rows]

    def has_size(self, size: int) -> bool:
        """Whether there is a file of so many bytes: only then can a new one be the same."""
        with self._database.connection() as connection:
            row = connection.execute("select studio_api.media_has_size(%s)", (size,)).fetchone()
        return bool(row and row[0])

    def is_referred_to(self, connection: Connection, storage_key: str) -> bool:
        """Whether any row of anybody still needs this blob."""
        row = connection.execute("select studio_api.blob_is_used(%s)", (storage_key,)).fetchone()
        return bool(row and row[0])

    # --- writing ---------------------------------------------------------------------------------------------------

    def lock_blob(self, connection: Connection, storage_key: str) -> None:
        """Keep others from removing or referring to this blob until the transaction ends."""
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (storage_key,))

    def insert(self, connection: Connection, new: NewFile) -> str:
        """Write the row and return its id.

        A row with the same bytes stays as it is and takes the new tags in; one that was deleted comes back, as new.
        """
        came_back = bool(deleted_rows.put_back_bytes(connection, self.owner, new.sha256))
        info = new.info
        values = {
            "owner": self.owner,
            "name": new.name,
            "description": new.description,
            "tags": clean_tags(new.tags),
            "file_type": file_type(info),
            "file_size": new.file_size,
            "duration": None if info.kind == "image" else float(info.seconds),
            "width": info.width or None,
            "height": info.height or None,
            "source_type": new.source_type,
            "metadata": Jsonb({**new.metadata, PROBE: msgspec.to_builtins(info)}),
            "sha256": new.sha256,
            "key": new.storage_key,
            "came_back": came_back,
        }
        for attempt in itertools.count():
            wanted = {**values, "id": media_id(self.owner, new.sha256, attempt)}
            row = connection.execute(_MERGE, wanted).fetchone() or connection.execute(_INSERT, wanted).fetchone()
            if row:
                return str(row[0])
        raise AssertionError  # ids do not end

    def mark_derived(self, media_id: str, version: int) -> None:
        """Note that the derived files of this version were made, or tried."""
        with self._database.connection() as connection:
            connection.execute(
                "update media_files set derived_version = %s where id = %s and instructor_id = %s",
                (version, media_id, self.owner),
            )

    def note_derived(self, media_id: str, recipe: str, error: str) -> None:
        """Note in the row why a derived file cannot be made, or with "" that it could."""
        query = _FORGET_FAILURE if not error else _NOTE_FAILURE
        with self._database.connection() as connection:
            connection.execute(
                query, {"part": FAILURES, "recipe": recipe, "error": error, "id": media_id, "owner": self.owner}
            )

    def failures(self) -> pd.DataFrame:
        """Derived files that could not be made: name, recipe, error, id."""
        return self._database.frame(
            "select name, recipe, error, id"
            " from media_files, jsonb_each_text(studio_metadata -> %s) as found (recipe, error)"
            " where instructor_id = %s order by created_at desc, id desc, recipe",
            (FAILURES, self.owner),
        )

    # --- inside ----------------------------------------------------------------------------------------------------

    def value(self, row: Sequence[Any]) -> MediaFile:
        """The media file of a row of MEDIA_COLUMNS."""
        (identity, name, kind, mime, size, tags, text, source_type, seconds, width, height, digest, key) = row[:13]
        metadata, created_at, updated_at = row[13:]
        kind = _KINDS.get(kind, "video")
        info = (
            info_from_metadata(metadata, name)
            if PROBE in metadata
            else MediaInfo(kind=kind, container="", mime=mime, width=width or 0, height=height or 0)
        )
        return MediaFile(
            id=identity,
            name=name,
            kind=kind,
            file_type=mime,
            file_size=size,
            tags=tuple(tags),
            description=text,
            source_type=source_type,
            duration_seconds=seconds,
            width=width,
            height=height,
            sha256=digest,
            storage_key=key,
            path=self._storage.place(key) if key else self._storage.place("missing/none"),
            info=info,
            metadata=metadata or {},
            created_at=created_at,
            updated_at=updated_at,
        )


def file_type(info: MediaInfo) -> str:
    """The MIME type, made to begin with the kind, by which rows are told apart (an animated GIF plays: video/gif)."""
    return info.mime if info.mime.startswith(info.kind + "/") else f"{info.kind}/{info.mime.rpartition('/')[2]}"


def not_found(what: str) -> MissingMediaError:
    """The error for a name or id that the library does not have."""
    return MissingMediaError(
        f"the library has no media file {what!r}",
        hint="See studio.library.files() for what is there, or add it: studio.library.add(path).",
    )


_NOTE_FAILURE = """
update media_files
   set studio_metadata = jsonb_set(coalesce(studio_metadata, '{}'), array[%(part)s],
         coalesce(studio_metadata -> %(part)s, '{}') || jsonb_build_object(%(recipe)s::text, %(error)s::text))
 where id = %(id)s and instructor_id = %(owner)s
"""
_FORGET_FAILURE = """
update media_files set studio_metadata = studio_metadata #- array[%(part)s, %(recipe)s]
 where id = %(id)s and instructor_id = %(owner)s and studio_metadata #> array[%(part)s, %(recipe)s] is not null
"""

# The same bytes again, whatever id they have.
_MERGE = """
update media_files set
  storage_key = %(key)s,
  studio_metadata = coalesce(studio_metadata, '{}') || %(metadata)s,
  tags = coalesce(tags, '{}') || array(select tag from unnest(%(tags)s::text[]) with ordinality as new (tag, place)
                                       where tag <> all (coalesce(tags, '{}')) order by place),
  description = case when coalesce(description, '') = '' then %(description)s else description end,
  name = case when %(came_back)s then %(name)s else name end,
  created_at = case when %(came_back)s then clock_timestamp() else created_at end
 where instructor_id = %(owner)s and id = (
   select id from media_files where instructor_id = %(owner)s and content_sha256 = %(sha256)s
    order by created_at, id limit 1)
returning id::text
"""
# clock_timestamp(), not now(): files added one after the other keep their order
_INSERT = """
insert into media_files (id, instructor_id, name, description, tags, file_type, file_size, duration_seconds, width,
                         height, source_type, studio_metadata, content_sha256, storage_key, created_at, updated_at)
values (%(id)s, %(owner)s, %(name)s, %(description)s, %(tags)s, %(file_type)s, %(file_size)s, %(duration)s, %(width)s,
        %(height)s, %(source_type)s, %(metadata)s, %(sha256)s, %(key)s, clock_timestamp(), clock_timestamp())
on conflict (id) do nothing
returning id::text
"""
# through the index of names as they are sorted
_NAMED = """
select name, id::text
  from unnest(%s::text[]) as wanted (name)
 cross join lateral (
   select id from media_files
    where instructor_id = %s and sort_name = lower(wanted.name) collate "C" and media_files.name = wanted.name
    order by created_at desc, id desc limit 1) as newest
"""
