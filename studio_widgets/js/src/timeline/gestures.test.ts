import assert from "node:assert/strict";
import { test } from "node:test";
import { lesson } from "../../dev/material.ts";
import { fromJson } from "../core/value.ts";
import { dropClips } from "./edits.ts";
import {
  BoxGesture,
  DropGesture,
  MarkerGesture,
  MoveGesture,
  SeekGesture,
  TrimGesture,
  type Point,
} from "./gestures.ts";
import { layOut, nearestLane } from "./lanes.ts";

const value = fromJson(lesson());
const lanes = layOut(value.tracks);
const clip = (id: string) => value.byId.get(id)!;
const laneY = (id: string): number => lanes.find((lane) => lane.track.id === id)!.y + 5;
const point = (frame: number, track = "V1", snapping = false): Point => ({ frame, y: laneY(track), zoom: 1, snapping });

function move(ids: string[], grabbed: string, from: number): MoveGesture {
  return new MoveGesture(value, lanes, ids.map(clip), clip(grabbed), from, 0);
}

test("a clip moves by what the pointer moved, wherever it was taken", () => {
  const gesture = move(["clip-7"], "clip-7", 800);
  gesture.update(point(900, "V2"));
  assert.deepEqual([gesture.moved[0]?.startFrame, gesture.moved[0]?.trackIndex, gesture.refusal], [820, 1, null]);
});

test("onto another track of its kind, but not into a clip there", () => {
  const gesture = move(["clip-7"], "clip-7", 720);
  gesture.update(point(1500, "V1"));
  assert.deepEqual([gesture.moved[0]?.trackIndex, gesture.refusal], [0, null]);
  gesture.update(point(700, "V1"));
  assert.match(gesture.refusal ?? "", /screen recording\.webm” is in the way/);
});

test("held over a track of the other kind it stays on its own", () => {
  const gesture = move(["clip-7"], "clip-7", 720);
  gesture.update(point(800, "A1"));
  assert.equal(gesture.moved[0]?.trackIndex, 1);
});

test("never before the start, however far the pointer goes", () => {
  const gesture = move(["clip-1", "clip-2"], "clip-2", 400);
  gesture.update(point(-500));
  assert.deepEqual(
    gesture.moved.map((item) => item.startFrame),
    [0, 240],
  );
});

test("clips that move together are not in each other's way", () => {
  const gesture = move(["clip-4", "clip-5"], "clip-4", 1020);
  gesture.update(point(1030));
  assert.equal(gesture.refusal, null);
});

test("a block that would leave the tracks stays on them", () => {
  const gesture = move(["clip-3", "clip-7"], "clip-3", 700);
  gesture.update(point(700, "V2"));
  assert.deepEqual(
    gesture.moved.map((item) => item.trackIndex),
    [0, 1],
  );
});

test("edges snap, and the line shows where", () => {
  const gesture = move(["clip-7"], "clip-7", 720);
  gesture.update(point(870 - 4, "V2", true));
  // Its end comes to lie on the start of clip-4.
  assert.deepEqual([gesture.moved[0]?.startFrame, gesture.ghost().snapAt], [870, 1020]);
  gesture.update(point(870 - 4, "V2", false));
  assert.deepEqual([gesture.moved[0]?.startFrame, gesture.ghost().snapAt], [866, null]);
});

test("a trim ends at the neighbour and at the source", () => {
  const tail = new TrimGesture(value, clip("clip-3"), "end", 960, 0);
  tail.update(point(1200));
  assert.deepEqual([tail.offset, tail.trimmed.durationFrames], [60, 360]);
  assert.match(tail.ghost().readout[0] ?? "", /limit/);
  const head = new TrimGesture(value, clip("clip-3"), "start", 660, 0);
  head.update(point(9999));
  assert.equal(head.trimmed.durationFrames, 1);
});

test("a trim snaps to cuts on other tracks, and says the new duration", () => {
  const tail = new TrimGesture(value, clip("clip-7"), "end", 870, 0);
  tail.update({ ...point(957), snapping: true });
  assert.deepEqual([tail.offset, tail.ghost().snapAt], [90, 960]);
  assert.equal(tail.ghost().readout[1], "Duration 00:00:08:00");
});

test("the rubber band adds to what was selected", () => {
  const gesture = new BoxGesture(value, lanes, ["clip-8"], point(990));
  gesture.update(point(1100));
  assert.deepEqual(gesture.selected, ["clip-8", "clip-4"]);
});

test("seeking snaps to cuts and never goes below 0", () => {
  const gesture = new SeekGesture(value);
  gesture.update({ ...point(243), snapping: true });
  assert.equal(gesture.frame, 240);
  gesture.update(point(-20));
  assert.equal(gesture.frame, 0);
});

test("two markers do not share a frame", () => {
  const gesture = new MarkerGesture(value, value.markers[0]!, 0);
  gesture.update(point(660));
  assert.match(gesture.refusal ?? "", /Demonstration/);
  gesture.update(point(661));
  assert.equal(gesture.refusal, null);
});

const place = (y: number, kind: "video" | "audio") => nearestLane(lanes, y, kind);

test("a dropped sound lands on the nearest sound track, pictures on theirs", () => {
  const media = { id: "a0", recording: false, kind: "audio", durationSeconds: 2, name: "music.mp3" } as const;
  const drop = new DropGesture(value, dropClips(value, [media]), place, 0);
  drop.update(point(1200, "V2"));
  const [sound] = drop.clips;
  assert.deepEqual([sound!.trackIndex, sound!.durationFrames, drop.refusal], [2, 60, null]);
  drop.update(point(300, "A1"));
  assert.match(drop.refusal ?? "", /music\.mp3” is in the way/);
});

test("several dropped assets follow each other, each on a track of its kind", () => {
  const media = (kind: "video" | "audio" | "image") => ({
    id: kind,
    name: kind,
    kind,
    durationSeconds: 2,
    recording: false,
  });
  const drop = new DropGesture(value, dropClips(value, [media("video"), media("audio"), media("image")]), place, 0);
  drop.update(point(1500, "V2"));
  const first = drop.clips[0]!.startFrame;
  assert.deepEqual(
    drop.clips.map(({ trackIndex, startFrame, durationFrames }) => [trackIndex, startFrame - first, durationFrames]),
    [
      [1, 0, 60],
      [2, 60, 60],
      [1, 120, 150],
    ],
  );
  assert.equal(drop.refusal, null);
  assert.deepEqual(drop.ghost().clips, drop.clips);
});
