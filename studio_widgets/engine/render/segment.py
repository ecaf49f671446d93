"""The work itself, as two functions that run anywhere: a spec in, encoded packets out.

They are pure: the same spec gives the same bytes in any process, so a result may come from a cache, a worker process or
another machine. A result is a block of `Packets`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction

import av
import av.error
import msgspec
import numpy as np

from studio_widgets.engine.errors import CancelledError, RenderError, StudioError
from studio_widgets.engine.media.encoder import AAC_FRAME, SAMPLE_RATE, audio_encoder
from studio_widgets.engine.media.pieces import Packets, encode_piece
from studio_widgets.engine.render.compositor import Compositor
from studio_widgets.engine.render.loudness import level_for, levelled
from studio_widgets.engine.render.mixer import Mixer, Piece
from studio_widgets.engine.render.plan import SegmentSpec
from studio_widgets.engine.render.sound_plan import AudioSpec, LoudnessSpec

Work = SegmentSpec | AudioSpec | LoudnessSpec
Stop = Callable[[], bool]  # asked between frames: True stops the work with CancelledError


class Sources:
    """What a worker keeps open from one piece to the next: opening a file takes as long as encoding some frames of it.

    Pieces do not depend on what was read before them (`frames.py`, `audio.py`). Used on one thread; a context manager.
    """

    def __init__(self) -> None:
        self._compositor: Compositor | None = None
        self._mixer = Mixer(())

    def compositor(self, spec: SegmentSpec) -> Compositor:
        """A compositor of the segment's layers."""
        canvas = (spec.encoding.width, spec.encoding.height, spec.encoding.fps)
        made = self._compositor
        if made is not None and (made.width, made.height, made.fps) == canvas:
            made.replace(spec.layers)
            return made
        if made is not None:
            made.close()
        self._compositor = made = Compositor(spec.layers, *canvas)
        return made

    def mixer(self, pieces: Sequence[Piece]) -> Mixer:
        """A mixer of these pieces."""
        self._mixer.replace(pieces)
        return self._mixer

    def close(self) -> None:
        """Close all files."""
        if self._compositor is not None:
            self._compositor.close()
        self._mixer.close()

    def __enter__(self) -> Sources:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def render_segment(spec: SegmentSpec, sources: Sources, stop: Stop | None = None) -> bytes:
    """Encode a video segment: closed GOPs, exactly `spec.frames` frames, no lead-in. Returns `Packets` as bytes.

    Raises RenderError naming clip, source and timeline frame; CancelledError when `stop` says so.
    """
    return encode_piece(spec.encoding, _frames(sources.compositor(spec), spec, stop)).encode()


def render_audio(spec: AudioSpec, sources: Sources, stop: Stop | None = None) -> bytes:
    """Encode an audio chunk: `spec.packets` AAC packets that follow those of the chunk before.

    Returns `Packets` as bytes. The encoder is warmed up on the sound before the chunk, and those packets are dropped.
    Raises as `render_segment`.
    """
    encoder = audio_encoder(spec.bitrate)
    packets: list[bytes] = []
    for frame in _blocks(sources.mixer(spec.pieces), spec):
        if stop is not None and stop():
            raise CancelledError("rendering was cancelled")
        packets += (bytes(packet) for packet in encoder.encode(frame))
    packets += (bytes(packet) for packet in encoder.encode(None))
    kept = tuple(packets[spec.warm_up : spec.warm_up + spec.packets])
    if len(kept) != spec.packets:
        raise RenderError(f"the sound encoder gave {len(kept)} of {spec.packets} packets", where=f"frame {spec.at}")
    return Packets(
        header=bytes(encoder.extradata or b""),
        times=tuple(range(spec.packets)),
        keys=(True,) * spec.packets,
        data=kept,
    ).encode()


def find_level(spec: LoudnessSpec, sources: Sources, stop: Stop | None = None) -> bytes:
    """The factor that gives the whole sound its loudness, as JSON. Raises as `render_segment`."""

    def check() -> None:
        if stop is not None and stop():
            raise CancelledError("rendering was cancelled")

    return msgspec.json.encode(level_for(sources.mixer(spec.pieces), spec.samples, spec.target, check))


def render(spec: Work, stop: Stop | None = None, sources: Sources | None = None) -> bytes:
    """Any kind of work; what is sent to an executor. Without `sources` of its worker's it opens its own files."""
    if sources is None:
        with Sources() as own:
            return render(spec, stop, own)
    try:
        if isinstance(spec, SegmentSpec):
            return render_segment(spec, sources, stop)
        if isinstance(spec, AudioSpec):
            return render_audio(spec, sources, stop)
        return find_level(spec, sources, stop)
    except StudioError:
        raise
    except (av.error.FFmpegError, OSError, MemoryError, ValueError) as error:
        raise RenderError(
            f"rendering failed at frame {spec.at}: {error}",
            hint=f"Render again; if it fails again, report it (worker {os.getpid()})",
        ) from error


def _frames(compositor: Compositor, spec: SegmentSpec, stop: Stop | None) -> Iterator[av.VideoFrame]:
    for n in range(spec.frames):
        if stop is not None and stop():
            raise CancelledError("rendering was cancelled")
        try:
            yield compositor.frame(n)
        except RenderError as error:
            raise _placed(error, n, spec.at) from error


def _blocks(mixer: Mixer, spec: AudioSpec) -> Iterable[av.AudioFrame]:
    """All frames of 1024 samples that a chunk's encoder is fed; mixed a second at a time."""
    together, count = 47, spec.warm_up + spec.packets + spec.look_ahead
    for first in range(0, count, together):
        number = min(together, count - first)
        sound = levelled(mixer, first * AAC_FRAME + spec.pad, number * AAC_FRAME, spec.level)
        for index in range(number):
            block = np.ascontiguousarray(sound[:, index * AAC_FRAME : (index + 1) * AAC_FRAME])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.sample_rate = SAMPLE_RATE
            frame.pts = (first + index) * AAC_FRAME
            frame.time_base = Fraction(1, SAMPLE_RATE)
            yield frame


def _placed(error: RenderError, n: int, at: int) -> RenderError:
    """The error with the timeline's frame number: a segment counts from its own start."""
    return RenderError(
        error.message.replace(f"frame {n} of", f"frame {at + n} of", 1), where=error.where, hint=error.hint
    )
