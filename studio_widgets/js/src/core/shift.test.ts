import assert from "node:assert/strict";
import { test } from "node:test";
import { lesson } from "../../dev/material.ts";
import { predict } from "./predict.ts";
import type { Clip } from "./protocol.ts";
import { offsetsOf } from "./shift.ts";
import { fromJson } from "./value.ts";

/** Pictures a, b on V1; their sounds, and one behind them, on A1. */
function linked() {
  const json = lesson();
  const base = json.clips![0]!;
  const clip = (id: string, trackIndex: number, startFrame: number, link?: string): Clip => ({
    ...base,
    ...(link ? { link } : {}),
    id,
    trackIndex,
    startFrame,
    durationFrames: 100,
    trimStartFrame: 50,
    trimEndFrame: 150,
  });
  return fromJson({
    ...json,
    transitions: [],
    clips: [
      clip("a", 0, 0, "link-1"),
      clip("b", 0, 100, "link-2"),
      clip("A", 2, 0, "link-1"),
      clip("B", 2, 150, "link-2"),
      clip("C", 2, 300),
    ],
  });
}

const value = linked();
const places = (of = value): Record<string, number> =>
  Object.fromEntries(of.clips.map((clip) => [clip.id, clip.startFrame]));

test("what follows moves, what is linked with it too, and all that follows there", () => {
  const offsets = offsetsOf(value, [{ trackIndex: 0, frame: 100, by: 7 }]);
  assert.deepEqual(Object.fromEntries(offsets), { b: 7, B: 7, C: 7 });
});

test("alone only the track itself moves", () => {
  const offsets = offsetsOf(value, [{ trackIndex: 0, frame: 100, by: 7 }], undefined, true);
  assert.deepEqual(Object.fromEntries(offsets), { b: 7 });
});

test("ripple, extract, close gap and insert are guessed as the engine does them", () => {
  const after = (op: string, args: Record<string, unknown>) => predict(value, op, args, 1).value;
  assert.deepEqual(places(after("ripple", { clip: "a", end: -10 })), { a: 0, b: 90, A: 0, B: 140, C: 290 });
  assert.deepEqual(places(after("ripple", { clip: "a", end: -10, alone: true })), {
    a: 0,
    b: 90,
    A: 0,
    B: 150,
    C: 300,
  });
  assert.deepEqual(places(after("extract", { clips: ["a"] })), { b: 0, B: 50, C: 200 });
  assert.deepEqual(places(after("close_gap", { at: 260, track: "A1" })), { a: 0, b: 100, A: 0, B: 150, C: 250 });
  const source = value.clips[0]!.source;
  const inserted = predict(value, "insert", { source, track: "V1", at: 100 }, 1, { durationFrames: 30, name: "n" });
  assert.deepEqual(places(inserted.value), { a: 0, "~1.0": 100, b: 130, A: 0, B: 180, C: 330 });
  assert.deepEqual(inserted.created, ["~1.0"]);
});

test("overwrite takes frames from what lies there, and leaves the rest", () => {
  const source = value.clips[0]!.source;
  const hint = { durationFrames: 20, name: "n" };
  const spanned = predict(value, "overwrite", { source, track: "V1", at: 40 }, 1, hint).value;
  assert.deepEqual(
    spanned.lanes[0]!.map((clip) => [clip.startFrame, clip.durationFrames]),
    [
      [0, 40],
      [40, 20],
      [60, 40],
      [100, 100],
    ],
  );
});
