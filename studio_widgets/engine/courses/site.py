"""Publishing a course as a site: a plain folder that works from a web server and from disk alike.

    index.html          the course                      media/01-welcome.mp4     what a chapter shows
    01-welcome.html     a page per chapter              media/01-welcome.jpg     its poster
    assets/site.css …   the same for every course       course.json              all of it as data, and the list of
    files

Publishing again replaces what was published before: new files first, pages last, then what is no longer used goes.
Files that a publication did not write are never touched.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from studio_widgets.engine.courses import chapters as chapter_rows
from studio_widgets.engine.courses.captions import Cue, Point, cues, points
from studio_widgets.engine.courses.chapters import Chapter, CourseRow
from studio_widgets.engine.courses.pages import PageChapter, PageCourse, asset, chapter_page, index_page
from studio_widgets.engine.courses.preview import SitePreview, preview
from studio_widgets.engine.courses.rendering import render_timeline
from studio_widgets.engine.errors import CancelledError, CourseError, MediaError
from studio_widgets.engine.library.storage import file_sha256
from studio_widgets.engine.media.pictures import thumbnail

if TYPE_CHECKING:
    from studio_widgets.engine.library.library import Library
    from studio_widgets.engine.library.projects import Projects

Progress = Callable[[str, int, int], None]

Kept = TypeVar("Kept", Point, Cue)

FORMATS = ("site",)
GENERATOR = "studio-widgets"
POSTER_WIDTH = 1280  # pixels


class Published(msgspec.Struct, frozen=True):
    """A published course: its folder, its first page, and how many chapters and files it has."""

    path: Path
    index: Path
    chapters: int
    files: int

    def show(self, chapter: int | None = None, height: int = 640) -> SitePreview:
        """A page for a cell to show, `height` pixels high: the course's, or that of a chapter counted from 1."""
        if chapter is None:
            return preview(self.path, self.index.name, height)
        if not 1 <= chapter <= self.chapters:
            raise CourseError(f"there is no chapter {chapter}", where=str(self.path), hint=f"It has {self.chapters}.")
        course = msgspec.json.decode((self.path / "course.json").read_bytes())["course"]
        return preview(self.path, course["chapters"][chapter - 1]["page"], height)


class _Material(msgspec.Struct, frozen=True):
    """What one chapter's page is made of."""

    chapter: Chapter
    slug: str
    video: Path | str  # a file to copy, or an https URL
    points: list[Point]
    cues: list[Cue]
    seconds: float | None
    width: int | None = None
    height: int | None = None


def publish(
    library: Library,
    projects: Projects,
    course_title: str,
    out: Path,
    *,
    format: str = "site",
    language: str = "en",
    progress: Progress | None = None,
    cancel: threading.Event | None = None,
) -> Published:
    """Write a course to the folder `out`. The same course gives the same bytes.

    Chapters that show a project are rendered now (from the segment cache). `language` is the BCP 47 tag of the texts.
    Raises CourseError: unknown format, no such course, nothing in it, a folder that holds somebody else's site.
    """
    if format not in FORMATS:
        raise CourseError(
            f"a course cannot be published as {format!r}", hint=f"Formats that exist: {', '.join(FORMATS)}."
        )
    if not re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", language):
        raise CourseError(f"{language!r} is not a language tag", hint='Use one such as "en" or "pt-BR".')
    course = chapter_rows.find(library, course_title)
    rows = chapter_rows.chapters(library, course.id)
    if not rows:
        raise CourseError(
            "the course has no chapters", where=course_title, hint="Add one: course.add_chapter(project)."
        )
    out = Path(out).expanduser().absolute()
    before = _published_before(out)
    cache = library.home / "cache" / "publish"
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        materials = []
        for chapter in rows:
            if cancel is not None and cancel.is_set():
                raise CancelledError("publishing was cancelled", where=course_title)
            materials.append(_material(library, projects, chapter, Path(scratch), progress, cancel))
        files = _site_files(course, materials, language)
        _write(out, files, before)
    return Published(out, out / "index.html", len(rows), len(files))


