"""Deleted media files: rows go to `studio_deleted_media`, whole, and come back from there while their bytes are kept.

Every function takes an open connection, so that the caller decides what is one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import psycopg
from psycopg import sql

from studio_widgets.engine.errors import LibraryError
from studio_widgets.engine.library.database import Connection

_MOST_SEARCHED = 50  # ids for which a timeline's text is searched one by one


class Use(msgspec.Struct, frozen=True):
    """Something that shows a media file `name`: `kind` is chapter or project, `title` what a user knows it by."""

    name: str
    kind: str
    title: str


class Deleted(msgspec.Struct, frozen=True):
    """A deleted media file; `storage_key` is None for bytes that never were in storage."""

    id: str
    name: str
    storage_key: str | None


def uses(connection: Connection, owner: str, ids: Sequence[str]) -> list[Use]:
    """Chapters and projects that show one of these files."""
    query = _USES_OF_FEW if len(ids) <= _MOST_SEARCHED else _USES_OF_MANY
    rows = connection.execute(query, {"ids": list(ids), "owner": owner}).fetchall()
    return [Use(*row) for row in rows]


def delete(connection: Connection, owner: str, ids: Sequence[str]) -> int:
    """Move rows to the deleted ones, with what referred to them; how many there were."""
    try:
        return connection.execute(_DELETE, {"ids": list(ids), "owner": owner}).rowcount
    except psycopg.errors.ForeignKeyViolation as error:
        raise LibraryError(
            f"still in use by the table {error.diag.table_name}", hint="Remove it there first; nothing was deleted."
        ) from error


def find(connection: Connection, owner: str, words: Sequence[str]) -> dict[str, Deleted]:
    """The deleted files that ids or names (the newest of one name) stand for, locked until the transaction ends."""
    rows = connection.execute(_FIND, {"words": list(words), "owner": owner}).fetchall()
    found: dict[str, Deleted] = {}
    for identity, name, key in rows:
        found[identity] = found[name] = Deleted(id=identity, name=name, storage_key=key)
    wanted = {word: found.get(word.lower(), found.get(word)) for word in words}
    return {word: deleted for word, deleted in wanted.items() if deleted is not None}


def put_back(connection: Connection, owner: str, ids: Sequence[str]) -> list[str]:
    """Give deleted rows back, every column of them, and their links; the ids of those that are there again.

    A file whose bytes were added again meanwhile is that row: it takes the links over. Where a row of somebody else has
    taken the id, the deleted one stays deleted, and is not lost.
    """
    params = {"ids": list(ids), "owner": owner}
    # Columns are those the rows had and the table still has: others take their default.
    shapes = connection.execute(_SHAPES, params).fetchall()
    for columns, members in shapes:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        connection.execute(sql.SQL(_PUT_BACK).format(names), {"ids": members, "owner": owner})
    if not shapes:
        return []
    connection.execute(_RELINK, params)
    return [identity for (identity,) in connection.execute(_FORGET, params).fetchall()]


def put_back_bytes(connection: Connection, owner: str, sha256: str) -> list[str]:
    """Give back the deleted row of these bytes; see `put_back`."""
    rows = connection.execute(
        "select id::text from studio_deleted_media where instructor_id = %s and content ->> 'content_sha256' = %s"
        " order by deleted_at desc limit 1",
        (owner, sha256),
    ).fetchall()
    return put_back(connection, owner, [row[0] for row in rows])


_DELETE = """
with gone as (
  delete from media_files where instructor_id = %(owner)s and id = any(%(ids)s::uuid[]) returning *
), takes as (
  select media_file_id, jsonb_agg(id) as ids from studio_recordings
   where media_file_id = any(%(ids)s::uuid[]) group by 1
), projects as (
  select exported_media_file_id, jsonb_agg(id) as ids from studio_projects
   where exported_media_file_id = any(%(ids)s::uuid[]) group by 1
)
insert into studio_deleted_media (id, instructor_id, storage_key, content, links, deleted_at)
select gone.id, gone.instructor_id, gone.storage_key, to_jsonb(gone),
       jsonb_strip_nulls(jsonb_build_object('recordings', takes.ids, 'projects', projects.ids)), clock_timestamp()
  from gone
  left join takes on takes.media_file_id = gone.id
  left join projects on projects.exported_media_file_id = gone.id
