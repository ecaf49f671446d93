"""Projects as a widget offers them: which there are, and media files sent to one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from studio_widgets.engine.errors import LibraryError
from studio_widgets.engine.library.imports import import_media
from studio_widgets.widgets.channel import Call, Channel
from studio_widgets.widgets.lanes import Lane
from studio_widgets.widgets.protocol import ImportedMedia, ImportMedia, Nothing, ProjectItem, ProjectList

if TYPE_CHECKING:
    from studio_widgets.engine.library.projects import Projects
    from studio_widgets.engine.library.session import ProjectSession


class ProjectsPart:
    """Answers `projects.list` and `projects.import`.

    Parameters
    ----------
    lanes: for the list, and for imports (where a widget edits, the lane of its edits).
    projects: where others than the widget's own project are found; None: there is only that one.
    session: the project the widget works on, if any.
    imported: called after an import, before its answer goes out.
    """

    def __init__(
        self,
        channel: Channel,
        lanes: tuple[Lane, Lane],
        projects: Projects | None,
        session: ProjectSession | None = None,
        imported: Callable[[ImportMedia, ImportedMedia], None] = lambda asked, done: None,
    ) -> None:
        self._projects = projects
        self._session = session
        self._imported = imported
        asking, importing = lanes
        channel.handle("projects.list", self._list, asking)
        channel.handle("projects.import", self._import, importing)

    def close(self) -> None:
        """Nothing is held."""

    def _list(self, body: Nothing, call: Call) -> ProjectList:
        own = self._session
        rows = self._projects.newest() if self._projects is not None else []
        items = [_item(row.id, row.title, row.changed_at.isoformat(), row.tracks, own) for row in rows]
        if own is not None and own.id not in (item.id for item in items):
            items.append(_item(own.id, own.title, "", [], own))
        return ProjectList(items=items, current=own.id if own is not None else "")

    def _import(self, body: ImportMedia, call: Call) -> ImportedMedia:
        session = self._session_of(body.project)
        done = import_media(session, body.ids, track=body.track or None, at=body.at, token=body.token)
        answer = ImportedMedia(
            project=session.title, created=done.created, start=done.start, end=done.end, repeated=done.repeated
        )
        self._imported(body, answer)
        return answer

    def _session_of(self, title: str) -> ProjectSession:
        own, title = self._session, title.strip()
        if own is not None and title in ("", own.title):
            return own
        if not title or self._projects is None:
            raise LibraryError("no project was chosen", hint="Choose one, or give a new one a title.")
        return self._projects.open_or_create(title)


def _item(project_id: str, title: str, updated_at: str, saved: list[str], own: ProjectSession | None) -> ProjectItem:
    """A project of the list; of the widget's own the tracks are known as they are now."""
    tracks = [track.id for track in own.timeline.tracks] if own is not None and own.id == project_id else saved
    return ProjectItem(id=project_id, title=title, updated_at=updated_at, tracks=tracks)
