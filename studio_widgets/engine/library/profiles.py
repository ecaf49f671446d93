"""The SQL of profiles: whose rows there are. The table may be a web studio's, with columns of its own."""

from __future__ import annotations

from typing import Any

import psycopg

Connection = psycopg.Connection[Any]


def create(connection: Connection, profile_id: str, name: str) -> None:
    """Insert a profile unless there is one of that id. A web studio's table may refuse it (psycopg.IntegrityError)."""
    connection.execute(
        "insert into profiles (id, name) values (%s, %s) on conflict (id) do nothing", (profile_id, name)
    )


def named(connection: Connection, limit: int) -> list[str]:
    """Some profiles as `id (name)`, by whatever they are called there; as many as this role sees."""
    rows = connection.execute(_SELECT + " order by created_at, id limit %s", (limit,)).fetchall()
    return [f"{identity} ({name})" if name else identity for identity, name in rows]


def name_of(connection: Connection, profile_id: str) -> str | None:
    """What a profile is called; None when there is no such profile."""
    row = connection.execute(_SELECT + " where id = %s", (profile_id,)).fetchone()
    return row[1] if row else None


_SELECT = """
select id::text, coalesce(nullif(known ->> 'name', ''), known ->> 'full_name', known ->> 'display_name',
                          known ->> 'username', known ->> 'email', '')
  from (select id, created_at, to_jsonb(profiles) as known from profiles) as all_profiles
"""
