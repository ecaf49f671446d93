/** Shows one widget without Jupyter: `?theme=dark&state=empty|loading|error|large&delay=800&refuse`. */
import { startMediaDrag, endMediaDrag } from "../src/core/drag.ts";
import { fromJson } from "../src/core/value.ts";
import timeline from "../src/timeline/widget.ts";
import { FakeKernel, type FakeOptions } from "./fake_kernel.ts";
import { emptyLesson, large, lesson, libraryAnswer, MEDIA } from "./material.ts";

const query = new URLSearchParams(location.search);
const dark = query.get("theme") === "dark";
document.body.dataset["jpThemeLight"] = String(!dark);
document.documentElement.classList.toggle("dark", dark);

const state = query.get("state");
const json = state === "empty" ? emptyLesson() : state === "large" ? large(10_000, 20) : lesson();
const options: FakeOptions = {
  delay: Number(query.get("delay") ?? 4),
  refuse: query.has("refuse"),
  other: libraryAnswer,
};
if (state === "loading") options.open = "never";
if (state === "error") options.open = "error";
const kernel = new FakeKernel(fromJson(json), options);
kernel.media = MEDIA;
for (const [name, value] of [
  ["snapping", true],
  ["playhead", 300],
  ["playing", false],
  ["selection", []],
] as const) {
  kernel.set(name, value);
}
Object.assign(window, { kernel });

const shelf = document.querySelector("#shelf") as HTMLElement;
for (const media of MEDIA) {
  const tile = document.createElement("div");
  tile.className = "tile";
  tile.draggable = true;
  tile.textContent = media.name;
  tile.addEventListener("dragstart", (event) => {
    const { id, kind, name, durationSeconds } = media;
    startMediaDrag(event, [{ id, kind, name, recording: false, durationSeconds }]);
  });
  tile.addEventListener("dragend", endMediaDrag);
  shelf.append(tile);
}

const el = document.querySelector("#widget") as HTMLElement;
const controller = new AbortController();
const made = timeline();
made.initialize({ model: kernel, signal: controller.signal });
made.render({ model: kernel, el, signal: controller.signal });
if (query.has("twice")) {
  const second = document.createElement("div");
  el.after(second);
  made.render({ model: kernel, el: second, signal: controller.signal });
}
