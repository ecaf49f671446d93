import assert from "node:assert/strict";
import { test } from "node:test";
import { asPython } from "./deeds.tsx";
import { facts } from "./details.tsx";
import { commonTags, literally, renamed } from "./names.ts";
import { tileAt } from "./sprites.ts";
import { touch } from "./band.ts";
import type { MediaItem } from "../core/protocol.ts";

test("tags of several files: those that all have, and those that some have", () => {
  const tags = commonTags([{ tags: ["intro", "week 1"] }, { tags: ["week 1", "voice"] }]);
  assert.deepEqual(tags, { common: ["week 1"], some: ["intro", "voice"] });
  assert.deepEqual(commonTags([{ tags: ["a"] }]), { common: ["a"], some: [] });
});

test("a pattern keeps the suffix, and counts", () => {
  assert.equal(renamed("talk.mp4", "{name} {n}", 2), "talk 2.mp4");
  assert.equal(renamed("talk.MP4", "Lesson {n}", 1), "Lesson 1.MP4");
  assert.equal(renamed("talk.mp4", "{name}-{n}.mp4", 3), "talk-3.mp4");
  assert.equal(renamed("talk.mp4", "Lesson {n:02}", 3), "Lesson 03.mp4");
  assert.equal(renamed("talk.mp4", literally("{n} of {name}"), 3), "{n} of {name}.mp4");
  assert.equal(renamed("no suffix", "{n}: {name}", 1), "1: no suffix");
});

test("as Python: one file, or a list, with quotes that are safe", () => {
  const item = (name: string) => ({ name }) as MediaItem;
  assert.equal(asPython([item("talk.mp4")]), 'studio.library["talk.mp4"]');
  assert.equal(asPython([item('a"b'), item("c")]), '[studio.library["a\\"b"], studio.library["c"]]');
});

test("the filmstrip shows the tile under the mouse, its last one at the very end", () => {
  const sheet = { columns: 4, rows: 3, count: 10, tileWidth: 16, tileHeight: 9, secondsPerTile: 1 };
  assert.deepEqual(tileAt(sheet, 0), { index: 0, position: "0% 0%" });
  assert.deepEqual(tileAt(sheet, 0.55), { index: 5, position: `${100 / 3}% 50%` });
  assert.equal(tileAt(sheet, 1).index, 9);
  assert.equal(tileAt({ ...sheet, columns: 1, rows: 1, count: 1 }, 0.5).position, "0% 0%");
});

test("the rubber band picks what it touches", () => {
  const box = (left: number, right: number) => ({ left, right, top: 0, bottom: 10 });
  assert.equal(touch(box(0, 10), box(9, 20)), true);
  assert.equal(touch(box(0, 10), box(10, 20)), false);
});

test("what is known of a file, without empty lines", () => {
  const item: MediaItem = {
    id: "a",
    name: "talk.mp4",
    kind: "video",
    sourceType: "studio_export",
    fileType: "video/mp4",
    fileSize: 84_200_000,
    tags: [],
    createdAt: "2026-11-20T09:12:00Z",
    durationSeconds: 312.4,
    width: 1920,
    height: 1080,
  };
  const known = Object.fromEntries(
    facts({ ...item, rate: "30000/1001", rotation: 90, audioCodec: "aac", channels: 2 }),
  );
  assert.equal(known["Picture"], "1920 × 1080 · 29.97 fps · turned 90°");
  assert.equal(known["Sound"], "aac · stereo");
  assert.equal(known["Source"], "Export");
  assert.ok(!("Tags" in known));
});
