import assert from "node:assert/strict";
import { test } from "node:test";
import { keyAt, placesOf, valueAt } from "./motion.ts";
import type { Clip, Curve, Ease } from "./protocol.ts";

const clip = { id: "clip-1", startFrame: 100, durationFrames: 20, trimStartFrame: 10 } as Clip;
const curve = (ease: Ease): Curve => ({
  property: "opacity",
  keys: [
    { frame: 5, value: 0 },
    { frame: 12, value: 1, ease },
    { frame: 20, value: 0 },
  ],
});

test("between keyframes the value goes straight, slowly at both ends, or jumps", () => {
  const at = [2, 4, 6, 8, 10, 19];
  const rounded = (ease: Ease) => at.map((frame) => Number(valueAt(clip, curve(ease), frame).toFixed(3)));
  assert.deepEqual(rounded("linear"), [1, 0.75, 0.5, 0.25, 0, 0]);
  assert.deepEqual(rounded("smooth"), [1, 0.844, 0.5, 0.156, 0, 0]);
  assert.deepEqual(rounded("hold"), [1, 1, 1, 1, 0, 0]);
});

test("before the first keyframe the value stays, and one in a handle counts", () => {
  assert.equal(valueAt(clip, curve("linear"), -20), 0);
  assert.equal(Number(valueAt(clip, curve("linear"), 0).toFixed(3)), 0.714);
});

test("keyframes are counted from the clip's start, those in its handles are no places in it", () => {
  assert.deepEqual(placesOf(clip, curve("linear")), [2, 10]);
  assert.equal(keyAt(clip, curve("linear"), 2)?.value, 1);
  assert.equal(keyAt(clip, curve("linear"), 3), undefined);
});
