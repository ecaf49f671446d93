import assert from "node:assert/strict";
import { test } from "node:test";
import { lesson } from "../../dev/material.ts";
import { fromJson } from "../core/value.ts";
import { nearestTarget, snapEdges, snapTargets } from "./snap.ts";

const value = fromJson(lesson());
const targets = snapTargets(value, 500, new Set(["clip-3"]));

test("cuts, markers, the playhead and the start are targets; the dragged clip is not", () => {
  const all = new Set(targets);
  for (const frame of [0, 240, 500, 660, 1020, 1460]) assert.ok(all.has(frame), String(frame));
  assert.ok(!all.has(960), "the end of clip-3");
});

test("the nearest target, on either side and beyond the ends", () => {
  assert.equal(nearestTarget(targets, 245), 240);
  assert.equal(nearestTarget(targets, 495), 500);
  assert.equal(nearestTarget(targets, 9999), 1460);
  assert.equal(nearestTarget(new Int32Array(), 5), NaN);
});

test("of the edges that move together the closest decides", () => {
  assert.deepEqual(snapEdges(targets, [237, 662], 10), { shift: -2, at: 660 });
});

test("out of reach nothing snaps", () => {
  assert.deepEqual(snapEdges(targets, [300], 10), { shift: 0, at: null });
});

test("an edge that lies on a target snaps to it", () => {
  assert.deepEqual(snapEdges(targets, [240], 10), { shift: 0, at: 240 });
});
