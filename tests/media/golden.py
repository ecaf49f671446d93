"""Golden test media: every frame carries its number, readable back by code; sounds land on known samples.

The number is drawn as a grid of 8 × 2 black and white cells over the upper half of the picture (12 bits of number, 4 bits
of checksum), so it survives scaling, JPEG and low bit rates, and a picture that is *not* one frame alone (a blend, black,
a wrong crop) is told apart from one that is.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

SAMPLE_RATE = 48_000
COLUMNS, ROWS = 8, 2
DARK, LIGHT = 40, 210
TONE_HZ = 440
_CODECS = {".mp4": ("libx264", "aac"), ".mov": ("libx264", "aac"), ".mkv": ("libx264", "pcm_s16le")} | {
    ".webm": ("libvpx", "libopus")
}


# --- drawing and reading numbers -----------------------------------------------------------------------------------


def _checksum(number: int) -> int:
    return (number ^ number >> 4 ^ number >> 8 ^ 0b1010) & 0xF


def numbered_luma(number: int, width: int, height: int) -> np.ndarray:
    """The luma plane (height, width) of frame `number` (0..4095)."""
    if not 0 <= number < 4096:
        raise ValueError(f"numbers are 0..4095, not {number}")
    code = number << 4 | _checksum(number)
    luma = np.full((height, width), 125, np.uint8)
    half = height // 2
    for cell in range(COLUMNS * ROWS):
        row, column = divmod(cell, COLUMNS)
        bit = code >> (COLUMNS * ROWS - 1 - cell) & 1
        top, bottom = row * half // ROWS, (row + 1) * half // ROWS
        left, right = column * width // COLUMNS, (column + 1) * width // COLUMNS
        luma[top:bottom, left:right] = LIGHT if bit else DARK
    # the lower half moves too, so that encoders have something to do: a bar that walks right
    bar = max(2, width // 16)
    left = number * bar // 2 % max(1, width - bar)
    luma[half:, left : left + bar] = 180
    return luma


def numbered_frame(
    number: int, width: int = 160, height: int = 90, tint: tuple[int, int] = (128, 128)
) -> av.VideoFrame:
    """Frame `number` as yuv420p; `tint` is (U, V), to tell two files apart by colour."""
    planes = [numbered_luma(number, width, height)]
    chroma = np.empty((height // 2, width), np.uint8)
    flat = chroma.reshape(-1)
    flat[: flat.size // 2], flat[flat.size // 2 :] = tint
    frame = av.VideoFrame.from_ndarray(np.vstack([*planes, chroma]), format="yuv420p")
    frame.color_range = 1
    return frame


def luma_of(picture: Any) -> np.ndarray:
    """The luma plane (height, width) of a video frame, a PIL image, JPEG/PNG bytes or an (h, w[, 3]) array."""
    if isinstance(picture, av.VideoFrame):
        return picture.reformat(format="gray").to_ndarray()
    if isinstance(picture, bytes | bytearray | memoryview):
        picture = Image.open(io.BytesIO(bytes(picture)))
    if isinstance(picture, Image.Image):
        return np.asarray(picture.convert("L"))
    array = np.asarray(picture)
    return array if array.ndim == 2 else array[..., :3].mean(axis=2).astype(np.uint8)


def number_or_none(picture: Any, box: tuple[float, float, float, float] = (0, 0, 1, 1)) -> int | None:
    """The number burned into a picture, or None when it shows no single numbered frame.

    `box` is (left, top, right, bottom) in fractions of the picture: where the numbered frame lies in it.
    """
    luma = luma_of(picture)
    height, width = luma.shape
    luma = luma[round(box[1] * height) : round(box[3] * height), round(box[0] * width) : round(box[2] * width)]
    height, width = luma.shape
    code = 0
    for cell in range(COLUMNS * ROWS):
        row, column = divmod(cell, COLUMNS)
        y = (row + 0.5) * height / 2 / ROWS
        x = (column + 0.5) * width / COLUMNS
        dy, dx = max(1, height // 16), max(1, width // 40)
        level = float(luma[max(0, int(y) - dy) : int(y) + dy, max(0, int(x) - dx) : int(x) + dx].mean())
        if 90 < level < 160:  # neither black nor white: a blend, or no number at all
            return None
        code = code << 1 | (level > 125)
    number = code >> 4
    return number if code & 0xF == _checksum(number) else None


def read_number(picture: Any, box: tuple[float, float, float, float] = (0, 0, 1, 1)) -> int:
    """The number burned into a picture (see `number_or_none`); AssertionError when there is none."""
    number = number_or_none(picture, box)
    assert number is not None, "the picture shows no single numbered frame"
    return number


def numbers_of(path: Path | str) -> list[int | None]:
    """The numbers of all frames of a video, in presentation order (None: no single numbered frame)."""
    with av.open(str(path)) as container:
        return [number_or_none(frame) for frame in container.decode(video=0)]


# --- sounds ----------------------------------------------------------------------------------------------------------


def tone(samples: int, start: int = 0, hz: float = TONE_HZ, level: float = 0.5) -> np.ndarray:
    """A sine, float32 (2, samples), whose phase is 0 at sample 0 whatever `start` is."""
    wave = level * np.sin(2 * np.pi * hz * np.arange(start, start + samples) / SAMPLE_RATE)
    return np.stack([wave, wave]).astype(np.float32)


def impulses(samples: int, every: int = SAMPLE_RATE // 2, offset: int = 4800, level: float = 0.8) -> np.ndarray:
    """Silence with one-sample clicks at `offset + k * every`, float32 (2, samples)."""
    wave = np.zeros((2, samples), np.float32)
    wave[:, offset::every] = level
    return wave


def impulse_positions(sound: np.ndarray, threshold: float = 0.25) -> list[int]:
    """Sample positions of the clicks in (channels, samples), the loudest sample of each."""
    loud = np.abs(sound[0])
    found: list[int] = []
    for position in np.flatnonzero(loud > threshold):
        if found and position - found[-1] < 240:
            if loud[position] > loud[found[-1]]:
                found[-1] = int(position)
        else:
            found.append(int(position))
    return found


def decoded_sound(path: Path | str) -> np.ndarray:
    """A file's sound as float32 (2, n) at 48 kHz, of whatever codec; (2, 0) when it has none."""
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return np.zeros((2, 0), np.float32)
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
        blocks = [f.to_ndarray() for frame in container.decode(audio=0) for f in resampler.resample(frame)]
    return np.concatenate(blocks, axis=1) if blocks else np.zeros((2, 0), np.float32)


