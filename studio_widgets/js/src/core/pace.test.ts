import assert from "node:assert/strict";
import { test } from "node:test";
import { lesson } from "../../dev/material.ts";
import { headHandle, isEndless, sourceFrames, tailHandle } from "./handles.ts";
import { filePlace, paceText, stretchedBy, stretchedTo, stretchRange } from "./pace.ts";
import type { Clip } from "./protocol.ts";
import { withStretch } from "./stretch.ts";
import { fromJson } from "./value.ts";

const clip: Clip = {
  id: "clip-1",
  name: "talk",
  trackIndex: 0,
  startFrame: 0,
  durationFrames: 120,
  trimStartFrame: 60,
  trimEndFrame: 180,
  source: { type: "media_file", mediaFileId: "m", frames: 300 },
};

test("at twice the speed a clip is half as long and its handles too", () => {
  const fast = stretchedBy(clip, "2")!;
  assert.deepEqual([fast.durationFrames, fast.trimStartFrame, fast.trimEndFrame], [60, 30, 90]);
  assert.deepEqual([sourceFrames(fast), headHandle(fast), tailHandle(fast)], [150, 30, 60]);
  assert.equal(filePlace(fast, 30), 60);
  assert.equal(paceText(fast), "2×");
});

test("back at its own speed it is what it was", () => {
  assert.deepEqual(stretchedTo(stretchedBy(clip, "3/2")!, 120), clip);
  assert.equal(stretchedBy(clip, "1.0")!.retime, undefined);
});

test("what is no speed makes nothing", () => {
  for (const text of ["", "0", "fast", "1/0", "-2", "1e3", "1.5.2"]) assert.equal(stretchedBy(clip, text), null, text);
});

test("speeds go from a hundredth to a hundredfold", () => {
  assert.deepEqual(stretchRange(clip), [2, 12000]);
});

test("a freeze frame has no end", () => {
  const still: Clip = { ...clip, retime: { freezeFrame: 77 } };
  assert.ok(isEndless(still));
  assert.equal(filePlace(still, 1234), 77);
  assert.equal(paceText(still), "still");
});

test("linked clips in step are stretched together, others refuse", () => {
  const json = lesson();
  const [first] = json.clips!;
  const sound: Clip = { ...first!, id: "clip-90", trackIndex: 3, link: "link-1" };
  const clips = [...json.clips!.slice(1), { ...first!, link: "link-1" }, sound];
  const value = fromJson({ ...json, clips, tracks: [...json.tracks!, { id: "A9", kind: "audio" }] });
  const both = withStretch(value, value.byId.get(first!.id)!, "2", false)!;
  assert.deepEqual(both.map((item) => item.id).sort(), ["clip-90", first!.id].sort());
  const uneven = fromJson({
    ...json,
    clips: clips.map((item) => (item.id === "clip-90" ? { ...item, durationFrames: 5 } : item)),
  });
  assert.equal(withStretch(uneven, uneven.byId.get(first!.id)!, "2", false), null);
});
