"""What an OpenTimelineIO clip says of its media."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from studio_widgets.engine.interchange.draft import MediaRef
from studio_widgets.engine.interchange.extra import opentimelineio
from studio_widgets.engine.interchange.otio_metadata import text_of
from studio_widgets.engine.interchange.places import base_name
from studio_widgets.engine.interchange.report import Report
from studio_widgets.engine.timeline.edits.values import MAX_TEXT, clean_text
from studio_widgets.engine.timeline.model import (
    CameraSource,
    Clip,
    MediaKind,
    Source,
    TitleSource,
    TrackKind,
)


def reference_of(
    clip: Any, kind: TrackKind, ours: Clip | None, report: Report, seconds: Callable[[Any], Fraction]
) -> tuple[Source | None, MediaRef | None]:
    """The source of a clip that needs no media, or else the reference to look for."""
    schema = opentimelineio().schema
    reference = clip.media_reference
    if ours is not None and isinstance(ours.source, TitleSource | CameraSource):
        return ours.source, None
    if isinstance(reference, schema.GeneratorReference):
        text = reference.parameters.get("text")
        if isinstance(text, str) and text.strip():
            return TitleSource(text=clean_text(text[:MAX_TEXT], "title")), None
        report.lose(f"what a generator ({reference.generator_kind!r}) draws is not read", f'"{clip.name}"')
    url = ""
    if isinstance(reference, schema.ExternalReference):
        url = reference.target_url or ""
    elif isinstance(reference, schema.ImageSequenceReference):
        report.lose("a sequence of pictures is not read", f'"{clip.name}"')
        url = reference.target_url_base + reference.name_prefix
    available = reference.available_range if reference is not None else None
    return None, MediaRef(
        name=(getattr(reference, "name", "") or base_name(url) or clip.name),
        url=url,
        kind=kind_of(url or clip.name, kind),
        first=None if available is None else seconds(available.start_time),
        length=None if available is None else seconds(available.duration),
        sha256=text_of(reference, "sha256") if reference is not None else "",
        source=ours.source if ours is not None else None,
    )


def kind_of(name: str, track: TrackKind) -> MediaKind:
    """The kind of media that a file's name promises; a guess from the track where it promises nothing."""
    family = (mimetypes.guess_type(base_name(name))[0] or "").partition("/")[0]
    if family == "image":
        return "image"
    if family == "audio" or (track == "audio" and family != "video"):
        return "audio"
    return "video"
