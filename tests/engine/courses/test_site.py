"""The published site: the same bytes for the same course, nothing unescaped, nothing foreign touched."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
import pytest

from studio_widgets.engine.courses import chapters, exporter, site
from studio_widgets.engine.courses.exporter import export_chapter
from studio_widgets.engine.courses.site import publish, slug
from studio_widgets.engine.errors import CourseError
from studio_widgets.engine.library.handle import TimelineHandle
from studio_widgets.engine.timeline.model import Timeline
from tests.engine.conftest import Kernel

COURSE = 'Intro to <Python> & "more"'
EVIL = "</title><script>alert('1')</script>"


@pytest.fixture(autouse=True)
def painted(monkeypatch: pytest.MonkeyPatch, numbered_mp4: Path) -> None:
    """The renderer is not what is tested here: every render is a copy of a two-second file."""

    def render(library: Any, timeline: Timeline, out: Path, **options: Any) -> None:
        out.write_bytes(numbered_mp4.read_bytes())

    monkeypatch.setattr(exporter, "render_timeline", render)
    monkeypatch.setattr(site, "render_timeline", render)


def lesson(kernel: Kernel, title: str, mode: chapters.Mode = "video", description: str = "") -> None:
    session = kernel.projects.open_or_create(title)
    timeline = TimelineHandle(session)
    timeline.title(title, at=0, duration=60)
    timeline.marker(0, "Start")
    timeline.marker(30, f"{title} --> end")
    timeline.caption(f"Say {title}\n\n--> twice & <b>bold</b>", at=10, duration=20)
    export_chapter(kernel.library, session, COURSE, title, description, mode)


@pytest.fixture
def course(kernel: Kernel) -> Kernel:
    chapters.open_or_create(kernel.library, COURSE, "What it is about.\nSecond line")
    lesson(kernel, "Welcome", description="The first lesson")
    lesson(kernel, EVIL, mode="both")
    lesson(kernel, "日本語", mode="project")
    return kernel


def put(kernel: Kernel, out: Path, **options: Any) -> site.Published:
    return publish(kernel.library, kernel.projects, COURSE, out, **options)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Page(HTMLParser):
    """Every element of a page, checked for balance."""

    VOID = frozenset({"meta", "link", "img", "source", "track", "br"})

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"{self.path.name}: </{tag}>"

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def pages(out: Path) -> list[Page]:
    return [Page(path) for path in sorted(out.glob("*.html"))]


def test_a_page_per_chapter_and_one_for_the_course(course: Kernel, tmp_path: Path) -> None:
    published = put(course, tmp_path / "out" / "deep")
    files = tree(published.path)
    assert published.chapters == 3
    assert published.files == len(files)
    assert sorted(name for name in files if name.endswith(".html")) == [
        "01-welcome.html",
        "02-title-script-alert-1-script.html",
        "03-chapter.html",
        "index.html",
    ]
    index = Page(published.index)
    assert [link["href"] for link in index.all("a") if link["href"].startswith("0")][2:] == [
        "01-welcome.html",
        "02-title-script-alert-1-script.html",
        "03-chapter.html",
    ]
    for words in ("What it is about.", "The first lesson", "3 chapters · 6 seconds", "日本語", COURSE):
        assert words in index.text
    assert files["media/01-welcome.jpg"].startswith(b"\xff\xd8\xff")


def test_publishing_twice_gives_the_same_bytes(course: Kernel, tmp_path: Path) -> None:
    put(course, tmp_path / "one")
    put(course, tmp_path / "two")
    put(course, tmp_path / "two")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_every_address_is_a_file_of_the_site_and_nothing_is_fetched(course: Kernel, out: Path) -> None:
    put(course, out)
    for page in pages(out):
        ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
        for tag, attributes in page.elements:
            for name in ("href", "src", "poster"):
                address = urlsplit(attributes.get(name, ""))
                assert address.scheme in ("", "data"), (tag, attributes)
                assert address.netloc == ""
                if address.scheme == "" and address.path:
                    assert (out / unquote(address.path)).is_file(), address.path
                elif address.fragment and not address.fragment.startswith("t="):
                    assert address.fragment in ids
    script = (out / "assets" / "site.js").read_text()
    assert not re.search(r"\bfetch\(|XMLHttpRequest|import\(|innerHTML|eval\(", script)
    assert "url(" not in (out / "assets" / "site.css").read_text()


def test_whatever_people_write_is_escaped(course: Kernel, out: Path) -> None:
    put(course, out)
    for page in pages(out):
        assert [script for script in page.all("script") if "src" not in script] == []
        assert page.all("script") == [{"src": "assets/site.js"}]
        assert "alert" not in "".join(str(attributes.get("onclick", "")) for _, attributes in page.elements)
    evil = Page(out / "02-title-script-alert-1-script.html")
    assert evil.text.count(EVIL) >= 2
    assert page.all("b") == []


def test_a_page_can_be_used_without_a_mouse_or_eyes(course: Kernel, out: Path) -> None:
    put(course, out, language="pt-BR")
    for page in pages(out):
        tags = [tag for tag, _ in page.elements]
        assert page.all("html")[0]["lang"] == "pt-BR"
        assert tags.count("main") == tags.count("h1") == 1
        assert all("alt" in image for image in page.all("img"))
        assert page.all("a")[0]["class"] == "skip"
        identities = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
        assert len(identities) == len(set(identities))
        for _, attributes in page.elements:
            if "aria-labelledby" in attributes:
                assert attributes["aria-labelledby"] in identities
    style = (out / "assets" / "site.css").read_text()
    for rule in ("prefers-reduced-motion", ":focus-visible", "color-scheme", "forced-colors"):
        assert rule in style


def test_chapter_points_and_captions_are_in_the_page(course: Kernel, out: Path) -> None:
    put(course, out)
    page = Page(out / "01-welcome.html")
    points = [link for link in page.all("a") if "data-at" in link]
    assert [link["href"] for link in points] == ["#t=0", "#t=1", "#t=0.333"]
    tracks = {track["kind"]: track["src"] for track in page.all("track")}
    prefix, _, data = tracks["captions"].partition(",")
    assert prefix == "data:text/vtt;charset=utf-8;base64"
    vtt = base64.b64decode(data).decode()
    assert vtt == ("WEBVTT\n\n00:00:00.333 --> 00:00:01.000\nSay Welcome\n--&gt; twice &amp; &lt;b&gt;bold&lt;/b&gt;\n")
    chapter_vtt = base64.b64decode(tracks["chapters"].partition(",")[2]).decode()
    assert "00:00:01.000 --> 00:00:02.000\nWelcome --&gt; end" in chapter_vtt


def test_course_json_tells_all_of_it(course: Kernel, out: Path) -> None:
    put(course, out)
    data = msgspec.json.decode((out / "course.json").read_bytes())
    assert data["generator"] == "studio-widgets"
    assert data["course"]["chapters"][0]["page"] == "01-welcome.html"
    assert set(data["files"]) == set(tree(out)) - {"course.json"}


def test_publishing_again_replaces_what_was_published_and_nothing_else(course: Kernel, out: Path) -> None:
    put(course, out)
    (out / "CNAME").write_text("example.org")
    (out / "media" / "mine.txt").write_text("mine")
    [found] = [row for row in chapters.courses(course.library) if row.title == COURSE]
    chapters.delete_chapter(course.library, found.id, 1)
    put(course, out)
    names = set(tree(out))
    assert {"CNAME", "media/mine.txt"} <= names
    assert not any("welcome" in name for name in names)
    assert {"01-title-script-alert-1-script.html", "02-chapter.html"} <= names
    assert not any("partial" in name for name in names)


def test_a_listed_file_outside_the_folder_is_not_removed(course: Kernel, out: Path, tmp_path: Path) -> None:
    put(course, out)
    precious = tmp_path / "precious.txt"
    precious.write_text("precious")
    record = msgspec.json.decode((out / "course.json").read_bytes())
    record["files"] |= {"../precious.txt": "", str(precious): ""}
    (out / "course.json").write_bytes(msgspec.json.encode(record))
    put(course, out)
    assert precious.exists()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("index.html", "<h1>My own site</h1>", "another site"),
        ("course.json", "{}", "not written by a publication"),
        ("course.json", '{"generator": "else", "files": {}}', "not written by a publication"),
        ("course.json", "not json", "not written by a publication"),
    ],
)
def test_somebody_elses_site_is_left_alone(course: Kernel, out: Path, name: str, content: str, reason: str) -> None:
    out.mkdir()
    (out / name).write_text(content)
    with pytest.raises(CourseError, match=reason):
        put(course, out)
    assert tree(out) == {name: content.encode()}


def test_what_cannot_be_published_is_said(course: Kernel, out: Path) -> None:
    with pytest.raises(CourseError, match=r"scorm.*site"):
        put(course, out, format="scorm")
    with pytest.raises(CourseError, match="language"):
        put(course, out, language='en"><script>')
    with pytest.raises(CourseError, match="no course"):
        publish(course.library, course.projects, "Unknown", out)
    chapters.open_or_create(course.library, "Empty")
    with pytest.raises(CourseError, match="no chapters"):
        publish(course.library, course.projects, "Empty", out)
    assert not out.exists()
    out.write_text("a file")
    with pytest.raises(CourseError, match="not a folder"):
        put(course, out)


def test_a_chapter_that_is_only_an_address_links_to_it(course: Kernel, out: Path) -> None:
    """As the earlier web studio wrote them; an address that is no web address is refused."""
    [found] = [row for row in chapters.courses(course.library) if row.title == COURSE]
    statement = (
        "insert into course_chapters (id, course_id, title, position, video_url)"
        " values (gen_random_uuid(), %s, 'From afar', 9, %s)"
    )
    with course.database.connection() as connection:
        connection.execute(statement, (found.id, "https://cdn.example.org/a.mp4?x=1&y=2"))
    put(course, out)
    page = Page(out / "04-from-afar.html")
    assert page.all("source")[0]["src"] == "https://cdn.example.org/a.mp4?x=1&y=2"
    with course.database.connection() as connection:
        connection.execute("update course_chapters set video_url = 'javascript:alert(1)' where position = 9")
    with pytest.raises(CourseError, match="From afar"):
        put(course, out)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Intro to Python", "intro-to-python"),
        ("  Schöne Grüße!  ", "schone-grue"),
        ("../../etc/passwd", "etc-passwd"),
        ("日本語", "chapter"),
        ("x" * 100, "x" * 60),
    ],
)
def test_file_names_are_plain(title: str, name: str) -> None:
    assert slug(title) == name
