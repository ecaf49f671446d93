"""Copy the packets of a take into a clean file: no re-encoding, the duration and the seek index restored.

What a browser's MediaRecorder writes is a live stream: no duration, no index, and possibly no proper end.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av

from studio_widgets.engine.errors import MediaError
from studio_widgets.engine.media.source import open_media

_WEBM_CODECS = {"vp8", "vp9", "av1", "opus", "vorbis"}


def remux(source: Path, out: Path) -> None:
    """Write the readable packets of `source` (webm or matroska) to `out`, atomically.

    A take that was cut off mid-packet gives everything before the cut. The same input gives the same bytes. Raises
    MediaError when no packet can be read.
    """
    partial = out.with_name(out.name + ".partial")
    try:
        with open_media(source) as container:
            packets = _copy(container, partial)
        if packets == 0:
            raise MediaError("nothing that can be played was recorded", where=source.name, hint="Record again.")
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)


def container_of(codecs: set[str]) -> str:
    """The container such codecs go in: "webm" where it may hold them, else "matroska"."""
    return "webm" if codecs <= _WEBM_CODECS else "matroska"


def _copy(container: Any, partial: Path) -> int:
    streams = [stream for stream in container.streams if stream.type in ("video", "audio")]
    codecs = {stream.codec_context.name.removeprefix("lib") for stream in streams if stream.codec_context is not None}
    form = container_of({_plain(name) for name in codecs})
    # bitexact: no random segment id, no version string, so that the same take has the same hash
    with av.open(str(partial), "w", format=form, container_options={"fflags": "+bitexact"}) as output:
        targets = {stream.index: output.add_stream_from_template(stream) for stream in streams}
        return _copy_packets(container, streams, output, targets)


def _plain(decoder: str) -> str:
    """Codec of a decoder's name: FFmpeg calls the VP9 decoder vp9 or libvpx-vp9, AV1's libdav1d."""
    return {"dav1d": "av1", "vpx-vp9": "vp9", "vpx": "vp8"}.get(decoder, decoder)


def _copy_packets(container: Any, streams: list[Any], output: Any, targets: dict[int, Any]) -> int:
    count = 0
    try:
        for packet in container.demux(streams):
            if packet.dts is None:  # the flushing packet at the end
                continue
            packet.stream = targets[packet.stream.index]
            output.mux(packet)
            count += 1
    except (av.error.InvalidDataError, av.error.EOFError):
        pass  # cut off mid-packet: what came before is whole
    return count
