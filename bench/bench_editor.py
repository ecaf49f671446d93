"""The editor with 10,000 clips on 20 tracks in a real JupyterLab: frames a second while it pans, zooms and drags.

    python bench/bench_editor.py [clips]        default 10,000

Half are video with sound, half sound, with filmstrips and waveforms. The peer is what most web timelines do: an element
for each clip in a scrolled box, panned the same way on the same page. `open`: from running the cell to the frame in
which all clips are known and painted. What an edit takes from page to database is in bench_edit_latency.py.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import wave
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.ensure_chromium import find
from tests.browser.jupyter import CHROMIUM_FLAGS, PATIENCE, Notebook, running_lab
from tests.media import golden

LEAST = 55  # frames a second
FRAMES = 195  # there and back three times, and a little on: it ends somewhere else

MAKE = """
import studio_widgets as sw
from studio_widgets.engine.library.clip_sources import complete_args

studio = sw.Studio(home=HOME)
studio.library.add(*MEDIA)
studio.library.wait(progress=False)
project = studio.project("Big", rate=30)
timeline = project.timeline
for n in range(8):
    timeline.add_track("video")
    timeline.add_track("audio")
def source_of(name):
    named = {"source": {"type": "media_file", "mediaFileId": studio.library[name].id}}
    return complete_args(studio.library, "add", named, timeline.value.fps)["source"]

sources = {"V": source_of("numbered.mp4"), "A": source_of("voice.wav")}

