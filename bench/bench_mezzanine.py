"""The house mezzanine beside the ffmpeg command with the same encoder settings: seconds, CPU seconds, size.

The source is like a browser's recording of a screen: 1080p, VP8 in WebM, text that is typed and scrolled.
"""

from __future__ import annotations

import importlib
import multiprocessing
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import av
import numpy as np
from bench_render import Seconds, timed
from PIL import Image, ImageDraw, ImageFont

from studio_widgets.engine.media import mezzanine_pieces
from studio_widgets.engine.media.encoder import x264_options
from studio_widgets.engine.media.mezzanine import make_mezzanine, mezzanine_settings
from studio_widgets.engine.media.probe import probe

WIDTH, HEIGHT, RATE = 1920, 1080, 30
SECONDS = 40
ROUNDS = 2


def page(height: int) -> Image.Image:
    """A long page of code-like text, the same every time."""
    random = np.random.default_rng(7)
    picture = Image.new("RGB", (WIDTH, height), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(22)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz_=()[]  "))
    for line in range(height // 30):
        text = "".join(random.choice(letters, int(random.integers(20, 130))))
        colour = ("black", "navy", "darkgreen", "maroon")[int(random.integers(4))]
        draw.text((60 + 40 * int(random.integers(4)), line * 30), text, fill=colour, font=font)
    return picture


def screen_recording(path: Path) -> Path:
    """Reading, then scrolling, then typing, over and over."""
    long = page(6 * HEIGHT)
    top = 0
    with av.open(str(path), "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.bit_rate = 4_000_000
        stream.codec_context.gop_size = 150
        stream.codec_context.options = {"deadline": "realtime", "cpu-used": "8"}
        for n in range(SECONDS * RATE):
            phase = n % 240
            if 90 <= phase < 150:
                top = (top + 9) % (5 * HEIGHT)
            shown = long.crop((0, top, WIDTH, top + HEIGHT))
            if phase >= 150:
                ImageDraw.Draw(shown).rectangle((200, 500, 200 + (phase - 150) * 12, 526), fill="black")
            frame = av.VideoFrame.from_ndarray(np.asarray(shown), format="rgb24").reformat(
                format="yuv420p", dst_colorspace="ITU709"
            )
            frame.pts, frame.time_base = n, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def ffmpeg() -> str | None:
    """The ffmpeg command on the PATH, or the one in the package imageio-ffmpeg."""
    if found := shutil.which("ffmpeg"):
        return found
    if find_spec("imageio_ffmpeg"):
        return str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    return None


def with_ffmpeg(command: str, source: Path, out: Path) -> None:
    """The same encoder settings, in one go, with as many threads as ffmpeg likes."""
    options = x264_options(mezzanine_settings(probe(source)))
    params = options["x264-params"].removeprefix("threads=1:").replace(":sliced-threads=0", "")
    colours = ("-vf", "scale=out_color_matrix=bt709:out_range=limited,setsar=1,format=yuv420p")
    encoding = ("-c:v", "libx264", "-preset", options["preset"], "-crf", options["crf"], "-x264-params", params)
    arguments = ("-v", "error", "-y", "-i", str(source), "-an", *colours, "-r", str(RATE), *encoding, str(out))
    subprocess.run([command, *arguments], check=True)


def ours(source: Path, out: Path, threads: int) -> None:
    mezzanine_pieces.THREADS = threads
    make_mezzanine(source, out)


def in_a_process(source: Path, out: Path, threads: int) -> None:
    process = multiprocessing.get_context("spawn").Process(target=ours, args=(source, out, threads))
    process.start()
    process.join()
    assert process.exitcode == 0


def main() -> None:
    command = ffmpeg()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = screen_recording(folder / "screen.webm")
        print(f"{SECONDS} s of a screen, 1080p{RATE}, VP8 ({source.stat().st_size / 1e6:.1f} MB)")
        work: dict[str, Callable[[Path], None]] = {
            "ours, 1 thread": lambda out: in_a_process(source, out, 1),
            "ours, 2 threads": lambda out: in_a_process(source, out, 2),
        }
        if command:
            work["ffmpeg command"] = lambda out: with_ffmpeg(command, source, out)
        best: dict[str, Seconds] = {}
        for _ in range(ROUNDS):
            for label, make in work.items():
                out = folder / f"{label}.mp4"
                seconds = timed(lambda make=make, out=out: make(out))  # type: ignore[misc]
                known = best.get(label, seconds)
                best[label] = min(known[0], seconds[0]), min(known[1], seconds[1])
        for label, (wall, cpu) in best.items():
            size = (folder / f"{label}.mp4").stat().st_size
            print(
                f"{label:<20}{SECONDS / wall:6.1f}x realtime {wall:7.1f} s wall {cpu:7.1f} s CPU {size / 1e6:7.1f} MB"
            )
        if command:
            (wall, cpu), (their_wall, their_cpu) = best["ours, 2 threads"], best["ffmpeg command"]
            sizes = [(folder / f"{label}.mp4").stat().st_size for label in ("ours, 2 threads", "ffmpeg command")]
            ratios = f"{wall / their_wall:.2f} wall, {cpu / their_cpu:.2f} CPU, {sizes[0] / sizes[1]:.2f} size"
            print(f"  ours / ffmpeg's: {ratios}")
        else:
            print("ffmpeg command: not installed, left out (pip install imageio-ffmpeg)")


if __name__ == "__main__":
    main()
