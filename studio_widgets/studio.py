"""The front door: `Studio`, and the `Course` that users hold. Each is a few lines over engine objects."""

from __future__ import annotations

import os
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from studio_widgets import shared
from studio_widgets.engine.courses import chapters as chapter_rows
from studio_widgets.engine.courses.chapters import Chapter, Mode
from studio_widgets.engine.courses.exporter import CoursesPort, export_chapter
from studio_widgets.engine.courses.site import Published, publish
from studio_widgets.engine.errors import CourseError
from studio_widgets.engine.library.library import Library
from studio_widgets.engine.library.projects import Projects, ProjectSession
from studio_widgets.engine.library.recordings import Recordings
from studio_widgets.project import Project, bar

if TYPE_CHECKING:
    import pandas as pd

    from studio_widgets.widgets import AssetBrowser, MediaPicker, Player, Recorder, TimelineEditor, Workspace

DEFAULT_HOME = ".studio"
DEFAULT_PROJECT = "Untitled"


class Studio:
    """A video-course studio: library, projects, recordings and courses of one instructor.

    Parameters
    ----------
    database: a PostgreSQL URL; without it STUDIO_DATABASE_URL, without that an embedded server in the home folder.
    storage: where media bytes lie, a folder or URL; without it STUDIO_STORAGE_URL, without that the home folder.
    home: folder of everything local; without it STUDIO_HOME, without that `.studio` where the notebook is.

    Studios of one kernel with the same three share what is behind them, so that running a cell again is harmless.
    Raises DatabaseError and StorageError when these cannot be opened.
    """

    def __init__(
        self,
        database: str | None = None,
        storage: str | os.PathLike[str] | None = None,
        home: str | os.PathLike[str] | None = None,
    ) -> None:
        folder = Path(home or os.environ.get("STUDIO_HOME") or DEFAULT_HOME).expanduser().absolute()
        url = database or os.environ.get("STUDIO_DATABASE_URL") or None
        place = storage or os.environ.get("STUDIO_STORAGE_URL") or None
        self._engine = shared.join(self, url, os.fspath(place) if place is not None else None, folder)
        self._current: ProjectSession | None = None
        self._shown: Workspace | None = None

    @property
    def home(self) -> Path:
        """The folder of everything local."""
        return self._engine.library.home

    @property
    def library(self) -> Library:
        """The media library."""
        return self._engine.library

    @property
    def projects(self) -> Projects:
        """All projects: `list()`, `delete(title)`."""
        return self._engine.projects

    @property
    def recordings(self) -> Recordings:
        """All takes: `list()`, `save(id, name)`, `delete(id)`."""
        return self._engine.recordings

    @property
    def courses_port(self) -> CoursesPort:
        """The courses as widgets use them."""
        return CoursesPort(self.library)

    def project(
        self, title: str, *, rate: str | int | None = None, width: int | None = None, height: int | None = None
    ) -> Project:
        """Open the project of that title, or create it (30 frames a second, 1920×1080 unless said otherwise)."""
        self._current = self.projects.open_or_create(title, rate=rate, width=width, height=height)
        return Project(self.library, self._current)

    def course(self, title: str, description: str | None = None) -> Course:
        """Open the course of that title, or create it; a description, when given, is stored."""
        chapter_rows.open_or_create(self.library, title, description)
        return Course(self, title)

    def courses(self) -> pd.DataFrame:
        """All courses, by title: id, title, description, chapters."""
        return chapter_rows.courses_frame(self.library)

    # --- widgets -----------------------------------------------------------------------------------------------

    def browser(self) -> AssetBrowser:
        """The asset browser alone; what is selected in it can be sent to any project."""
        from studio_widgets.widgets import AssetBrowser

        return self._engine.keep(AssetBrowser(self.library, self.recordings, self.projects))

    def pick(self, project: Project | str | None = None) -> MediaPicker:
        """Choose media files in a dialog and put them on a project: the given one, else the one opened last.

        The dialog opens where the result is shown. `picker.picked` are the ids of what was chosen.
        """
        from studio_widgets.widgets import MediaPicker

        session = self._session(project) if project is not None else self._newest()
        return self._engine.keep(MediaPicker(self.library, session, self.recordings, self.projects))

    def editor(self, project: Project | str) -> TimelineEditor:
        """The timeline editor of a project alone."""
        from studio_widgets.widgets import TimelineEditor

        return self._engine.keep(TimelineEditor(self._session(project), self.library, self.recordings))

    def player(self, project: Project | str) -> Player:
        """The player of a project alone."""
        from studio_widgets.widgets import Player

        return self._engine.keep(Player(self._session(project), self.library))

    def recorder(self, project: Project | str | None = None) -> Recorder:
        """The recorder alone; with a project, its takes belong to that."""
        from studio_widgets.widgets import Recorder

        self.recordings.recover()
        session = self._session(project) if project is not None else None
        return self._engine.keep(Recorder(self.recordings, session))

    def workspace(self, project: Project | str | None = None, **traits: Any) -> Workspace:
        """The whole studio in one widget, on the project given or opened last; `traits`: view_mode="review" …"""
        from studio_widgets.widgets import Workspace

        self.recordings.recover()
        session = self._newest() if project is None else self._session(project)
        library, takes, port = self.library, self.recordings, self.courses_port
        return self._engine.keep(Workspace(library, session, takes, port, self.projects, **traits))

    def _ipython_display_(self) -> None:
        """A studio at the end of a cell is shown as its workspace."""
        self._at_hand()._ipython_display_()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return self._at_hand()._repr_mimebundle_(include=include, exclude=exclude)

    def _at_hand(self) -> Workspace:
        if self._shown is None or self._shown.comm is None or self._shown.project_title != self._newest().title:
            self._shown = self.workspace()
        return self._shown

    # --- the end -----------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Save everything, close the widgets, and let go of the database. Harmless when closed already.

        What other open Studios of this kernel share goes on until the last of them is closed.
        """
        shared.leave(self, self._engine)

    def __enter__(self) -> Studio:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Studio(home={str(self.home)!r}{', closed' if self._engine.closed else ''})"

    def _session(self, project: Project | str) -> ProjectSession:
        return project.session if isinstance(project, Project) else self.project(project).session

    def _newest(self) -> ProjectSession:
        """The project opened last here, else the one changed last, else a new one."""
        if self._current is None or self._current.closed:
            self._current = self.projects.open_or_create(self.projects.newest_title() or DEFAULT_PROJECT)
        return self._current


class Course:
    """A list of chapters that can be published."""

    def __init__(self, studio: Studio, title: str) -> None:
        self.title = title
        self._studio = studio

    @property
    def id(self) -> str:
        """The id, the same for the same title."""
        return self._row().id

    @property
    def description(self) -> str:
        """What the course's page says below its title."""
        return self._row().description

    @property
    def chapters(self) -> pd.DataFrame:
        """The chapters in their order: position, title, mode, duration_seconds, …"""
        return chapter_rows.chapters_frame(self._studio.library, self.id)

    def add_chapter(
        self,
        project: Project | str,
        mode: Mode = "video",
        title: str | None = None,
        description: str = "",
        progress: bool = True,
        executor: Executor | None = None,
        preset: str | None = None,
    ) -> Chapter:
        """Make a chapter of a project, or replace the one it has in this course.

        `mode`: "video" renders it into the library, "project" renders it when the course is published, "both" keeps
        both. Raises CourseError, RenderError; a failure leaves the old chapter as it was.
        """
        session = self._studio._session(project)
        with bar("Exporting", progress) as report:
            _, chapter_id, _ = export_chapter(
                self._studio.library,
                session,
                self.title,
                title or session.title,
                description,
                mode,
                report,
                preset=preset,
                executor=executor,
            )
        for chapter in chapter_rows.chapters(self._studio.library, self.id):
            if chapter.id == chapter_id:
                return chapter
        raise CourseError("the chapter was deleted meanwhile", where=self.title, hint="Add it again.")

    def delete_chapter(self, position: int) -> None:
        """Delete the chapter at a position, counted from 1; its video stays in the library."""
        chapter_rows.delete_chapter(self._studio.library, self.id, position)

    def publish(
        self,
        out: str | os.PathLike[str],
        format: Literal["site"] | str = "site",
        language: str = "en",
        progress: bool = True,
    ) -> Published:
        """Write the course to the folder `out` as a site that works from a web server and from disk alike."""
        with bar("Publishing", progress) as report:
            return publish(
                self._studio.library,
                self._studio.projects,
                self.title,
                Path(out),
                format=format,
                language=language,
                progress=report,
            )

    def _row(self) -> chapter_rows.CourseRow:
        return chapter_rows.find(self._studio.library, self.title)

    def __repr__(self) -> str:
        return f"Course({self.title!r})"


def current_studio() -> Studio:
    """The Studio opened last in this kernel and still open, else a new one with default settings."""
    studio = shared.last_user()
    return studio if isinstance(studio, Studio) else Studio()