def plan(value):
    for track in [f"{kind}{n}" for kind in sources for n in range(1, 11)]:
        for n in range(CLIPS // 20):
            clip = {"source": sources[track[0]], "name": f"clip {n}", "track": track}
            yield "add", {**clip, "at": 50 * n, "trim": [n % 10, n % 10 + 45]}

project.session.apply_all(plan)
"""

STATE = "[editor.scroll_frame, editor.zoom]"

RECORD = """() => {
  const times = [], own = {};
  window.frameTimes = times;
  window.recording = own;
  const tick = (now) => {
    times.push(now);
    if (window.recording === own) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""
STOP = "() => { window.recording = null; return window.frameTimes; }"

# One wheel event a frame, on the element that listens.
WHEEL = """async (element, [frames, dx, dy, ctrl]) => {
  const box = element.getBoundingClientRect();
  const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
  for (let n = 0; n < frames; n++) {
    const turn = n % 60 < 30 ? 1 : -1;
    const wheel = { ...at, deltaX: dx * turn, deltaY: dy * turn, ctrlKey: ctrl, bubbles: true, cancelable: true };
    element.dispatchEvent(new WheelEvent("wheel", { ...wheel, composed: true }));
    await new Promise(requestAnimationFrame);
  }
}"""

# The view anew, as another output of the notebook would show it: until its status tells of all clips.
OPEN = """async (clips) => {
  const panel = window.jupyterapp.shell.currentWidget.content;
  panel.activeCellIndex = panel.widgets.length - 1;
  const start = performance.now();
  await window.jupyterapp.commands.execute("notebook:run-cell");
  const told = () => [...document.querySelectorAll(".jp-OutputArea-output.lm-Panel *")]
    .some((element) => element.shadowRoot?.textContent.includes(`${clips} clips`));
  while (!told()) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""

PEER = """(clips) => {
  const box = document.createElement("div");
  box.id = "peer";
  box.style.cssText = "position:fixed;inset:100px 20px 20px 300px;overflow:auto;background:#fff;z-index:9999";
  const lane = 54, each = clips / 20, parts = [];
  for (let track = 0; track < 20; track++) {
    for (let n = 0; n < each; n++) {
      parts.push(`<div style="position:absolute;left:${n * 100}px;top:${track * lane}px;width:90px;height:50px;` +
        `background:#a9c4ee;border:1px solid #456;border-radius:3px;overflow:hidden"><b>clip ${n}</b></div>`);
    }
  }
  box.innerHTML = `<div style="position:relative;width:${each * 100}px;height:${20 * lane}px">${parts.join("")}</div>`;
  document.body.append(box);
}"""
PEER_PAN = """async (frames) => {
  const box = document.getElementById("peer");
  for (let n = 0; n < frames; n++) {
    box.scrollLeft += 40 * (n % 60 < 30 ? 1 : -1);
    await new Promise(requestAnimationFrame);
  }
}"""


def write_voice(folder: Path) -> str:
    """Two seconds of sound whose waveform can be seen."""
    path = folder / "voice.wav"
    seconds = np.arange(2 * golden.SAMPLE_RATE) / golden.SAMPLE_RATE
    loud = np.sin(2 * np.pi * 220 * seconds) * np.abs(np.sin(2 * np.pi * 3 * seconds))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(golden.SAMPLE_RATE)
        file.writeframes((loud * 20_000).astype("<i2").tobytes())
    return str(path)


def rates(page: Page) -> tuple[float, float]:
    """Frames a second of what was recorded: the middle one, and of the slowest in twenty."""
    times = page.evaluate(STOP)
    gaps = sorted(later - earlier for earlier, later in itertools.pairwise(times))
    return 1000 / statistics.median(gaps), 1000 / gaps[int(len(gaps) * 0.95)]


def drag(page: Page, box: FloatRect) -> None:
    """Take a clip by the middle and move it about, one step a frame."""
    x, y = box["x"] + 60, box["y"] + box["height"] / 3
    page.mouse.move(x, y)
    page.mouse.down()
    for n in range(FRAMES // 2):
        page.mouse.move(x + 4 * (n % 40), y + n % 20)
    page.keyboard.press("Escape")
    page.mouse.up()


def measure(chromium: Browser, clips: int) -> tuple[dict[str, tuple[float, float]], float, tuple[float, float]]:
    """Frames a second by what was done, milliseconds to open, and the peer's frames a second."""
    with tempfile.TemporaryDirectory() as name, running_lab(Path(name) / "lab") as lab:
        media = [str(golden.make_numbered_video(Path(name) / "numbered.mp4", audio="tone")), write_voice(Path(name))]
        page = chromium.new_page(viewport={"width": 1600, "height": 1000})
        page.set_default_timeout(4 * PATIENCE)
        notebook = Notebook(page, lab, Path(name) / "studio")
        settings = f"HOME, MEDIA, CLIPS = {str(notebook.home)!r}, {media!r}, {clips}"
        notebook.open(settings, MAKE, "editor = studio.editor(project)\neditor")
        notebook.run_all()
        known = page.get_by_text(f"{clips} clips")
        known.wait_for()
        opened = page.evaluate(OPEN, clips)
        known.wait_for()
        canvas = page.get_by_test_id("timeline-canvas")
        box = canvas.bounding_box()
        assert box is not None
        results: dict[str, tuple[float, float]] = {}
        for what, wheel in {
            "pan": [FRAMES, 40, 0, False],
            "zoom": [FRAMES, 0, 12, True],
            "scroll tracks": [FRAMES, 0, 9, False],
        }.items():
            before = notebook.value(STATE)
            page.evaluate(RECORD)
            canvas.evaluate(WHEEL, wheel)
            results[what] = rates(page)
            assert what.startswith("scroll") or notebook.value(STATE) != before, f"nothing happened: {what}"
        page.evaluate(RECORD)
        drag(page, box)
        results["drag"] = rates(page)
        page.evaluate(PEER, clips)
        page.evaluate(RECORD)
        page.evaluate(PEER_PAN, FRAMES)
        peer = rates(page)
        notebook.execute("studio.close()")
        page.close()
    return results, opened, peer


def main(clips: int = 10_000) -> int:
    """Measure and print; 1 when something is slower than it may be."""
    launch: dict[str, Any] = {"executable_path": find(), "args": list(CHROMIUM_FLAGS)}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**launch)
        results, opened, peer = measure(chromium, clips)
        chromium.close()
    print(f"{clips:,} clips on 20 tracks, filmstrips and waveforms on; frames a second: median, slowest in twenty")
    for what, (middle, slow) in results.items():
        print(f"  {what:<14} {middle:5.1f} {slow:5.1f}")
    print(f"  {'pan, elements':<14} {peer[0]:5.1f} {peer[1]:5.1f}   (the peer)")
    print(f"  ours / theirs: {results['pan'][0] / peer[0]:.1f}x, of the slowest {results['pan'][1] / peer[1]:.1f}x")
    print(f"  open: {opened:.0f} ms")
    return int(min(middle for middle, _ in results.values()) < LEAST)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
