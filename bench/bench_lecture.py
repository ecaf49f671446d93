"""A ten-minute lecture, 1080p30 with sound: thirty cuts from two takes with mezzanines, beside the ffmpeg command.

    python bench/bench_lecture.py [clips] [seconds a clip]       defaults 30 and 20

The peer encodes everything once more, at the same preset, quality (CRF) and group length. Then what an export costs
after one clip was trimmed, and after nothing was. SSIM is measured on the first minute, against the takes themselves.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import msgspec
import numpy as np
from bench_mezzanine import HEIGHT, RATE, SECONDS, WIDTH, ffmpeg, screen_recording
from bench_render import ratio, report, timed

from studio_widgets.engine.media.mezzanine import CRF, GOP, make_mezzanine
from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.media.probe import probe
from studio_widgets.engine.render.cache import SegmentCache
from studio_widgets.engine.render.export import Render, export
from studio_widgets.engine.timeline.model import Clip, MediaFileSource, Timeline

SSIM_SECONDS = 60


def narration(path: Path) -> Path:
    """Something like speech: noise that swells and pauses."""
    samples = SECONDS * 48_000
    random = np.random.default_rng(3)
    swell = np.abs(np.sin(np.arange(samples) * np.pi * 3 / 48_000)) * (np.arange(samples) % 96_000 < 80_000)
    sound = (random.standard_normal(samples) * swell * 3000).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 48_000, samples, "NONE", ""))
        out.writeframes(sound.tobytes())
    return path


def take(folder: Path, name: str) -> SourceFile:
    """A screen recording with its mezzanine, as the library makes them."""
    source = screen_recording(folder / f"{name}.webm")
    out = folder / f"{name}.mp4"
    out.with_suffix(".json").write_bytes(msgspec.json.encode(make_mezzanine(source, out)))
    return as_file(source, str(out))


def as_file(path: Path, mezzanine: str | None = None) -> SourceFile:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return SourceFile(path=str(path), sha256=digest, info=probe(path), mezzanine=mezzanine)


def lecture(cuts: Sequence[tuple[str, int, int]]) -> Timeline:
    """Clips one after the other: (take, first frame, frames), each with the narration of its time."""
    clips: list[Clip] = []
    at = 0
    for take_, first, frames in cuts:
        for track, source in ((0, take_), (2, "voice")):
            clips.append(
                Clip(
                    id=f"clip-{len(clips) + 1}",
                    name=source,
                    track_index=track,
                    start_frame=at,
                    duration_frames=frames,
                    trim_start_frame=first,
                    trim_end_frame=first + frames,
                    source=MediaFileSource(media_file_id=source, kind="audio" if track else "video"),
                )
            )
        at += frames
    clips.sort(key=lambda clip: (clip.track_index, clip.start_frame))
    return Timeline(rate=str(RATE), width=WIDTH, height=HEIGHT, clips=tuple(clips))


def with_ffmpeg(command: str, files: dict[str, SourceFile], cuts: Sequence[tuple[str, int, int]], out: Path) -> None:
    """The same cuts: an input for each, joined by the concat filter, encoded in one go."""
    run(command, *inputs(files, cuts, "take", "voice"), "-filter_complex", joined(len(cuts)), *encoding(), str(out))


def inputs(files: dict[str, SourceFile], cuts: Sequence[tuple[str, int, int]], *kinds: str) -> list[str]:
    arguments = []
    for take_, first, frames in cuts:
        for kind in kinds:
            path = files[f"media:{take_ if kind == 'take' else kind}"].path
            arguments += ["-ss", f"{first / RATE:.6f}", "-t", f"{frames / RATE:.6f}", "-i", path]
    return arguments


def joined(count: int) -> str:
    return "".join(f"[{2 * n}:v][{2 * n + 1}:a]" for n in range(count)) + f"concat=n={count}:v=1:a=1[v][a]"


def encoding() -> list[str]:
    return [
        *("-map", "[v]", "-map", "[a]", "-c:v", "libx264", "-preset", "veryfast", "-crf", str(CRF), "-g", str(GOP)),
        *("-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "160k", "-ac", "2", "-movflags", "+faststart"),
    ]


def run(command: str, *arguments: str) -> str:
    done = subprocess.run([command, "-hide_banner", "-y", *arguments], check=True, capture_output=True, text=True)
    return done.stderr


def ssim(command: str, files: dict[str, SourceFile], cuts: Sequence[tuple[str, int, int]], made: Path) -> float:
    """How like the takes the first minute is, 1 at most."""
    some = cuts[: max(1, SSIM_SECONDS * RATE // cuts[0][2])]
    seconds = sum(frames for _, _, frames in some) / RATE
    pairs = "".join(f"[{n + 1}:v]" for n in range(len(some)))
    graph = f"{pairs}concat=n={len(some)}:v=1:a=0,format=yuv420p[s];[0:v]format=yuv420p[m];[m][s]ssim"
    arguments = ("-t", f"{seconds:.6f}", "-i", str(made), *inputs(files, some, "take"))
    told = run(command, *arguments, "-filter_complex", graph, "-f", "null", "-")
    found = re.search(r"All:([\d.]+)", told)
    return float(found[1]) if found else 0.0


def told(name: str, result: Render) -> None:
    print(
        f"  {name}: {result.frames_copied:,} frames copied, {result.frames_encoded:,} encoded, "
        f"{result.frames_cached:,} cached; {result.sound_encoded} of {result.sound_chunks} pieces of sound encoded"
    )


def main(clips: int = 30, seconds: int = 20) -> None:
    command = ffmpeg()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = take(folder, "first")
        files = {"media:first": first, "media:second": msgspec.structs.replace(first, sha256=first.sha256[::-1])}
        files["media:voice"] = as_file(narration(folder / "voice.wav"))
        spare = (SECONDS - seconds) * RATE
        cuts = [(("first", "second")[n % 2], n * 97 % spare, seconds * RATE) for n in range(clips)]
        results: list[Render] = []

        def ours(cache: str, chosen: Sequence[tuple[str, int, int]]) -> None:
            results.append(export(lecture(chosen), files, folder / "ours.mp4", cache=SegmentCache(folder / cache)))

        print(
            f"{clips * seconds / 60:g} minutes, 1080p{RATE}, {clips} clips of {seconds} s, CRF {CRF}, groups of {GOP}"
        )
        cold = timed(lambda: ours("cache", cuts))
        report("ours, nothing cached", cold)
        told("of these", results[-1])
        if command:
            theirs = timed(lambda: with_ffmpeg(command, files, cuts, folder / "ffmpeg.mp4"))
            report("ffmpeg command, encoding all", theirs)
            ratio("its time / ours", theirs, cold)
            sizes = [(folder / file).stat().st_size / 1e6 for file in ("ours.mp4", "ffmpeg.mp4")]
            print(f"  size: {sizes[0]:.1f} MB, its {sizes[1]:.1f} MB: {sizes[0] / sizes[1]:.2f}")
            likeness = [ssim(command, files, cuts, folder / file) for file in ("ours.mp4", "ffmpeg.mp4")]
            print(f"  SSIM to the takes: {likeness[0]:.4f}, its {likeness[1]:.4f}")
        else:
            print("ffmpeg command: not installed, left out")
        middle = clips // 2
        edited = [*cuts[:middle], (cuts[middle][0], cuts[middle][1] + 7, cuts[middle][2] - 7), *cuts[middle + 1 :]]
        again = timed(lambda: ours("cache", edited))
        report("ours, one clip trimmed", again)
        told("of these", results[-1])
        ratio("cold / that", cold, again)
        report("ours, unchanged", timed(lambda: ours("cache", edited)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
