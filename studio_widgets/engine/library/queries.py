"""Which files are asked for, in which order, and what comes back: the values between a view and the catalog."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, get_args

import msgspec

from studio_widgets.engine.errors import LibraryError
from studio_widgets.engine.library.media_file import MediaFile, SourceType
from studio_widgets.engine.timeline.model import MediaKind

MOST_COUNTED = 10_000
MOST_HITS_COUNTED = 1_000  # of a search, at most: of what is frequent, those among the newest files

_MOST_WORDS = 30  # what is longer was pasted by mistake
_WORD = re.compile(r'"([^"]+)"|(\S+)')

Sort = Literal["newest", "oldest", "name", "name_desc", "longest", "shortest", "largest", "smallest"]
KINDS: tuple[str, ...] = get_args(MediaKind)
SORTS: tuple[str, ...] = get_args(Sort)
SOURCE_TYPES: tuple[str, ...] = get_args(SourceType)


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """Which files, in which order: all conditions hold, `tags` are all there.

    Each word of `search` is found anywhere in name, description or a tag, in any case; "several words" in double quotes
    are found as they stand.
    """

    kind: str | None = None
    source_type: str | None = None
    tags: tuple[str, ...] = ()
    search: str = ""
    sort: Sort = "newest"

    @property
    def words(self) -> list[str]:
        """The words and quoted phrases of `search`."""
        return [phrase or word for phrase, word in _WORD.findall(self.search)][:_MOST_WORDS]

    @property
    def is_search(self) -> bool:
        """Whether files must be looked for: kind and source type alone are pieces of an order that is there."""
        return bool(self.tags or self.words)


class Anchor(msgspec.Struct, frozen=True):
    """A row of an order: what comes after it costs the same, however many rows lie before. `key` is what it is sorted
    by, as the database wrote it."""

    key: str
    id: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of files, and how many match in all: "at least `total`" where the count is `capped`.

    `similar`: nothing matches the search to the letter; these files resemble it.
    """

    files: Sequence[MediaFile] = ()
    total: int = 0
    capped: bool = False
    similar: bool = False


def query_of(
    *,
    kind: str | None = None,
    source_type: str | None = None,
    tags: Sequence[str] | str | None = None,
    search: str | None = None,
    sort: str = "newest",
) -> Query:
    """The query for what a user said; LibraryError for words that mean nothing."""
    _known("kind", kind, KINDS)
    _known("source_type", source_type, SOURCE_TYPES)
    _known("sort", sort, SORTS)
    return Query(
        kind=kind or None,
        source_type=source_type or None,
        tags=tuple(tag_list(tags or ())),
        search=(search or "").replace("\0", "").strip(),
        sort=msgspec.convert(sort, Sort),
    )


def tag_list(tags: Sequence[str] | str) -> list[str]:
    """Tags as a list; a single one may come bare."""
    given = [tags] if isinstance(tags, str) else list(tags)
    if not all(isinstance(tag, str) for tag in given):
        raise LibraryError(f"tags must be text, not {given!r}", hint='Write tags=["intro", "week 1"].')
    return clean_tags(given)


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Tags without blanks at their ends, empty ones and repetitions, in the order given."""
    return list(dict.fromkeys(stripped for tag in tags if (stripped := tag.strip())))


def _known(what: str, word: str | None, words: Sequence[str]) -> None:
    if word and word not in words:
        raise LibraryError(f"there is no {what} {word!r}", hint=f"Use one of {', '.join(words)}.")
