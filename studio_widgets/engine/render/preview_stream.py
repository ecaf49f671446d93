"""A play session: from a frame on, one continuous fMP4 stream for Media Source Extensions.

Pictures come from the compositor, sound from the mixer, both at the same absolute positions that an export uses. The
stream's time 0 is the session's first frame, for pictures and sound exactly.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol

import av
import numpy as np

from studio_widgets.engine.media.encoder import AAC_FRAME, SAMPLE_RATE, open_audio_encoder, open_live_encoder
from studio_widgets.engine.render.layers import sample_at
from studio_widgets.engine.render.mixer import Samples

MAX_PIECE = 1_000_000  # bytes of one message
_FRAGMENT = 0.1  # seconds of the first fragments: the sooner the first comes, the sooner a picture shows
_GATHER = Fraction(1, 4)  # seconds that later pieces hold: fewer messages
_WARM_UP = 4 * AAC_FRAME  # samples encoded before the first and dropped: AAC needs what came before
_SOUND_AHEAD = 3 * AAC_FRAME  # samples the sound runs ahead, as the encoder holds some back
_MOVFLAGS = "empty_moov+default_base_moof+skip_trailer"


class Pictures(Protocol):
    """Where the frames of a session come from."""

    def picture(self, frame: int) -> av.VideoFrame:
        """Timeline frame `frame`, yuv420p in the size of the session."""


class Sounds(Protocol):
    """Where its sound comes from."""

    def sound(self, start: int, count: int) -> Samples:
        """Timeline samples `[start, start + count)`, float32 (2, count); `start` may be negative."""


class PlayStream:
    """Encodes one session, a frame at a time.

    Parameters
    ----------
    start: the timeline frame it begins with.
    width, height: of the picture, even pixels. fps: of the timeline.
    """

    def __init__(self, start: int, width: int, height: int, fps: Fraction) -> None:
        self.start = self.frame = start  # `frame`: the next one to encode
        self.width, self.height, self.fps = width, height, fps
        self._origin = sample_at(start, fps)
        self._sound_at = self._origin - _WARM_UP
        self._sink = _Sink()
        self._sent = start  # frames before it are in pieces given out
        self._first = True
        options = {"movflags": _MOVFLAGS, "frag_duration": str(int(_FRAGMENT * 1_000_000))}
        self._container = av.open(self._sink, "w", format="mp4", options=options)
        self._video = open_live_encoder(self._container, width, height, fps)
        self._audio = open_audio_encoder(self._container, 128_000)
        self._container.start_encoding()
        self.codec = f"{_avc_name(bytes(self._video.codec_context.extradata or b''))},mp4a.40.2"

    def step(self, pictures: Pictures, sounds: Sounds, total: int) -> list[bytes]:
        """Encode the next frame of `total` and its sound; the pieces of the stream that are ready now, in order."""
        n = self.frame
        ahead = sample_at(n + 1, self.fps) + _SOUND_AHEAD
        self._encode_sound(sounds, min(ahead, max(sample_at(total, self.fps), sample_at(n + 1, self.fps))))
        picture = pictures.picture(n)
        picture.pts, picture.time_base = n - self.start, 1 / self.fps
        picture.pict_type = 0
        self._container.mux(self._video.encode(picture))
        self.frame = n + 1
        due = self._first or (self.frame - self._sent) / self.fps >= _GATHER
        return self._take() if due and self._sink.has_fragment else []

    def finish(self) -> list[bytes]:
        """The rest of the stream; nothing can be encoded afterwards."""
        self._container.mux(self._video.encode(None))
        for packet in self._audio.encode(None):
            self._mux_sound(packet)
        self._container.close()
        return self._take()

    def close(self) -> None:
        """Drop the stream unfinished."""
        self._sink.deaf = True
        self._container.close()

    def _encode_sound(self, sounds: Sounds, until: int) -> None:
        count = max(0, until - self._sound_at + AAC_FRAME - 1) // AAC_FRAME
        if not count:
            return
        samples = sounds.sound(self._sound_at, count * AAC_FRAME)
        for k in range(count):
            block = np.ascontiguousarray(samples[:, k * AAC_FRAME : (k + 1) * AAC_FRAME])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.sample_rate, frame.time_base = SAMPLE_RATE, Fraction(1, SAMPLE_RATE)
            frame.pts = self._sound_at - self._origin
            self._sound_at += AAC_FRAME
            for packet in self._audio.encode(frame):
                self._mux_sound(packet)

    def _mux_sound(self, packet: av.Packet) -> None:  # type: ignore[type-arg]
        # A negative first timestamp would make the muxer move the pictures: the stream must begin at 0 for both.
        if packet.pts is not None and packet.pts >= 0:
            self._container.mux(packet)

    def _take(self) -> list[bytes]:
        self._first, self._sent = False, self.frame
        data = self._sink.take()
        return [data[at : at + MAX_PIECE] for at in range(0, len(data), MAX_PIECE)]


class _Sink:
    """A file for the muxer that can only be written to, from front to back."""

    def __init__(self) -> None:
        self._data = bytearray()
        self.deaf = False
        self.has_fragment = False

    def write(self, data: bytes) -> int:
        if not self.deaf:
            self._data += data
            self.has_fragment = self.has_fragment or b"moof" in data[:16]
        return len(data)

    def take(self) -> bytes:
        data = bytes(self._data)
        self._data.clear()
        self.has_fragment = False
        return data


def _avc_name(headers: bytes) -> str:
    """The codec's name as browsers ask for it, from the profile and level in its SPS: "avc1.42c01e"."""
    at = headers.find(b"\x00\x00\x01\x67")
    profile = headers[at + 4 : at + 7] if at >= 0 else b"\x42\xc0\x1e"
    return f"avc1.{profile.hex()}"
