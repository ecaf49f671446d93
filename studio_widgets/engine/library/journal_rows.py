"""The SQL of projects: rows of `studio_projects` and of their append-only journal `studio_project_edits`.

Effects only; what an edit means is the business of `engine/timeline`. Every function takes an open connection, so
that the caller decides what is one transaction.
"""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

import msgspec
import psycopg

from studio_widgets.engine.timeline.delta import Delta
from studio_widgets.engine.timeline.journal import Entry

Connection = psycopg.Connection[Any]


class ProjectRow(msgspec.Struct, frozen=True):
    """A project as the database has it; `state` is the JSON of the snapshot that stands at revision `rev`."""

    id: str
    title: str
    state: str
    rev: int


class Summary(msgspec.Struct, frozen=True):
    """What a list of projects says of one: `tracks` are the ids of its tracks when it was last saved."""

    id: str
    title: str
    changed_at: datetime.datetime
    tracks: list[str]


class TokenUsedError(Exception):
    """What was to happen once has happened."""


def create_project(connection: Connection, project_id: str, owner: str, title: str, state: str) -> None:
    """Insert the project unless there is one of that title, or of that id (which may be somebody else's)."""
    connection.execute(
        "insert into studio_projects (id, instructor_id, title, timeline_state) values (%s, %s, %s, %s::jsonb)"
        " on conflict do nothing",
        (project_id, owner, title, state),
    )


def find_project(connection: Connection, owner: str, title: str) -> ProjectRow | None:
    """The owner's project of that title."""
    row = connection.execute(
        "select id::text, title, timeline_state::text, timeline_rev from studio_projects"
        " where instructor_id = %s and title = %s",
        (owner, title),
    ).fetchone()
    return ProjectRow(*row) if row else None


def newest_title(connection: Connection, owner: str) -> str | None:
    """Title of the owner's project with the latest edit."""
    row = connection.execute(
        "select p.title from studio_projects p where p.instructor_id = %s"
        " order by coalesce((select max(e.created_at) from studio_project_edits e where e.project_id = p.id),"
        " p.created_at) desc, p.id limit 1",
        (owner,),
    ).fetchone()
    return row[0] if row else None


def newest_projects(connection: Connection, owner: str, limit: int) -> list[Summary]:
    """The owner's projects, the one edited last first."""
    rows = connection.execute(
        "select p.id::text, p.title, coalesce(e.created_at, p.created_at) as changed,"
        " coalesce(jsonb_path_query_array(p.timeline_state, '$.tracks[*].id'), '[]')"
        " from studio_projects p left join lateral (select e.created_at from studio_project_edits e"
        " where e.project_id = p.id order by e.rev desc limit 1) e on true"
        " where p.instructor_id = %s order by changed desc, p.id limit %s",
        (owner, limit),
    ).fetchall()
    return [Summary(*row) for row in rows]


def delete_project(connection: Connection, project_id: str) -> bool:
    """Delete a project and its journal; False when there was none."""
    return connection.execute("delete from studio_projects where id = %s", (project_id,)).rowcount > 0


def save_snapshot(connection: Connection, project_id: str, state: str, rev: int) -> bool:
    """Store the state of revision `rev` unless the database holds that one or a newer one; True when it was stored.

    The state that the project began with goes into a row of its own first, the journal's row 0: with it the journal
    makes every revision, and no snapshot is the only copy of anything.
    """
    connection.execute(
        "insert into studio_project_edits (project_id, rev, op, args, forward, backward, echo)"
        " select id, 0, 'begin', jsonb_build_object('state', timeline_state), '{}', '{}', ''"
        " from studio_projects where id = %s and timeline_rev = 0 and %s > 0 on conflict do nothing",
        (project_id, rev),
    )
    return (
        connection.execute(
            "update studio_projects set timeline_state = %s::jsonb, timeline_rev = %s, updated_at = now()"
            " where id = %s and timeline_rev < %s",
            (state, rev, project_id, rev),
        ).rowcount
        > 0
    )


def first_state(connection: Connection, project_id: str) -> str | None:
    """The JSON of the state that the project began with; None while its snapshot is still that one."""
    row = connection.execute(
        "select (args -> 'state')::text from studio_project_edits where project_id = %s and rev = 0", (project_id,)
    ).fetchone()
    return row[0] if row else None


def append_entry(connection: Connection, project_id: str, entry: Entry) -> None:
    """Insert one journal row; a revision that is taken raises psycopg's UniqueViolation."""
    connection.execute(
        "insert into studio_project_edits (project_id, rev, op, args, forward, backward, echo, edit_group)"
        " values (%s, %s, %s, %s::jsonb, %s::jsonb, %s::jsonb, %s, %s)",
        (
            project_id,
            entry.rev,
            entry.op,
            bytes(entry.args).decode(),
            msgspec.json.encode(entry.forward).decode(),
            msgspec.json.encode(entry.backward).decode(),
            entry.echo,
            entry.group,
        ),
    )


def claim_token(connection: Connection, project_id: str, token: str) -> None:
    """Note that `token` was used for the project. TokenUsedError when it was before, in a transaction that stands.

    Another transaction that has claimed it is waited for. A digest is kept: an index takes no key of any length.
    """
    claimed = connection.execute(
        "insert into studio_imports (project_id, token) values (%s, %s) on conflict do nothing",
        (project_id, hashlib.sha256(token.encode()).hexdigest()),
    )
    if not claimed.rowcount:
        raise TokenUsedError(token)


def entries_after(connection: Connection, project_id: str, rev: int) -> list[Entry]:
    """The journal rows newer than `rev`, oldest first."""
    rows = connection.execute(
        "select rev, op, args::text, forward::text, backward::text, echo, edit_group from studio_project_edits"
        " where project_id = %s and rev > %s order by rev",
        (project_id, rev),
    ).fetchall()
    return [
        Entry(
            rev=rev_,
            op=op,
            args=args.encode(),
            forward=_delta.decode(forward),
            backward=_delta.decode(backward),
            echo=echo,
            group=group,
        )
        for rev_, op, args, forward, backward, echo, group in rows
    ]


def times(connection: Connection, project_id: str) -> dict[int, datetime.datetime]:
    """When each revision was made; that of revision 0 is when the project was."""
    rows = connection.execute(
        "select 0, created_at from studio_projects where id = %s"
        " union all select rev, created_at from studio_project_edits where project_id = %s and rev > 0",
        (project_id, project_id),
    ).fetchall()
    return dict(rows)


def projects_using_recording(connection: Connection, owner: str, recording_id: str) -> list[str]:
    """Titles of the owner's projects whose snapshot or later journal mentions the take.

    It may name a project whose newest timeline no longer has the take (undone, removed), never miss one that has it.
    """
    rows = connection.execute(
        "select p.title from studio_projects p where p.instructor_id = %(owner)s and ("
        " strpos(p.timeline_state::text, %(take)s) > 0"
        " or exists (select 1 from studio_project_edits e where e.project_id = p.id and e.rev > p.timeline_rev"
        "            and strpos(e.forward::text, %(take)s) > 0))"
        " order by p.title",
        {"owner": owner, "take": recording_id},
    ).fetchall()
    return [title for (title,) in rows]


_delta = msgspec.json.Decoder(Delta)
