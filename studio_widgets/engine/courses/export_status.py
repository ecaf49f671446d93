"""Who exports a project right now, and cleaning up after exports that were killed.

Whoever exports holds a lock in the database for as long as it lives. "rendering" without that lock was left by a
kernel that was killed, and so were its half-made files: whoever opens a studio or exports next takes them back.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg

from studio_widgets.engine.errors import CourseError
from studio_widgets.engine.library.database import ConnectionLostError

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library

Connection = psycopg.Connection[Any]
_ID = 36  # letters of a project's id, with which the names of our folders begin


@contextlib.contextmanager
def rendering(library: Library, project_id: str) -> Iterator[Path]:
    """Within the block the project is "rendering"; a block that raises leaves what was before.

    Gives a folder for what is being made, which goes with the block. A block that succeeds sets the new status itself.
    Raises CourseError for a project that was deleted.
    """
    recover(library)
    exports = _folder(library)
    exports.mkdir(parents=True, exist_ok=True)
    with _locked(library, project_id), tempfile.TemporaryDirectory(prefix=f"{project_id}-", dir=exports) as folder:
        before = _set(library, project_id, "rendering")
        try:
            yield Path(folder)
        except BaseException:
            # also for KeyboardInterrupt in a cell: nothing is being rendered any more
            _set(library, project_id, before if before != "rendering" else "draft")
            raise


def recover(library: Library) -> None:
    """Take back the status and the half-made files that killed exports left. What others export now stays as it is."""
    folders = list(_folder(library).glob("*"))
    with library.database.connection() as connection:
        rows = connection.execute(
            "select id::text from studio_projects where instructor_id = %s and export_status = 'rendering' order by id",
            (library.owner,),
        )
        for (project,) in rows.fetchall():
            if _is_free(connection, project):
                connection.execute(
                    "update studio_projects set export_status ="
                    " case when exported_chapter_id is null then 'draft' else 'exported' end where id = %s",
                    (project,),
                )
        for folder in folders:
            if not _is_id(folder.name[:_ID]) or _is_free(connection, folder.name[:_ID]):
                shutil.rmtree(folder, ignore_errors=True)


def _folder(library: Library) -> Path:
    return library.home / "cache" / "exports"


@contextlib.contextmanager
def _locked(library: Library, project_id: str) -> Iterator[None]:
    """Hold the project's lock. Several kernels may export one project at once, so it is shared."""
    done = False
    try:
        with library.database.connection() as connection:
            connection.execute("select pg_advisory_lock_shared(hashtextextended(%s, 0))", (_lock_name(project_id),))
            connection.commit()
            try:
                yield
                done = True
            finally:
                connection.execute(
                    "select pg_advisory_unlock_shared(hashtextextended(%s, 0))", (_lock_name(project_id),)
                )
    except ConnectionLostError:
        if not done:  # else the server was restarted meanwhile, and the lock went with it
            raise


def _is_free(connection: Connection, project_id: str) -> bool:
    """Whether nobody exports the project; kept so until the transaction ends."""
    row = connection.execute(
        "select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", (_lock_name(project_id),)
    ).fetchone()
    return row is not None and bool(row[0])


def _lock_name(project_id: str) -> str:
    return f"studio export {project_id}"


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _set(library: Library, project_id: str, status: str) -> str:
    """Change a project's export status; returns what it was."""
    with library.database.connection() as connection:
        row = connection.execute(
            "select export_status from studio_projects where id = %s for update", (project_id,)
        ).fetchone()
        connection.execute("update studio_projects set export_status = %s where id = %s", (status, project_id))
    if row is None:
        raise CourseError("the project was deleted", hint="Open it again, then export.")
    return str(row[0])
