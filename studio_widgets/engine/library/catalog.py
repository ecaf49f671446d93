"""The SQL of media files: rows of `media_files` to values and back.

Effects only, one statement each. Functions that take a connection are steps of somebody's transaction. Every statement
names the owner: whose rows these are never depends on what a caller filtered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pandas as pd
from psycopg import sql
from psycopg.types.json import Jsonb

from studio_widgets.engine.errors import MissingMediaError
from studio_widgets.engine.library.database import NAMESPACE, Connection, Database
from studio_widgets.engine.library.media_file import PROBE, MediaFile, SourceType, info_from_metadata
from studio_widgets.engine.library.queries import MOST_COUNTED, Anchor, Query, clean_tags, like_pattern
from studio_widgets.engine.library.storage import Storage
from studio_widgets.engine.library.tables import TEXT, to_frame
from studio_widgets.engine.media.model import MediaInfo

FAILURES = "derivedFailures"  # the key of `studio_metadata` that says what could not be made, and why
_NEWEST_FIRST = sql.SQL(" order by created_at desc, id desc")
_COLUMNS = (
    "id::text, name, split_part(file_type, '/', 1), file_type, file_size, tags, description, source_type,"
    " duration_seconds, width, height, coalesce(content_sha256, ''), coalesce(storage_key, ''), studio_metadata,"
    " created_at, updated_at"
)
# what a cell sees of a row, and how
_FRAME = sql.SQL(
    "id::text as id, name, split_part(file_type, '/', 1) as kind, duration_seconds, width, height,"
    " file_size, file_type,"
    " coalesce((studio_metadata -> 'probe' ->> 'hasAudio')::boolean, false) as has_audio,"
    " tags, description, source_type, content_sha256 as sha256, created_at, updated_at"
)
_DTYPES = {"width": "Int64", "height": "Int64", "sha256": TEXT}


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


class Use(msgspec.Struct, frozen=True):
    """Something that shows a media file: `kind` is chapter or project, `title` what a user knows it by."""

    media_id: str
    kind: str
    title: str


def media_id(owner: str, sha256: str) -> str:
    """The id of a file: the same bytes of the same owner are the same media file, on every machine."""
    return str(uuid5(NAMESPACE, f"{owner}:{sha256}"))


def as_uuid(text: str) -> str | None:
    """The canonical form of a uuid's text; None when it is not one."""
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
                f"select {_COLUMNS} from media_files where instructor_id = %s and id = any(%s::uuid[])",
                (self.owner, list(ids)),
            ).fetchall()
        files = {row[0]: self._value(row) for row in rows}
        return [files[key] for key in ids if key in files]

    def named(self, name: str) -> MediaFile | None:
        """The newest file of this name."""
        with self._database.connection() as connection:
            row = connection.execute(
                sql.SQL("select {} from media_files where instructor_id = %s and name = %s").format(sql.SQL(_COLUMNS))
                + _NEWEST_FIRST
                + sql.SQL(" limit 1"),
                (self.owner, name),
            ).fetchone()
        return self._value(row) if row else None

    def page(self, query: Query, *, limit: int, offset: int = 0, after: Anchor | None = None) -> list[MediaFile]:
        """Files, newest first. `after` costs the same at any depth; `offset` walks an index of ids only."""
        where, params = self._where(query)
        if after is not None:
            where += sql.SQL(" and (created_at, id) < (%(after_at)s, %(after_id)s::uuid)")
            params |= {"after_at": after.created_at, "after_id": after.id}
        ids = sql.SQL("select id from media_files where ") + where + _NEWEST_FIRST
        ids += sql.SQL(" limit %(limit)s offset %(offset)s")
        statement = sql.SQL("with page as ({}) select {} from media_files where id in (select id from page)").format(
            ids, sql.SQL(_COLUMNS)
        )
        with self._database.connection() as connection:
            rows = connection.execute(statement + _NEWEST_FIRST, params | {"limit": limit, "offset": offset}).fetchall()
        return [self._value(row) for row in rows]

    def count(self, query: Query) -> int:
        """How many files match, counted no further than MOST_COUNTED."""
        where, params = self._where(query)
        statement = sql.SQL("select count(*) from (select 1 from media_files where {} limit %(most)s) as found")
        with self._database.connection() as connection:
            row = connection.execute(statement.format(where), params | {"most": MOST_COUNTED}).fetchone()
        return int(row[0]) if row else 0

    def frame(self, query: Query, limit: int | None = None) -> pd.DataFrame:
        """Matching files as a DataFrame, newest first."""
        where, params = self._where(query)
        statement = sql.SQL("select {} from media_files where {}").format(_FRAME, where) + _NEWEST_FIRST
        with self._database.connection() as connection:
            cursor = connection.execute(statement + sql.SQL(" limit %(limit)s"), params | {"limit": limit})
            return to_frame(cursor).astype(_DTYPES)

    def frame_of(self, ids: Sequence[str], connection: Connection | None = None) -> pd.DataFrame:
        """These files as a DataFrame, in the order asked; on an open connection, or one of its own."""
        if connection is None:
            with self._database.connection() as own:
                return self.frame_of(ids, own)
        statement = sql.SQL(
            "select {} from media_files where instructor_id = %s and id = any(%s::uuid[])"
            " order by array_position(%s::uuid[], id)"
        ).format(_FRAME)
        cursor = connection.execute(statement, (self.owner, list(ids), list(ids)))
        return to_frame(cursor).astype(_DTYPES)

    def underived(self, version: int, limit: int) -> list[MediaFile]:
        """Files for which the set of derived files of this version was not made yet, oldest first."""
        with self._database.connection() as connection:
            rows = connection.execute(
                f"select {_COLUMNS} from media_files where instructor_id = %s and derived_version < %s"
                " and storage_key is not null order by created_at, id limit %s",
                (self.owner, version, limit),
            ).fetchall()
        return [self._value(row) for row in rows]

    def has_size(self, size: int) -> bool:
        """Whether there is a file of so many bytes: only then can a new one be the same."""
        with self._database.connection() as connection:
            row = connection.execute(
                "select exists (select from media_files where instructor_id = %s and coalesce(file_size, 0) = %s)",
                (self.owner, size),
            ).fetchone()
        return bool(row and row[0])

    def uses(self, connection: Connection, ids: Sequence[str]) -> list[Use]:
        """Chapters and projects that show one of these files."""
        rows = connection.execute(_USES, {"ids": list(ids), "owner": self.owner}).fetchall()
        return [Use(*row) for row in rows]

    def is_referred_to(self, connection: Connection, storage_key: str) -> bool:
        """Whether any row of anybody still needs this blob."""
        row = connection.execute("select studio_api.blob_is_used(%s)", (storage_key,)).fetchone()
        return bool(row and row[0])

    # --- writing ---------------------------------------------------------------------------------------------------

    def lock_blob(self, connection: Connection, storage_key: str) -> None:
        """Keep others from removing or referring to this blob until the transaction ends."""
        connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (storage_key,))

    def insert(self, connection: Connection, new: NewFile) -> str:
        """Write the row and return its id. A row with the same bytes stays as it is and takes the new tags in."""
        identity = media_id(self.owner, new.sha256)
        info = new.info
        connection.execute(
            _INSERT,
            {
                "id": identity,
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
            },
        )
        return identity

    def edit(self, connection: Connection, media_id: str, changes: dict[str, Any]) -> None:
        """Change name, description or tags of one row."""
        assignments = sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder(column)) for column in changes
        )
        connection.execute(
            sql.SQL(
                "update media_files set {}, updated_at = clock_timestamp()"
                " where id = %(id)s and instructor_id = %(owner)s"
            ).format(assignments),
            {**changes, "id": media_id, "owner": self.owner},
        )

    def add_tags(self, connection: Connection, ids: Sequence[str], tags: Sequence[str]) -> None:
        """Add tags to rows that lack them."""
        connection.execute(
            "update media_files set tags = (select array_agg(t order by first) from (select t, min(n) as first from"
            " unnest(tags || %(tags)s::text[]) with ordinality as all_tags (t, n) group by t) as merged),"
            " updated_at = clock_timestamp()"
            " where instructor_id = %(owner)s and id = any(%(ids)s::uuid[]) and not tags @> %(tags)s::text[]",
            {"tags": clean_tags(tags), "ids": list(ids), "owner": self.owner},
        )

    def delete(self, connection: Connection, ids: Sequence[str]) -> list[str]:
        """Delete rows; returns the storage keys they referred to."""
        rows = connection.execute(
            "delete from media_files where instructor_id = %s and id = any(%s::uuid[]) returning storage_key",
            (self.owner, list(ids)),
        ).fetchall()
        return [row[0] for row in rows if row[0]]

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

    def _where(self, query: Query) -> tuple[sql.Composable, dict[str, Any]]:
        """The condition of a query and its parameters."""
        parts: list[sql.Composable] = [sql.SQL("instructor_id = %(owner)s")]
        params: dict[str, Any] = {"owner": self.owner}
        if query.kind:
            parts.append(sql.SQL("media_kind = %(kind)s"))
            params["kind"] = query.kind
        if query.source_type:
            parts.append(sql.SQL("source_type = %(source_type)s"))
            params["source_type"] = query.source_type
        if query.tags:
            parts.append(sql.SQL("tags @> %(tags)s::text[]"))
            params["tags"] = list(query.tags)
        if query.search:
            parts.append(sql.SQL(_SEARCH))
            params["pattern"] = like_pattern(query.search)
        return sql.SQL(" and ").join(parts), params

    def _value(self, row: Sequence[Any]) -> MediaFile:
        (identity, name, kind, mime, size, tags, text, source_type, seconds, width, height, digest, key) = row[:13]
        metadata, created_at, updated_at = row[13:]
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
            description=text or "",
            source_type=source_type,
            duration_seconds=seconds,
            width=width,
            height=height,
            sha256=digest,
            storage_key=key,
            path=self._storage.place(key) if key else self._storage.place("missing/none"),
            info=info,
            metadata=metadata,
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
   set studio_metadata = jsonb_set(studio_metadata, array[%(part)s],
         coalesce(studio_metadata -> %(part)s, '{}') || jsonb_build_object(%(recipe)s::text, %(error)s::text))
 where id = %(id)s and instructor_id = %(owner)s
