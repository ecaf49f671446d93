"""A library as one instructor's grows in ten years: skewed tags, rare source types, names that repeat their words.

The same `rows` give the same library, but for the time it was made.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from psycopg import sql

from studio_widgets.engine.library.recipes import SET_VERSION

_SYLLABLES = [
    "al",
    "an",
    "ba",
    "be",
    "bo",
    "ca",
    "ce",
    "co",
    "da",
    "de",
    "di",
    "do",
    "el",
    "en",
    "fa",
    "fi",
    "go",
    "gra",
    "hi",
    "in",
    "ka",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "no",
    "or",
    "pa",
    "per",
    "po",
    "qua",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "si",
    "so",
    "ta",
    "te",
    "ti",
    "to",
    "tra",
    "un",
    "va",
    "ve",
    "vi",
    "vo",
]
_SUBJECTS = [
    "lecture",
    "welcome",
    "chart",
    "interview",
    "demo",
    "outro",
    "exercise",
    "slides",
    "screencast",
    "summary",
    "question",
    "lab",
]
_SUFFIX = {"video": ("mp4", "video/mp4"), "image": ("png", "image/png"), "audio": ("m4a", "audio/mp4")}
_KINDS = ("video", "image", "audio")
_BEGIN = datetime.datetime(2016, 1, 1, tzinfo=datetime.UTC)
_BATCH = 20_000
_COLUMNS = [
    "id",
    "instructor_id",
    "name",
    "description",
    "tags",
    "file_type",
    "file_size",
    "duration_seconds",
    "width",
    "height",
    "source_type",
    "studio_metadata",
    "content_sha256",
    "storage_key",
    "derived_version",
    "created_at",
    "updated_at",
]

RARE_WORD = "xylophonist"  # in twelve names
RARE_TAG = "retreat"  # on some sixty files
OLD_TAG = "archive"  # on every file of the first year, and on none since


def fill(connection: psycopg.Connection[Any], owner: str, rows: int) -> None:
    """Write the rows, without indexes while they are written, and gather statistics. Needs the tables' owner."""
    indexes = connection.execute(
        "select indexrelid::regclass::text, pg_get_indexdef(indexrelid) from pg_index"
        " where indrelid = 'media_files'::regclass and not indisprimary order by 1"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(sql.SQL("drop index {}").format(sql.SQL(name)))
    # Under forced row level security COPY is refused even to the tables' owner: through a table of our own, then.
    connection.execute("create temp table new_rows (like media_files including defaults) on commit drop")
    for column in ("search_text", "media_kind", "sort_name"):
        connection.execute(sql.SQL("alter table new_rows drop column {}").format(sql.Identifier(column)))
    names = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
    with connection.cursor().copy(sql.SQL("copy new_rows ({}) from stdin").format(names)) as copy:
        for row in library_rows(owner, rows):
            copy.write_row(row)
    connection.execute(sql.SQL("insert into media_files ({0}) select {0} from new_rows").format(names))
    connection.execute("set maintenance_work_mem = '512MB'")
    for _, definition in indexes:
        connection.execute(definition)
    connection.commit()
    connection.autocommit = True
    connection.execute("vacuum analyze media_files")
    connection.autocommit = False


def library_rows(owner: str, rows: int) -> Iterator[tuple[Any, ...]]:
    """The columns of each row, in the order of their age."""
    random = np.random.default_rng(7)
    words = _words(random)
    tags = [f"week {n}" for n in range(1, 15)] + [f"course {n}" for n in range(1, 400)]
    numbers = np.arange(1, len(tags) + 1)
    weights = 1 / (numbers + 4)
    for start in range(0, rows, _BATCH):
        count = min(_BATCH, rows - start)
        yield from _batch(random, owner, start, count, rows, words, tags, weights / weights.sum())


def _words(random: np.random.Generator) -> list[str]:
    """Some thousand words that can be told apart, the frequent ones first."""
    made = {"".join(random.choice(_SYLLABLES, size=random.integers(2, 5))) for _ in range(6000)}
    return [*_SUBJECTS, *sorted(made)]


def _batch(
    random: np.random.Generator,
    owner: str,
    start: int,
    count: int,
    rows: int,
    words: list[str],
    tags: list[str],
    weights: Any,
) -> Iterator[tuple[Any, ...]]:
    kinds = random.choice(3, size=count, p=[0.62, 0.30, 0.08])
    sources = random.choice(3, size=count, p=[0.93, 0.065, 0.005])
    chosen = np.minimum(random.zipf(1.25, size=(count, 9)) - 1, len(words) - 1)
    drawn_tags = random.choice(len(tags), size=(count, 5), p=weights)
    how_many = random.choice(6, size=count, p=[0.2, 0.2, 0.25, 0.2, 0.1, 0.05])
    seconds = np.minimum(random.lognormal(5.2, 1.1, size=count), 14_400)
    noise = random.lognormal(0, 0.6, size=count)
    described = random.random(count) < 0.4
    for i in range(count):
        number = start + i
        kind = "video" if sources[i] == 2 else _KINDS[kinds[i]]
        suffix, mime = _SUFFIX[kind]
        if sources[i] == 1:
            suffix, mime = ("webm", "video/webm") if kind == "video" else (suffix, mime)
        subject = " ".join(words[n] for n in chosen[i, :3])
        rare = f" {RARE_WORD}" if number % (rows // 12 + 1) == rows // 24 else ""
        mine = list(dict.fromkeys(tags[n] for n in drawn_tags[i, : how_many[i]]))
        if number % (rows // 60 + 1) == 3:
            mine.append(RARE_TAG)
        if number < rows // 10:
            mine.append(OLD_TAG)
        length = None if kind == "image" else round(float(seconds[i]), 3)
        size = int(noise[i] * (600_000 if length is None else length * (400_000 if kind == "video" else 16_000)))
        digest = f"{number:064x}"
        probe = {"kind": kind, "container": suffix, "mime": mime, "width": 1920, "height": 1080, "hasAudio": True}
        when = _BEGIN + datetime.timedelta(seconds=number // 40 * 40 * (315_000_000 / max(rows, 1)))  # forty at a time
        yield (
            UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC835) % 2**128),
            owner,
            f"{subject}{rare} {number % 97:02}.{suffix}",
            f"Take {number % 9}: {' '.join(words[n] for n in chosen[i, 3:])}." if described[i] else "",
            mine,
            mime,
            size,
            length,
            None if kind == "audio" else 1920,
            None if kind == "audio" else 1080,
            ("upload", "studio_recording", "studio_export")[sources[i]],
            json.dumps({"probe": probe}),
            digest,
            f"sha256/{digest[:2]}/{digest}",
            SET_VERSION,
            when,
            when,
        )
