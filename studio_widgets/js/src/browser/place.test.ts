import assert from "node:assert/strict";
import { test } from "node:test";
import { framesOf } from "../core/media.ts";
import type { Clip } from "../core/protocol.ts";
import { parseRate } from "../core/timecode.ts";
import { fromJson } from "../core/value.ts";
import { freeTrack } from "./place.ts";

const rate = parseRate("30");
const clip = (id: string, trackIndex: number, startFrame: number, durationFrames: number): Clip => ({
  id,
  name: id,
  trackIndex,
  startFrame,
  durationFrames,
  trimStartFrame: 0,
  trimEndFrame: durationFrames,
  source: { type: "media_file", mediaFileId: id },
});
const value = (clips: Clip[], locked = false) =>
  fromJson({
    tracks: [
      { id: "V1", kind: "video", locked },
      { id: "V2", kind: "video" },
      { id: "A1", kind: "audio" },
    ],
    clips,
  });

test("a file fills whole frames, a still five seconds", () => {
  assert.equal(framesOf({ kind: "video", durationSeconds: 1.01 }, rate), 31);
  assert.equal(framesOf({ kind: "video", durationSeconds: 1 / 3 }, rate), 10);
  assert.equal(framesOf({ kind: "image" }, parseRate("25")), 125);
});

test("it goes on the lowest free track of its kind", () => {
  assert.equal(freeTrack(value([]), "video", 0, 30), "V1");
  assert.equal(freeTrack(value([]), "audio", 0, 30), "A1");
  assert.equal(freeTrack(value([clip("a", 0, 0, 30)]), "video", 29, 30), "V2");
  assert.equal(freeTrack(value([clip("a", 0, 0, 30)]), "video", 30, 30), "V1");
  assert.equal(freeTrack(value([], true), "image", 0, 30), "V2");
});

test("with no track free, one is made above", () => {
  assert.equal(freeTrack(value([clip("a", 0, 0, 30), clip("b", 1, 10, 30)]), "video", 15, 5), "V3");
  assert.equal(freeTrack(value([clip("a", 2, 0, 30)]), "audio", 0, 5), "A2");
});
