"""The HTML of a published course. What came from a person is escaped; same input, same bytes."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template

import msgspec

from studio_widgets.engine.courses.captions import Cue, Point, to_webvtt

TEMPLATES = Path(__file__).parent / "templates"


class PageChapter(msgspec.Struct, frozen=True, kw_only=True):
    """A chapter as its page shows it.

    `page`, `video` and `poster` are addresses relative to the site's root (`video` may be an https URL; `poster` is
    None when there is none). `width` and `height` are pixels, None when nobody measured.
    """

    title: str
    description: str
    page: str
    video: str
    poster: str | None
    seconds: float | None
    width: int | None = None
    height: int | None = None
    points: Sequence[Point] = ()
    cues: Sequence[Cue] = ()


class PageCourse(msgspec.Struct, frozen=True, kw_only=True):
    """A course as its pages show it; `language` is a BCP 47 tag such as "en"."""

    title: str
    description: str
    language: str
    chapters: Sequence[PageChapter]

    @property
    def key(self) -> str:
        """Tells courses apart in a browser's storage."""
        return hashlib.sha256(self.title.encode()).hexdigest()[:12]

    @property
    def hue(self) -> int:
        """The course's own colour, 0..359 degrees."""
        return int(self.key, 16) % 360


def index_page(course: PageCourse) -> str:
    """The course's page: what it is, and its chapters."""
    total = sum(chapter.seconds or 0 for chapter in course.chapters)
    count = len(course.chapters)
    facts = f"{count} chapter{'' if count == 1 else 's'}"
    first = course.chapters[0]
    return _template("index.html").substitute(
        language=_text(course.language),
        course=_text(course.title),
        summary=_text(course.description or course.title),
        description=_lead(course.description),
        hue=course.hue,
        key=course.key,
        facts=f"{facts} · {_spoken(total)}" if total else facts,
        first=_text(first.page),
        cover=_poster(first, time=False),
        cards="\n".join(_card(number, chapter) for number, chapter in enumerate(course.chapters, 1)),
    )


def chapter_page(course: PageCourse, number: int) -> str:
    """The page of chapter `number` (from 1): video, points, captions as text, and the way to the others."""
    chapter = course.chapters[number - 1]
    place = f"Chapter {number} of {len(course.chapters)}"
    return _template("chapter.html").substitute(
        language=_text(course.language),
        course=_text(course.title),
        title=_text(chapter.title),
        summary=_text(chapter.description or chapter.title),
        description=_lead(chapter.description),
        hue=course.hue,
        key=course.key,
        page=_text(chapter.page),
        place=f"{place} · {_spoken(chapter.seconds)}" if chapter.seconds else place,
        video=_video(chapter, course.language),
        markers=_points(chapter.points),
        transcript=_transcript(chapter.cues),
        steps=_steps(course, number),
        list="\n".join(
            _entry(other, course.chapters[other - 1], number) for other in range(1, len(course.chapters) + 1)
        ),
    )


def asset(name: str) -> bytes:
    """A file that every site has: `site.css` or `site.js`."""
    return (TEMPLATES / name).read_bytes()


