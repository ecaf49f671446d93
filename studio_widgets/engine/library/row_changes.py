"""Changing many rows of `media_files` at once: tags, names, descriptions.

Every function takes an open connection, so that the caller decides what is one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from studio_widgets.engine.errors import LibraryError
from studio_widgets.engine.library.database import Connection

_TAGS_FROM = 5000  # newest files that tags are counted in
_FIELD = re.compile(r"\{\{|\}\}|\{n:0?(?P<width>[1-9])\}|\{(?P<field>name|n)\}|(?P<stray>[{}])")
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")


def add_tags(connection: Connection, owner: str, ids: Sequence[str], tags: Sequence[str]) -> int:
    """Add tags, at the end and in their order, to files that lack one; to how many."""
    return connection.execute(_ADD_TAGS, {"tags": list(tags), "ids": list(ids), "owner": owner}).rowcount


def remove_tags(connection: Connection, owner: str, ids: Sequence[str], tags: Sequence[str]) -> int:
    """Take tags from files that have one; from how many."""
    return connection.execute(_REMOVE_TAGS, {"tags": list(tags), "ids": list(ids), "owner": owner}).rowcount


def frequent_tags(connection: Connection, owner: str, limit: int) -> list[tuple[str, int]]:
    """The most frequent tags of the newest files, and how many of these have them."""
    return connection.execute(_FREQUENT, {"owner": owner, "newest": _TAGS_FROM, "limit": limit}).fetchall()


def rename(connection: Connection, owner: str, ids: Sequence[str], pattern: str, description: str | None) -> int:
    """Name files by a pattern (see `new_name`), counted in the order given; how many changed."""
    names: dict[str, str] = dict(
        connection.execute(
            "select id::text, name from media_files where instructor_id = %s and id = any(%s::uuid[])"
            " order by id for update",
            (owner, list(ids)),
        ).fetchall()
    )
    kept = [identity for identity in ids if identity in names]
    renamed = [new_name(pattern, names[identity], number) for number, identity in enumerate(kept, 1)]
    return connection.execute(
        _RENAME, {"ids": kept, "names": renamed, "description": description, "owner": owner}
    ).rowcount


def new_name(pattern: str, name: str, number: int) -> str:
    """The name that a pattern gives a file.

    `{name}` is its name without the suffix, `{n}` the number, `{n:02}` the number in at least two digits, `{{` and `}}`
    are braces. The suffix stays unless the pattern brings one.
    """
    suffix = _SUFFIX.search(name)
    stem = name[: suffix.start()] if suffix else name

    def filled(field: re.Match[str]) -> str:
        if field["stray"]:
            raise LibraryError(
                f"there is a stray {field['stray']} in {pattern!r}",
                where="rename",
                hint="Use {name}, {n} or {n:02}; write {{ and }} for braces.",
            )
        if field["field"] == "name":
            return stem
        if field["field"] == "n" or field["width"]:
            return str(number).zfill(int(field["width"] or 0))
        return field[0][0]

    made = _FIELD.sub(filled, pattern).strip()
    if not made:
        raise LibraryError("a media file needs a name", where=name, hint='Write a pattern such as "Lesson {n:02}".')
    return made if suffix is None or _SUFFIX.search(pattern) else made + suffix[0]


_ADD_TAGS = """
update media_files
   set tags = coalesce(tags, '{}') || array(select tag from unnest(%(tags)s::text[]) with ordinality as new (tag, place)
                                             where tag <> all (coalesce(tags, '{}')) order by place),
       updated_at = clock_timestamp()
 where instructor_id = %(owner)s and id = any(%(ids)s::uuid[]) and not coalesce(tags, '{}') @> %(tags)s::text[]
"""
_REMOVE_TAGS = """
update media_files
   set tags = array(select tag from unnest(tags) with ordinality as old (tag, place)
                     where tag <> all (%(tags)s::text[]) order by place),
       updated_at = clock_timestamp()
 where instructor_id = %(owner)s and id = any(%(ids)s::uuid[]) and tags && %(tags)s::text[]
"""
_FREQUENT = """
select tag, count(*)
  from (select tags from media_files where instructor_id = %(owner)s
         order by created_at desc, id desc limit %(newest)s) as newest, unnest(tags) as tag
 group by 1 order by 2 desc, 1 limit %(limit)s
"""
_RENAME = """
update media_files m
   set name = new.name, description = coalesce(%(description)s, m.description), updated_at = clock_timestamp()
  from unnest(%(ids)s::uuid[], %(names)s::text[]) as new (id, name)
 where m.instructor_id = %(owner)s and m.id = new.id
   and (m.name, m.description) is distinct from (new.name, coalesce(%(description)s, m.description))
"""
