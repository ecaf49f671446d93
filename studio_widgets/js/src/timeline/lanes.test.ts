import assert from "node:assert/strict";
import { test } from "node:test";
import { large, lesson } from "../../dev/material.ts";
import { clipEnd, fromJson } from "../core/value.ts";
import { clipAt, firstEndingAfter, firstInTheWay } from "../core/search.ts";
import { laneAt, lanesHeight, layOut, nearestLane } from "./lanes.ts";

const value = fromJson(lesson());
const lanes = layOut(value.tracks);

test("pictures lie on top, the highest track first, sound below", () => {
  assert.deepEqual(
    lanes.map((lane) => lane.track.id),
    ["V2", "V1", "A1", "A2"],
  );
});

test("a track lies where its id says, however the list has it, and is as high as it is set", () => {
  const moved = layOut([
    { id: "V2", kind: "video" },
    { id: "A1", kind: "audio", height: 90 },
    { id: "V1", kind: "video" },
  ]);
  assert.deepEqual(
    moved.map((lane) => [lane.track.id, lane.trackIndex, lane.height]),
    [
      ["V2", 0, 56],
      ["V1", 2, 56],
      ["A1", 1, 90],
    ],
  );
});

test("every height belongs to its lane, the gap between the kinds to none", () => {
  for (const lane of lanes) {
    assert.equal(laneAt(lanes, lane.y), lane);
    assert.equal(laneAt(lanes, lane.y + lane.height - 1), lane);
  }
  assert.equal(laneAt(lanes, lanes[1]!.y + lanes[1]!.height), null);
  assert.equal(laneAt(lanes, lanesHeight(lanes)), null);
});

test("a dragged asset goes to the nearest lane of its kind", () => {
  assert.equal(nearestLane(lanes, lanes[3]!.y, "video")?.track.id, "V1");
  assert.equal(nearestLane(lanes, -50, "audio")?.track.id, "A1");
  assert.equal(nearestLane([], 0, "audio"), null);
});

test("the clip under a frame: its first frame is in, its end is out", () => {
  const clips = value.lanes[0]!;
  assert.equal(clipAt(clips, 240)?.id, "clip-2");
  assert.equal(clipAt(clips, 239)?.id, "clip-1");
  assert.equal(clipAt(clips, 1000), null);
});

test("bisection agrees with looking at every clip", () => {
  const big = fromJson(large(2000, 4));
  for (const clips of big.lanes) {
    for (let frame = 0; frame < 9000; frame += 37) {
      const plain = clips.findIndex((clip) => clipEnd(clip) > frame);
      assert.equal(firstEndingAfter(clips, frame), plain < 0 ? clips.length : plain);
    }
  }
});

test("what is in the way: touching is not, what moves along is not", () => {
  const clips = value.lanes[0]!;
  assert.equal(firstInTheWay(clips, 960, 1020), null);
  assert.equal(firstInTheWay(clips, 959, 1020)?.id, "clip-3");
  assert.equal(firstInTheWay(clips, 900, 1021, new Set(["clip-3"]))?.id, "clip-4");
});