"""
_FORGET_FAILURE = """
update media_files set studio_metadata = studio_metadata #- array[%(part)s, %(recipe)s]
 where id = %(id)s and instructor_id = %(owner)s and studio_metadata #> array[%(part)s, %(recipe)s] is not null
"""

_SEARCH = "search_text like lower(%(pattern)s)"

# clock_timestamp(), not now(): files added one after the other keep their order
_INSERT = """
insert into media_files (id, instructor_id, name, description, tags, file_type, file_size, duration_seconds, width,
height,
                         source_type, studio_metadata, content_sha256, storage_key, created_at, updated_at)
values (%(id)s, %(owner)s, %(name)s, %(description)s, %(tags)s, %(file_type)s, %(file_size)s, %(duration)s, %(width)s,
        %(height)s, %(source_type)s, %(metadata)s, %(sha256)s, %(key)s, clock_timestamp(), clock_timestamp())
on conflict (id) do update set
  storage_key = excluded.storage_key,
  studio_metadata = media_files.studio_metadata || excluded.studio_metadata,
  tags = media_files.tags || array(select tag from unnest(excluded.tags) with ordinality as new (tag, place)
                                   where tag <> all (media_files.tags) order by place),
  description = case when media_files.description = '' then excluded.description else media_files.description end
"""

# A project is asked twice: its snapshot, and the edits acknowledged after the snapshot was written.
_USES = """
select media_file_id::text, 'chapter', courses.title || ' / ' || course_chapters.title
  from course_chapters join courses on courses.id = course_id
 where media_file_id = any (%(ids)s::uuid[])
union
select wanted.id::text, 'project', studio_projects.title
  from unnest(%(ids)s::uuid[]) as wanted (id), studio_projects
 where instructor_id = %(owner)s
   and (position(wanted.id::text in timeline_state::text) > 0
        or exists (select from studio_project_edits as edit
                    where edit.project_id = studio_projects.id and edit.rev > timeline_rev
                      and position(wanted.id::text in edit.forward::text) > 0))
 order by 2, 3
"""