on conflict (id, instructor_id) do update set
  storage_key = excluded.storage_key, content = excluded.content, links = excluded.links,
  deleted_at = excluded.deleted_at
"""

_FIND = """
select id::text, content ->> 'name', storage_key from studio_deleted_media
 where instructor_id = %(owner)s and (id::text = any(select lower(unnest(%(words)s::text[])))
                                      or content ->> 'name' = any(%(words)s::text[]))
 order by deleted_at, id
   for update
"""

_SHAPES = """
select shape.columns, array_agg(d.id)
  from studio_deleted_media d
 cross join lateral (
   select array_agg(attname::text order by attnum) as columns
     from pg_attribute
    where attrelid = 'media_files'::regclass and attnum > 0 and not attisdropped and attgenerated = ''
      and d.content ? attname::text) as shape
 where d.instructor_id = %(owner)s and d.id = any(%(ids)s::uuid[])
 group by 1
"""

_PUT_BACK = """
insert into media_files ({0}) overriding system value
select {0} from (
  select kept.*
    from studio_deleted_media d cross join lateral jsonb_populate_record(null::media_files, d.content) as kept
   where d.instructor_id = %(owner)s and d.id = any(%(ids)s::uuid[])) as back
on conflict (id) do nothing
"""

_RELINK = """
with links as (
  select d.id, d.links from studio_deleted_media d join media_files m on m.id = d.id and m.instructor_id = %(owner)s
   where d.instructor_id = %(owner)s and d.id = any(%(ids)s::uuid[])
), takes as (
  update studio_recordings r set media_file_id = links.id
    from links, jsonb_array_elements_text(links.links -> 'recordings') as linked
   where r.id = linked::uuid and r.instructor_id = %(owner)s and r.media_file_id is null
)
update studio_projects p set exported_media_file_id = links.id
  from links, jsonb_array_elements_text(links.links -> 'projects') as linked
 where p.id = linked::uuid and p.instructor_id = %(owner)s and p.exported_media_file_id is null
"""

_FORGET = """
delete from studio_deleted_media d using media_files m
 where d.instructor_id = %(owner)s and d.id = any(%(ids)s::uuid[]) and m.id = d.id and m.instructor_id = %(owner)s
returning d.id::text
"""

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CHAPTERS = """
select m.name, 'chapter', courses.title || ' / ' || course_chapters.title
  from course_chapters join courses on courses.id = course_id join media_files m on m.id = media_file_id
 where media_file_id = any (%(ids)s::uuid[])
"""
# A project is asked twice: its snapshot, and the edits acknowledged after the snapshot was written.
_USES_OF_FEW = f"""
{_CHAPTERS}
union
select m.name, 'project', p.title
  from media_files m, studio_projects p
 where m.id = any (%(ids)s::uuid[]) and p.instructor_id = %(owner)s
   and (position(m.id::text in p.timeline_state::text) > 0
        or exists (select from studio_project_edits as edit
                    where edit.project_id = p.id and edit.rev > p.timeline_rev
                      and position(m.id::text in edit.forward::text) > 0))
 order by 2, 3, 1
"""
# All ids that are in a text are found in one pass, however many are looked for.
_USES_OF_MANY = f"""
{_CHAPTERS}
union
select m.name, 'project', texts.title
  from (select title, timeline_state::text as body from studio_projects where instructor_id = %(owner)s
        union all
        select p.title, edit.forward::text
          from studio_projects p join studio_project_edits edit on edit.project_id = p.id and edit.rev > p.timeline_rev
         where p.instructor_id = %(owner)s) as texts
 cross join lateral regexp_matches(body, '{_UUID}', 'g') as hit
  join media_files m on m.id = hit[1]::uuid and m.id = any (%(ids)s::uuid[])
 order by 2, 3, 1
"""