def slug(title: str, fallback: str = "chapter") -> str:
    """A file name made of a title: lower-case ASCII letters, digits and hyphens, at most 60 characters."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-") or fallback


# --- what a chapter shows ------------------------------------------------------------------------------------------


def _material(
    library: Library,
    projects: Projects,
    chapter: Chapter,
    scratch: Path,
    progress: Progress | None,
    cancel: threading.Event | None,
) -> _Material:
    name = f"{chapter.position:02}-{slug(chapter.title)}"
    if chapter.media_file_id is not None:
        media = library.get(chapter.media_file_id)
        return _Material(
            chapter,
            name,
            library.storage.local_path(media.storage_key),
            _kept(chapter.metadata, "points", Point),
            _kept(chapter.metadata, "captions", Cue),
            media.duration_seconds,
            media.width,
            media.height,
        )
    if chapter.project_title is not None:
        timeline = projects.open_or_create(chapter.project_title).timeline
        out = scratch / f"{name}.mp4"
        render_timeline(library, timeline, out, title=chapter.project_title, progress=progress, cancel=cancel)
        seconds = float(timeline.total_frames / timeline.fps)
        return _Material(chapter, name, out, points(timeline), cues(timeline), seconds, timeline.width, timeline.height)
    if chapter.video_url is not None and chapter.video_url.startswith(("https://", "http://")):
        return _Material(chapter, name, chapter.video_url, [], [], chapter.duration_seconds)
    raise CourseError("the chapter shows nothing that can be published", where=chapter.title, hint="Export it again.")


def _kept(metadata: Mapping[str, Any], key: str, kind: type[Kept]) -> list[Kept]:
    """Points or cues that the export noted; none for a chapter that we did not export."""
    try:
        return [msgspec.convert(item, kind) for item in metadata.get(key, [])]
    except (msgspec.ValidationError, TypeError):
        return []


# --- the files of the site -----------------------------------------------------------------------------------------


def _site_files(course: CourseRow, materials: list[_Material], language: str) -> dict[str, bytes | Path]:
    """All files by their place, in the order they are to appear: pages after what they show."""
    files: dict[str, bytes | Path] = {"assets/site.css": asset("site.css"), "assets/site.js": asset("site.js")}
    shown = []
    for material in materials:
        video, poster = material.video, None
        if isinstance(video, Path):
            files[f"media/{material.slug}.mp4"] = video
            picture = _poster(video)
            if picture is not None:
                poster = f"media/{material.slug}.jpg"
                files[poster] = picture
        shown.append(
            PageChapter(
                title=material.chapter.title,
                description=material.chapter.description,
                page=f"{material.slug}.html",
                video=video if isinstance(video, str) else f"media/{material.slug}.mp4",
                poster=poster,
                seconds=material.seconds,
                width=material.width,
                height=material.height,
                points=material.points,
                cues=material.cues,
            )
        )
    page_course = PageCourse(title=course.title, description=course.description, language=language, chapters=shown)
    for number, chapter in enumerate(shown, 1):
        files[chapter.page] = chapter_page(page_course, number).encode()
    files["index.html"] = index_page(page_course).encode()
    files["course.json"] = _course_json(page_course, files)
    return files


def _poster(video: Path) -> bytes | None:
    try:
        return thumbnail(video, width=POSTER_WIDTH)
    except MediaError:
        return None  # sound alone: the page shows the chapter's number


def _course_json(course: PageCourse, files: Mapping[str, bytes | Path]) -> bytes:
    data = {
        "generator": GENERATOR,
        "format": "site",
        "version": 1,
        "course": msgspec.to_builtins(course),
        "files": {name: _sha256(content) for name, content in sorted(files.items())},
    }
    return msgspec.json.format(msgspec.json.encode(data, order="deterministic"), indent=1) + b"\n"


def _sha256(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    return file_sha256(content)


# --- the folder ------------------------------------------------------------------------------------------------------


def _published_before(out: Path) -> set[str]:
    """Files that an earlier publication wrote here; CourseError where writing would harm something else."""
    if out.exists() and not out.is_dir():
        raise CourseError("this is a file, not a folder", where=str(out), hint="Publish into a folder.")
    record = out / "course.json"
    if not record.exists():
        if (out / "index.html").exists():
            raise CourseError(
                "there is another site in this folder", where=str(out), hint="Publish into an empty folder."
            )
        return set()
    try:
        data = msgspec.json.decode(record.read_bytes())
        if data["generator"] != GENERATOR:
            raise ValueError(data["generator"])
        names = {str(name) for name in data["files"]}
    except (OSError, ValueError, TypeError, KeyError, msgspec.DecodeError) as error:
        raise CourseError(
            "course.json in this folder was not written by a publication",
            where=str(out),
            hint="Publish into an empty folder.",
        ) from error
    return {name for name in names if _is_inside(name)}


def _is_inside(name: str) -> bool:
    """Whether a listed name stays in the folder: the list is a file that anybody can edit."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in name and ":" not in name


def _write(out: Path, files: Mapping[str, bytes | Path], before: set[str]) -> None:
    try:
        for name, content in files.items():
            _replace(out / name, content)
        for name in sorted(before - files.keys()):
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise CourseError(
            f"the site could not be written: {error.strerror or error}",
            where=str(error.filename or out),
            hint="Choose a folder that you may write to, with enough space.",
        ) from error


def _replace(path: Path, content: bytes | Path) -> None:
    """Write a file whole: a visitor sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        if isinstance(content, bytes):
            partial.write_bytes(content)
        else:
            shutil.copyfile(content, partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
