"""Library rows as the views see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from studio_widgets.widgets.protocol import MediaDetails, MediaItem

if TYPE_CHECKING:
    from studio_widgets.engine.library.media_file import MediaFile
    from studio_widgets.engine.library.recordings import Recording


def media_item(media: MediaFile) -> MediaItem:
    """The tile of a media file."""
    return MediaItem(
        id=media.id,
        name=media.name,
        kind=media.kind,
        source_type=media.source_type,
        file_type=media.file_type,
        file_size=media.file_size,
        tags=list(media.tags),
        created_at=media.created_at.isoformat(),
        duration_seconds=media.duration_seconds,
        width=media.width,
        height=media.height,
        has_audio=media.has_audio,
        has_thumbnail=media.kind != "audio",
    )


def media_details(media: MediaFile) -> MediaDetails:
    """The tile of a media file with all that probing found."""
    info = media.info
    video = next((stream for stream in info.streams if stream.kind == "video"), None)
    sound = next((stream for stream in info.streams if stream.kind == "audio"), None)
    return MediaDetails(
        **msgspec.structs.asdict(media_item(media)),
        description=media.description,
        rate=info.rate if media.kind == "video" else None,
        rotation=info.rotation,
        video_codec=video.codec if video else "",
        audio_codec=sound.codec if sound else "",
        sample_rate=sound.sample_rate if sound else 0,
        channels=sound.channels if sound else 0,
    )


def recording_item(recording: Recording) -> MediaItem:
    """The tile of a take that is ready."""
    return MediaItem(
        id=recording.id,
        name=recording.name,
        kind=recording.kind,
        source_type="recording",
        file_type=recording.mime_type,
        file_size=recording.file_size or 0,
        tags=[],
        created_at=recording.created_at.isoformat(),
        duration_seconds=None if recording.duration_ms is None else recording.duration_ms / 1000,
        width=recording.width,
        height=recording.height,
        has_audio=recording.has_audio,
        has_thumbnail=recording.kind != "audio",
        expires_at=recording.expires_at.isoformat(),
    )