def loudness_of(path: Path | str) -> float:
    """Root mean square (0..1) of a file's sound; 0 when it has none."""
    sound = decoded_sound(path)
    return float(np.sqrt(np.mean(np.square(sound)))) if sound.size else 0.0


# --- files -----------------------------------------------------------------------------------------------------------


def make_numbered_video(
    path: Path,
    frames: int = 60,
    rate: Fraction | int | str = 30,
    size: tuple[int, int] = (160, 90),
    *,
    audio: str | np.ndarray | None = None,
    first: int = 0,
    times: Sequence[Fraction] | None = None,
    start: Fraction | int = 0,
    audio_start: Fraction | int | None = None,
    gop: int = 30,
    bframes: int = 2,
    rotation: int = 0,
    sar: Fraction | None = None,
    tint: tuple[int, int] = (128, 128),
    codec: str | None = None,
    crf: int = 20,
) -> Path:
    """Write a video whose frame k shows the number `first + k`; the suffix chooses container and codecs.

    `times`: seconds of each frame (VFR) instead of k / rate. `start`: seconds added to every timestamp of video and sound
    (`audio_start`: to the sound alone instead). `audio`: "tone", "impulses", a float32 (2, n) array, or None. `rotation`:
    clockwise degrees a player must turn the picture by. `.mkv` carries PCM, sample-exact.
    """
    rate, start = Fraction(rate), Fraction(start)
    video_codec, audio_codec = _CODECS[path.suffix]
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        video = container.add_stream(codec or video_codec, rate=rate)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.codec_context.time_base = Fraction(1, 90_000)
        video.codec_context.gop_size = gop
        video.codec_context.thread_count = 1
        if (codec or video_codec) == "libx264":
            video.codec_context.options = {
                "preset": "ultrafast" if not bframes else "veryfast",
                "crf": str(crf),
                "x264-params": f"bframes={bframes}:keyint={gop}:min-keyint={gop}:scenecut=0",
            }
        else:
            video.codec_context.bit_rate = 600_000
            video.codec_context.options = {"deadline": "realtime", "cpu-used": "8"}
        if sar is not None:
            video.codec_context.sample_aspect_ratio = sar
        if rotation:
            video.set_display_rotation(-rotation)
        sound = _sound(audio, frames, rate)
        if sound is not None:
            stream = container.add_stream(audio_codec, rate=SAMPLE_RATE)
            stream.codec_context.layout = "stereo"
        for k in range(frames):
            frame = numbered_frame(first + k, *size, tint=tint)
            at = (times[k] if times is not None else k / rate) + start
            frame.pts, frame.time_base = round(at * 90_000), Fraction(1, 90_000)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if sound is not None:
            shift = start if audio_start is None else Fraction(audio_start)
            for frame in sound_frames(sound, stream.codec_context, round(shift * SAMPLE_RATE)):
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    return path


def make_sound(path: Path, sound: np.ndarray | str = "tone", seconds: float = 1.0, rate: int = SAMPLE_RATE) -> Path:
    """Write a sound file (.wav, .flac, .mp3, .ogg, .m4a); an array is (2, n) at `rate`."""
    codec = {
        ".wav": "pcm_s16le",
        ".flac": "flac",
        ".mp3": "libmp3lame",
        ".ogg": "libopus",
        ".m4a": "aac",
    }[path.suffix]
    if isinstance(sound, str):
        sound = (tone if sound == "tone" else impulses)(round(seconds * rate))
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.codec_context.layout = "stereo"
        for frame in sound_frames(sound, stream.codec_context, 0, rate):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def make_still(path: Path, size: tuple[int, int] = (160, 90), number: int = 7, alpha: bool = False) -> Path:
    """Write a picture showing `number`; with `alpha` its right half is transparent."""
    picture = Image.fromarray(numbered_luma(number, *size)).convert("RGBA" if alpha else "RGB")
    if alpha:
        opacity = np.full((size[1], size[0]), 255, np.uint8)
        opacity[:, size[0] // 2 :] = 0
        picture.putalpha(Image.fromarray(opacity))
    picture.save(path)
    return path


def sound_frames(
    sound: np.ndarray, context: Any, start: int = 0, rate: int = SAMPLE_RATE, block: int = 1024
) -> Iterable[av.AudioFrame]:
    """Float sound (2, n) as audio frames in the encoder's format, the first at sample `start`."""
    resampler = av.AudioResampler(format=context.format.name, layout="stereo", rate=rate)
    for at in range(0, sound.shape[1], block):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound[:, at : at + block]), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, start + at, Fraction(1, rate)
        yield from resampler.resample(frame)


def _sound(audio: str | np.ndarray | None, frames: int, rate: Fraction) -> np.ndarray | None:
    if audio is None or isinstance(audio, np.ndarray):
        return audio
    samples = round(frames / rate * SAMPLE_RATE)
    return tone(samples) if audio == "tone" else impulses(samples)
