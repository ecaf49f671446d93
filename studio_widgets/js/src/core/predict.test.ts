import assert from "node:assert/strict";
import { test } from "node:test";
import { lesson } from "../../dev/material.ts";
import { predict } from "./predict.ts";
import { clipEnd, fromJson } from "./value.ts";

const value = fromJson(lesson());

test("a move keeps what it shows, and drops the crossfade it breaks", () => {
  const { value: after, clips } = predict(value, "move", { clip: "clip-1", to: 1500, track: "V2" }, 1);
  const clip = after.byId.get("clip-1")!;
  assert.deepEqual([clip.trackIndex, clip.startFrame, clip.trimStartFrame], [1, 1500, 30]);
  assert.deepEqual(clips, ["clip-1"]);
  assert.equal(after.transitions.length, 0);
  assert.equal(after.lanes[1]?.at(-1)?.id, "clip-1");
});

test("trimming moves the edge and the source range together", () => {
  const head = predict(value, "trim", { clip: "clip-3", start: 10 }, 1).value.byId.get("clip-3")!;
  assert.deepEqual([head.startFrame, head.durationFrames, head.trimStartFrame, head.trimEndFrame], [670, 290, 40, 330]);
  const tail = predict(value, "trim", { clip: "clip-3", end: -10 }, 1).value.byId.get("clip-3")!;
  assert.deepEqual([tail.startFrame, clipEnd(tail), tail.trimEndFrame], [660, 950, 320]);
});

test("a title grows at its head although its range begins at 0", () => {
  const grown = predict(value, "trim", { clip: "clip-6", start: -20 }, 1).value.byId.get("clip-6")!;
  assert.deepEqual([grown.startFrame, grown.trimStartFrame, grown.trimEndFrame], [10, 0, 170]);
});

test("a split cuts every unlocked track, in the order in which ids are given", () => {
  const { value: after, created } = predict(value, "split", { at: 100 }, 4);
  assert.deepEqual(created, ["~4.0", "~4.1", "~4.2"]);
  assert.deepEqual(
    created.map((id) => after.byId.get(id)?.trackIndex),
    [0, 1, 2],
  );
  assert.equal(after.byId.get("~4.0")?.trimStartFrame, 130);
  // The crossfade at the end of clip-1 now starts from its right part.
  assert.equal(after.transitions[0]?.leftClipId, "~4.0");
});

test("a locked track is not split", () => {
  const tracks = value.tracks.map((track) => (track.id === "V1" ? { ...track, locked: true } : track));
  const locked = fromJson({ ...lesson(), tracks });
  assert.equal(predict(locked, "split", { at: 100 }, 1).created.length, 2);
});

test("removing takes the transitions along", () => {
  const after = predict(value, "remove", { clips: ["clip-2"] }, 1).value;
  assert.deepEqual([after.clips.length, after.transitions.length], [7, 0]);
});

test("dropped media are shown for as long as the page knows they last", () => {
  const source = { type: "media_file", mediaFileId: "m1" };
  const { value: after, created } = predict(value, "add", { source, track: "V2", at: 300 }, 2, {
    name: "x",
    durationFrames: 90,
  });
  assert.equal(after.byId.get(created[0]!)?.durationFrames, 90);
});

test("what cannot be guessed changes nothing", () => {
  assert.equal(predict(value, "relink", { clip: "clip-1" }, 1).value, value);
  assert.equal(predict(value, "trim", { clip: "clip-99", end: 1 }, 1).value, value);
});

test("the length follows the last clip", () => {
  assert.equal(predict(value, "trim", { clip: "clip-5", end: -60 }, 1).value.totalFrames, 1400);
});
