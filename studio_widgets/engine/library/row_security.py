"""What keeps instructors apart in a database, and who this login is there: for `studio-widgets doctor`."""

from __future__ import annotations

import msgspec
import psycopg

from studio_widgets.engine.errors import DatabaseError
from studio_widgets.engine.library import profiles
from studio_widgets.engine.library.database import Database
from studio_widgets.engine.library.migrate import pending


class RowSecurity(msgspec.Struct, frozen=True, kw_only=True):
    """Row level security as it is for one login.

    `unprotected`: tables of ours without it (all of them while its migration waits). `as_before`: tables that a web
    studio had without it, where it binds instructors' logins and nobody else. `is_bound`: it binds this login.
    `instructor`: the profile's id and name, None for a login that is no instructor.
    """

    pending: list[str]
    unprotected: list[str]
    as_before: list[str]
    role: str
    is_bound: bool
    instructor: tuple[str, str] | None


def examine(database: Database) -> RowSecurity:
    """Look; changes nothing. Raises DatabaseError where a table of the studio cannot be read at all."""
    try:
        with database.connection() as connection:
            row = connection.execute(_STATE).fetchone()
            assert row is not None  # a SELECT without FROM
            unprotected, as_before, role, is_bound, identity = row
            instructor = (identity, profiles.name_of(connection, identity) or "") if identity else None
            connection.execute("select from media_files, courses, course_chapters limit 0")
    except psycopg.errors.InsufficientPrivilege as error:
        # A web studio's policy for everybody, which asks a table that only its own roles may read.
        raise DatabaseError(
            f"the library cannot be read: {error.diag.message_primary}",
            hint="A policy of the web studio needs it: grant select on it to studio_app, or bind the policy to roles.",
        ) from error
    return RowSecurity(
        pending=pending(database.dsn),
        unprotected=unprotected,
        as_before=as_before,
        role=role,
        is_bound=is_bound,
        instructor=instructor,
    )


_STATE = """
select array(select c.relname::text from pg_class c
              where c.relnamespace = 'public'::regnamespace and not c.relrowsecurity
                and c.relname in ('profiles', 'media_files', 'courses', 'course_chapters', 'studio_projects',
                                  'studio_project_edits', 'studio_recordings', 'studio_deleted_media', 'studio_imports')
              order by 1),
       array(select tablename::text from pg_policies
              where schemaname = 'public' and policyname = 'studio_as_before' order by 1),
       session_user::text, row_security_active('public.media_files')
         and not (to_regrole('studio_owner') is not null and pg_has_role('studio_owner', 'usage')),
       studio_api.uid()::text
"""
