"""Rendering beside the ffmpeg command and MoviePy, where they are installed: the same cuts, size, preset and CRF.

Then what an export costs after one edit and after none, and a long still. Seconds on the wall and on all processors.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from studio_widgets.engine.media.model import SourceFile
from studio_widgets.engine.media.probe import probe
from studio_widgets.engine.render.cache import SegmentCache
from studio_widgets.engine.render.export import export
from studio_widgets.engine.timeline.model import Clip, MediaFileSource, Timeline
from tests.media import golden

SHARED = Path(__file__).parents[2] / "shared" / "media" / "video" / "skv_bigbuckbunny.mp4"
CLIP_FRAMES, CLIPS, RATE = 75, 8, 25
STILL_MINUTES = 2
Seconds = tuple[float, float]  # wall, CPU


def timed(work: Callable[[], object]) -> Seconds:
    """Wall and CPU seconds of `work`, child processes included."""

    def cpu() -> float:
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(usage.ru_utime + usage.ru_stime for usage in used)

    began, cpu_began = time.monotonic(), cpu()
    work()
    wall = time.monotonic() - began
    for child in multiprocessing.active_children():  # their time counts once they have ended
        child.join(10)
    return wall, cpu() - cpu_began


def footage(folder: Path) -> Path:
    """Real footage where it is there, else numbered frames: 720p25, about 5 s, with sound."""
    if SHARED.is_file():
        return SHARED
    return golden.make_numbered_video(folder / "footage.mp4", 132, RATE, (1280, 720), audio="tone")


def cut_timeline(source: Path, starts: list[int], frames: int = CLIP_FRAMES) -> Timeline:
    clips = tuple(
        Clip(
            id=f"clip-{k + 1}",
            name=source.name,
            track_index=0,
            start_frame=k * frames,
            duration_frames=frames,
            trim_start_frame=start,
            trim_end_frame=start + frames,
            source=MediaFileSource(media_file_id="source"),
        )
        for k, start in enumerate(starts)
    )
    return Timeline(rate=str(RATE), width=1280, height=720, clips=clips)


def ffmpeg(source: Path, starts: list[int], out: Path) -> None:
    """The same cuts with the ffmpeg command: accurate trims, one encoder."""
    parts = []
    for k, start in enumerate(starts):
        first, last = Fraction(start, RATE), Fraction(start + CLIP_FRAMES, RATE)
        span = f"start={float(first)}:end={float(last)}"
        parts.append(f"[0:v]trim={span},setpts=PTS-STARTPTS[v{k}];[0:a]atrim={span},asetpts=PTS-STARTPTS[a{k}];")
    inputs = "".join(f"[v{k}][a{k}]" for k in range(len(starts)))
    graph = "".join(parts) + f"{inputs}concat=n={len(starts)}:v=1:a=1[v][a]"
    run_ffmpeg("-i", str(source), "-filter_complex", graph, "-map", "[v]", "-map", "[a]", *encoding(), str(out))


def encoding() -> list[str]:
    return [
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", "60", "-pix_fmt", "yuv420p"),
        *("-c:a", "aac", "-b:a", "160k", "-ac", "2", "-ar", "48000", "-movflags", "+faststart"),
    ]


def run_ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True)


def moviepy(source: Path, starts: list[int], out: Path) -> None:
    """The same cuts with MoviePy, in a process of its own."""
    script = (
        "import sys\nfrom moviepy import VideoFileClip, concatenate_videoclips\n"
        f"clip = VideoFileClip({str(source)!r})\n"
        f"parts = [clip.subclipped(s / {RATE}, (s + {CLIP_FRAMES}) / {RATE}) for s in {starts}]\n"
        f"concatenate_videoclips(parts).write_videofile({str(out)!r}, codec='libx264', preset='veryfast', "
        "audio_codec='aac', ffmpeg_params=['-crf', '20', '-g', '60'], logger=None)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def report(name: str, seconds: Seconds) -> None:
    print(f"{name:<44}{seconds[0]:8.2f} s wall {seconds[1]:8.2f} s CPU", flush=True)


def ratio(name: str, other: Seconds, mine: Seconds) -> None:
    wall, cpu = (theirs / max(ours, 1e-3) for theirs, ours in zip(other, mine, strict=True))
    print(f"  {name:<42}{wall:8.1f}x wall   {cpu:8.1f}x CPU", flush=True)


def bench_cuts(folder: Path, source: Path) -> None:
    info = probe(source)
    files = {"media:source": SourceFile(str(source), hashlib.sha256(source.read_bytes()).hexdigest(), info)}
    starts = [k * 17 % 50 for k in range(CLIPS)]
    cache = SegmentCache(folder / "cache")

    def ours(moves: list[int]) -> None:
        export(cut_timeline(source, moves), files, folder / "ours.mp4", cache=cache)

    print(f"{CLIPS} cuts of {CLIP_FRAMES / RATE:g} s, 720p{RATE}")
    cold = timed(lambda: ours(starts))
    report("ours, nothing cached", cold)
    if shutil.which("ffmpeg"):
        theirs = timed(lambda: ffmpeg(source, starts, folder / "ffmpeg.mp4"))
        report("ffmpeg command, re-encoding", theirs)
        ratio("its time / ours", theirs, cold)
        sizes = [(folder / name).stat().st_size for name in ("ours.mp4", "ffmpeg.mp4")]
        print(f"  size of ours / ffmpeg's: {sizes[0] / sizes[1]:.2f}")
    else:
        print("ffmpeg command: not installed, left out")
    if find_spec("moviepy"):
        theirs = timed(lambda: moviepy(source, starts, folder / "moviepy.mp4"))
        report("MoviePy", theirs)
        ratio("its time / ours", theirs, cold)
    else:
        print("MoviePy: not installed, left out")
    edited = [*starts[:4], starts[4] + 1, *starts[5:]]
    for name in ("after one edit", "unchanged"):
        again = timed(lambda: ours(edited))
        report(f"ours, {name}", again)
        ratio("first export / this one", cold, again)


def bench_still(folder: Path) -> None:
    picture = golden.make_still(folder / "still.png", (1280, 720))
    file = SourceFile(str(picture), hashlib.sha256(picture.read_bytes()).hexdigest(), probe(picture))
    frames = STILL_MINUTES * 60 * RATE
    timeline = cut_timeline(picture, [0], frames)

    def ours() -> None:
        export(timeline, {"media:source": file}, folder / "still.mp4", cache=SegmentCache(folder / "stills"))

    print(f"one picture for {STILL_MINUTES} minutes, 720p{RATE}")
    mine = timed(ours)
    report("ours", mine)
    if shutil.which("ffmpeg"):
        silence = ("-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo")
        length = ("-t", str(STILL_MINUTES * 60))
        loop = ("-loop", "1", "-framerate", str(RATE), "-i", str(picture))
        theirs = timed(lambda: run_ffmpeg(*loop, *silence, *length, *encoding(), str(folder / "loop.mp4")))
        report("ffmpeg command, -loop 1", theirs)
        ratio("its time / ours", theirs, mine)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        bench_cuts(Path(name), footage(Path(name)))
        bench_still(Path(name))


if __name__ == "__main__":
    main()