def clock(seconds: float) -> str:
    """A length as people write it: 3:07 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


# --- parts
# -------------------------------------------------------------------------------------------------------------


def _template(name: str) -> Template:
    return Template((TEMPLATES / name).read_text(encoding="utf-8"))


def _text(value: str) -> str:
    return escape(value, quote=True)


def _lead(text: str) -> str:
    return f'<p class="lead">{_text(text.strip())}</p>' if text.strip() else ""


def _spoken(seconds: float | None) -> str:
    """A length in words: 45 seconds, 12 minutes, 1 hour 5 minutes."""
    whole = round(seconds or 0)
    if whole < 60:
        return _count(whole, "second")
    hours, minutes = divmod(round(whole / 60), 60)
    parts = [_count(hours, "hour")] if hours else []
    return " ".join([*parts, _count(minutes, "minute")] if minutes else parts)


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _poster(chapter: PageChapter, *, time: bool = True, number: int | None = None) -> str:
    """A decorative picture: the link around it says what it is, so its alt text is empty."""
    if chapter.poster is not None:
        picture = f'<img src="{_text(chapter.poster)}" alt="" loading="lazy">'
    else:
        picture = f'<span class="blank" aria-hidden="true">{number or "▶"}</span>'
    length = f'<span class="time">{clock(chapter.seconds)}</span>' if time and chapter.seconds else ""
    seen = f'<span class="seen" data-seen="{_text(chapter.page)}"></span>' if time else ""
    return f'<div class="poster">{picture}{length}{seen}</div>'


def _card(number: int, chapter: PageChapter) -> str:
    about = f'\n        <p class="about">{_text(chapter.description)}</p>' if chapter.description.strip() else ""
    return (
        f'      <li class="card">\n'
        f"        {_poster(chapter, number=number)}\n"
        f'        <p class="number">Chapter {number}<span data-seen-words></span></p>\n'
        f'        <h3><a href="{_text(chapter.page)}">{_text(chapter.title)}</a></h3>{about}\n'
        f"      </li>"
    )


def _entry(number: int, chapter: PageChapter, current: int) -> str:
    here = ' aria-current="page"' if number == current else ""
    return (
        f'      <li><a href="{_text(chapter.page)}"{here}>{_poster(chapter, number=number)}'
        f'<span><span class="number">{number}<span data-seen-words></span></span>{_text(chapter.title)}</span></a></li>'
    )


def _video(chapter: PageChapter, language: str) -> str:
    size = f' width="{chapter.width}" height="{chapter.height}"' if chapter.width and chapter.height else ""
    poster = f' poster="{_text(chapter.poster)}"' if chapter.poster is not None else ""
    tracks = ""
    if chapter.cues:
        tracks += _track("captions", "Captions", chapter.cues, language, " default")
    if chapter.points and chapter.seconds:
        ends = [point.seconds for point in chapter.points[1:]] + [chapter.seconds]
        spans = [Cue(point.seconds, end, point.name) for point, end in zip(chapter.points, ends, strict=True)]
        tracks += _track("chapters", "Chapters", spans, language)
    return (
        f'      <video id="video" tabindex="-1" controls playsinline preload="metadata"{size}{poster}'
        f' aria-label="{_text(chapter.title)}">\n'
        f'        <source src="{_text(chapter.video)}" type="video/mp4">\n{tracks}'
        f'        <p>This browser does not play the video. <a href="{_text(chapter.video)}">Download it.</a></p>\n'
        f"      </video>"
    )


def _track(kind: str, label: str, lines: Sequence[Cue], language: str, more: str = "") -> str:
    """A text track inside the page: browsers refuse to load one from a file beside a page opened from disk."""
    data = base64.b64encode(to_webvtt(lines).encode()).decode()
    return (
        f'        <track kind="{kind}" label="{label}" srclang="{_text(language)}"{more}'
        f' src="data:text/vtt;charset=utf-8;base64,{data}">\n'
    )


def _points(points: Sequence[Point]) -> str:
    if not points:
        return ""
    items = "\n".join(_moment(point.seconds, point.name) for point in points)
    return (
        f'    <section class="panel" aria-labelledby="points">\n      <h2 id="points">In this chapter</h2>\n'
        f'      <ol class="times">\n{items}\n      </ol>\n    </section>'
    )


def _transcript(cues: Sequence[Cue]) -> str:
    if not cues:
        return ""
    items = "\n".join(_moment(cue.start, cue.text) for cue in cues)
    return (
        f'    <details class="panel">\n      <summary>Transcript</summary>\n'
        f'      <ol class="times">\n{items}\n      </ol>\n    </details>'
    )


def _moment(seconds: float, text: str) -> str:
    at = f"{seconds:.3f}".rstrip("0").rstrip(".")
    time = f"<time>{clock(seconds)}</time>"
    return f'        <li><a href="#t={at}" data-at="{at}">{time} <span>{_text(text)}</span></a></li>'


def _steps(course: PageCourse, number: int) -> str:
    links = []
    if number > 1:
        before = course.chapters[number - 2]
        links.append(
            f'      <a class="previous" rel="prev" href="{_text(before.page)}">'
            f"<small>← Previous</small>{_text(before.title)}</a>"
        )
    if number < len(course.chapters):
        after = course.chapters[number]
        links.append(
            f'      <a class="next" rel="next" href="{_text(after.page)}"><small>Next →</small>{_text(after.title)}</a>'
        )
    if number == len(course.chapters):
        links.append('      <a class="next" href="index.html"><small>The end</small>Back to the course</a>')
    return "\n".join(links)
