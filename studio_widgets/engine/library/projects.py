"""The projects of an instructor: opened once per kernel, saved in the background."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

import pandas as pd
import psycopg

from studio_widgets.engine.errors import ConflictError, LibraryError, SchemaError, StudioError
from studio_widgets.engine.library import journal_rows
from studio_widgets.engine.library.autosave import Autosave
from studio_widgets.engine.library.foreign_edits import ForeignEdits
from studio_widgets.engine.library.session import Applied, Change, ProjectSession
from studio_widgets.engine.timeline.model import Timeline
from studio_widgets.engine.timeline.serial import from_json, to_json

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library

__all__ = ["Applied", "Change", "ProjectSession", "Projects", "project_id"]


def project_id(owner: str, title: str, attempt: int = 0) -> str:
    """Id of an owner's project: the same title gives the same id, so notebooks reproduce.

    Further attempts are for an id that a row of somebody else has, by chance or on purpose.
    """
    return str(uuid5(UUID(owner), title if not attempt else f"{title}\0{attempt}"))


class Projects:
    """Registry of open projects: one `ProjectSession` per project and kernel, shared by cells and widgets.

    Parameters
    ----------
    library: gives the database, the owner, and what sources are.
    quiet, latest: seconds after an edit when a snapshot is saved: when no other follows, and in any case.
    """

    def __init__(self, library: Library, *, quiet: float = 1.0, latest: float = 5.0) -> None:
        self.library = library
        self._lock = threading.Lock()
        self._open: dict[str, ProjectSession] = {}  # by title
        self._autosave: Autosave[ProjectSession] = Autosave(ProjectSession.save, quiet=quiet, latest=latest)
        self._writer = uuid4().hex
        self._foreign: ForeignEdits | None = None  # once a project is open

    def open_or_create(
        self, title: str, *, rate: str | int | None = None, width: int | None = None, height: int | None = None
    ) -> ProjectSession:
        """The project of that title, created empty when there is none.

        `rate` ("30000/1001", 25) and the picture's size in pixels are those of a new project; asking for others
        than an existing project has is a ConflictError.
        """
        if not isinstance(title, str) or not title.strip():
            raise LibraryError("a project needs a title", hint='Give one, such as studio.project("Lesson 1").')
        asked = (("rate", None if rate is None else str(rate)), ("width", width), ("height", height))
        given = {key: value for key, value in asked if value is not None}
        empty = _empty(title, given)
        wanted = {key: getattr(empty, key) for key in given}
        with self._lock:
            session = self._open.get(title)
            if session is None or session.closed:
                session = self._open[title] = self._load(title, empty)
            else:
                session.refresh()
        has = {key: getattr(session.timeline, key) for key in wanted}
        if has != wanted:
            raise ConflictError(
                f"the project exists with {has}, not {wanted}",
                where=title,
                hint="Use another title, or leave these out.",
            )
        return session

    def list(self) -> pd.DataFrame:
        """All projects, by title: id, title, description, export_status, rev, created_at, updated_at."""
        return self.library.database.frame(
            "select p.id::text as id, p.title, p.description, p.export_status,"
            " coalesce((select max(e.rev) from studio_project_edits e where e.project_id = p.id), p.timeline_rev)"
            " as rev, p.created_at, p.updated_at"
            " from studio_projects p where p.instructor_id = %s order by p.title, p.id",
            (self.library.owner,),
        )

    def newest(self, limit: int = 200) -> Sequence[journal_rows.Summary]:
        """The projects that were edited last, newest first: what a dialog offers to choose from."""
        with self.library.database.connection() as connection:
            return journal_rows.newest_projects(connection, self.library.owner, limit)

    def newest_title(self) -> str | None:
        """Title of the project that was changed last; None when there is none."""
        with self.library.database.connection() as connection:
            return journal_rows.newest_title(connection, self.library.owner)

    def delete(self, title: str) -> None:
        """Delete a project with its history; LibraryError when a course shows it or there is none of that title."""
        with self._lock, self.library.database.connection() as connection:
            row = journal_rows.find_project(connection, self.library.owner, title)
            if row is None:
                raise LibraryError(f"there is no project {title!r}", hint="See studio.projects.list().")
            try:
                journal_rows.delete_project(connection, row.id)
            except psycopg.errors.ForeignKeyViolation as error:
                raise LibraryError(
                    "a chapter of a course shows this project", where=title, hint="Delete that chapter first."
                ) from error
            session = self._open.pop(title, None)
            if session is not None:
                self._autosave.forget(session)
                session.discard()

    def relink_recording(self, recording_id: str, media_file_id: str) -> Sequence[str]:
        """Let clips that show the take show the media file it was saved as; returns titles of changed projects."""
        changed = []
        for session in self._showing(recording_id):
            session.apply(
                "relink",
                {
                    "source_from": {"type": "recording", "recordingId": recording_id},
                    "source_to": {"type": "media_file", "mediaFileId": media_file_id},
                },
            )
            changed.append(session.title)
        return changed

    def clips_of_recording(self, recording_id: str) -> Sequence[str]:
        """Ids of the clips that show the take, over all projects by title (`clip-7`), as the timelines stand now."""
        return [clip for session in self._showing(recording_id) for clip in _clips_of(session.timeline, recording_id)]

    def _showing(self, recording_id: str) -> Sequence[ProjectSession]:
        with self.library.database.connection() as connection:
            titles = journal_rows.projects_using_recording(connection, self.library.owner, recording_id)
        sessions = [self.open_or_create(title) for title in titles]
        return [session for session in sessions if _clips_of(session.timeline, recording_id)]

    def close(self) -> None:
        """Save and close every open project; the first error is raised after all were tried."""
        self._autosave.close()
        with self._lock:
            foreign, self._foreign = self._foreign, None
        if foreign is not None:
            foreign.close()
        with self._lock:
            sessions, self._open = list(self._open.values()), {}
        errors: list[StudioError] = []
        for session in sessions:
            try:
                session.close()
            except StudioError as error:
                errors.append(error)
        if errors:
            raise errors[0]

    def _load(self, title: str, empty: Timeline) -> ProjectSession:
        owner = self.library.owner
        with self.library.database.connection() as connection:
            row = journal_rows.find_project(connection, owner, title)
            attempt = itertools.count()
            while row is None:
                identity = project_id(owner, title, next(attempt))
                journal_rows.create_project(connection, identity, owner, title, to_json(empty))
                row = journal_rows.find_project(connection, owner, title)
        if self._foreign is None:
            self._foreign = ForeignEdits(self.library.database, self._writer, self._refresh)
        return ProjectSession(self.library, row, changed=self._autosave.poke, writer=self._writer)

    def _refresh(self, project_id: str, rev: int) -> None:
        """Another kernel edited a project (any, where none is named)."""
        with self._lock:
            sessions = [session for session in self._open.values() if project_id in ("", session.id)]
        for session in sessions:
            if not session.closed and (not project_id or session.rev < rev):
                session.refresh()


def _empty(title: str, settings: dict[str, Any]) -> Timeline:
    """An empty timeline of these settings; LibraryError when there can be none."""
    try:
        return from_json(to_json(Timeline(**settings)))
    except SchemaError as error:
        raise LibraryError(
            f"a project cannot have these settings: {error.message}",
            where=title,
            hint='Leave them out, or give such as rate="30000/1001", width=1280, height=720.',
        ) from error


def _clips_of(timeline: Timeline, recording_id: str) -> list[str]:
    return [clip.id for clip in timeline.clips if getattr(clip.source, "recording_id", None) == recording_id]
