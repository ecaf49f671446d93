"""Messages of the media library: pages of tiles, pictures, and what is done to files."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from studio_widgets.widgets.protocol.envelope import Count, Events, Message, Name, Nothing, Requests, Text

MOST_IDS = 10_000  # of one bulk action
Ids = Annotated[list[Name], msgspec.Meta(max_length=MOST_IDS)]
FileName = Annotated[str, msgspec.Meta(max_length=500)]
Tags = Annotated[list[Name], msgspec.Meta(max_length=100)]


class MediaItem(Message, frozen=True):
    """One tile of the asset browser: a media file or, with `recording`, a take."""

    id: str
    name: str
    kind: Literal["video", "image", "audio"]
    source_type: Literal["upload", "studio_recording", "studio_export", "recording"]
    file_type: str
    file_size: int
    tags: list[str]
    created_at: str
    duration_seconds: float | None = None
    width: int | None = None
    height: int | None = None
    has_audio: bool = False
    has_thumbnail: bool = False
    expires_at: str | None = None


class MediaDetails(MediaItem, frozen=True):
    """All that is known of one media file.

    `rate`: frames per second, as text of an exact fraction. `rotation`: degrees clockwise by which frames are turned.
    """

    description: str = ""
    rate: str | None = None
    rotation: int = 0
    video_codec: str = ""
    audio_codec: str = ""
    sample_rate: int = 0
    channels: int = 0


class DetailsList(Message, frozen=True):
    """The files that were asked for and are there, in the order of the request."""

    items: list[MediaDetails]


class LibraryQuery(Message, frozen=True):
    """A page of the library: all conditions hold. `tab` recordings lists takes that are not saved yet, newest first."""

    tab: Literal["library", "recordings"] = "library"
    kind: Literal["", "video", "image", "audio"] = ""
    source: Literal["", "upload", "studio_recording", "studio_export"] = ""
    tags: Tags = msgspec.field(default_factory=list)
    search: Name = ""
    sort: Literal["newest", "oldest", "name", "name_desc", "longest", "shortest", "largest", "smallest"] = "newest"
    page: Count = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 30


class LibraryPage(Message, frozen=True):
    """`total` counts all matches, or says "at least so many" where it is `capped`; `more`: there is a next page.

    `similar`: nothing matches the search to the letter; these resemble it.
    """

    items: list[MediaItem]
    total: int
    page: int
    more: bool
    capped: bool = False
    similar: bool = False


class TagCount(Message, frozen=True):
    """A tag and how many of the newest files have it."""

    tag: str
    count: int


class TagList(Message, frozen=True):
    """The tags in use, the most frequent first: what a tag field proposes."""

    items: list[TagCount]


class MediaIds(Message, frozen=True):
    """Media files (or, for `recorder.delete`, takes) that something is done to."""

    ids: Ids


class TagFiles(Message, frozen=True):
    """Add tags to and remove tags from media files."""

    ids: Ids
    add: Tags = msgspec.field(default_factory=list)
    remove: Tags = msgspec.field(default_factory=list)


class RenameFiles(Message, frozen=True):
    """Rename media files by a pattern: `{name}` is the old name without its suffix, `{n}` counts from 1.

    A description, where there is one, becomes that of each.
    """

    ids: Ids
    pattern: FileName
    description: Text | None = None


class FilesChanged(Message, frozen=True):
    """How many files were changed, deleted or brought back; `ids` are those, in order."""

    count: int
    ids: list[str]


class DownloadRequest(Message, frozen=True):
    """Asks for a piece of the bytes of a media file, or of a take."""

    id: Name
    offset: Count = 0


class DownloadPart(Message, frozen=True):
    """Buffer 0 is the piece at `offset` of a file of `size` bytes; with a `url` there is none: fetch it from there."""

    name: str
    file_type: str
    size: int
    offset: int
    url: str = ""


class MediaRef(Message, frozen=True):
    """Asks for a derived picture or waveform of one media file or take; bytes come as buffers."""

    id: Name
    recording: bool = False


class MediaRefs(Message, frozen=True):
    """Asks for the thumbnails of some media files and takes."""

    refs: Annotated[list[MediaRef], msgspec.Meta(min_length=1, max_length=30)]


class Picture(Message, frozen=True):
    """The size of a JPEG; 0 × 0 where there is none."""

    width: int
    height: int


class Pictures(Message, frozen=True):
    """Thumbnails in the order asked. The buffers are the JPEGs of those that are there, in the same order."""

    pictures: list[Picture]


class Sprite(Message, frozen=True):
    """Buffer 0 is one JPEG of `columns` × `rows` tiles; tile k shows the source at `k * seconds_per_tile`."""

    columns: int
    rows: int
    count: int
    tile_width: int
    tile_height: int
    seconds_per_tile: float


class Peaks(Message, frozen=True):
    """Buffer 0 is uint8: for each bucket the peak 0..255 of |sample| over all channels."""

    buckets_per_second: int
    count: int


class LibraryChanged(Message, frozen=True):
    """Rows came, went or got their derived files; views ask again."""

    tab: Literal["library", "recordings"]


class LibraryJobs(Message, frozen=True):
    """Background work on the library (imports, thumbnails, proxies): `done` of `total` jobs, and what runs now.

    `total` 0: at rest. `failed` counts those that could not be done since the work began.
    """

    done: float
    total: int
    label: str = ""
    failed: int = 0


REQUESTS: Requests = {
    "library.query": (LibraryQuery, LibraryPage),
    "library.details": (MediaIds, DetailsList),
    "library.tags": (Nothing, TagList),
    "library.tag": (TagFiles, FilesChanged),
    "library.rename": (RenameFiles, FilesChanged),
    "library.delete": (MediaIds, FilesChanged),
    "library.restore": (MediaIds, FilesChanged),
    "library.download": (DownloadRequest, DownloadPart),
    "library.thumbnails": (MediaRefs, Pictures),
    "library.sprite": (MediaRef, Sprite),
    "library.peaks": (MediaRef, Peaks),
    "library.jobs": (Nothing, LibraryJobs),
    "library.cancel": (Nothing, Nothing),
}
EVENTS: Events = {"library.changed": LibraryChanged, "library.jobs": LibraryJobs}
