import assert from "node:assert/strict";
import { test } from "node:test";
import { lesson } from "../../dev/material.ts";
import { fromJson } from "../core/value.ts";
import { adjacentAfter, longestTransition, refusePlace, trimRange } from "./limits.ts";

const value = fromJson(lesson());
const clip = (id: string) => value.byId.get(id)!;

test("a head may come back as far as the source or the clip before", () => {
  assert.deepEqual(trimRange(value, clip("clip-3"), "start"), { min: 0, max: 299 });
  // clip-5 begins 30 frames into its source, but clip-4 ends where it starts.
  assert.equal(trimRange(value, clip("clip-5"), "start").min, 0);
  assert.equal(trimRange(value, clip("clip-7"), "start").min, -30);
});

test("a tail ends with the source, or at the next clip", () => {
  assert.equal(trimRange(value, clip("clip-5"), "end").max, 48 * 30 - 290);
  assert.equal(trimRange(value, clip("clip-3"), "end").max, 60);
  assert.equal(trimRange(value, clip("clip-4"), "end").max, 0);
  assert.equal(trimRange(value, clip("clip-5"), "end").min, -259);
});

test("titles and stills have no end of their own", () => {
  assert.equal(trimRange(value, clip("clip-6"), "start").min, -30);
  assert.equal(trimRange(value, clip("clip-6"), "end").max, 720 - 180);
});

test("a crossfade is as long as what lies beyond the cut", () => {
  const left = { ...clip("clip-1"), trimEndFrame: 590 };
  // 10 frames of the left source are left: at most 20 in all, 10 of them after the cut.
  assert.equal(longestTransition(left, clip("clip-2"), "crossfade"), 20);
  const untrimmed = { ...clip("clip-2"), trimStartFrame: 0 };
  assert.ok(longestTransition(clip("clip-1"), untrimmed, "wipe") < 2);
});

test("adjacent means touching", () => {
  assert.equal(adjacentAfter(value, clip("clip-1"))?.id, "clip-2");
  assert.equal(adjacentAfter(value, clip("clip-3")), null);
});

test("a place is refused with the reason", () => {
  const why = (track: number, start: number, kind: "video" | "audio" = "video"): string | undefined =>
    refusePlace(value, track, start, 60, kind)?.reason;
  assert.equal(why(0, 960), undefined);
  assert.match(why(0, 930) ?? "", /screen recording\.webm” is in the way/);
  assert.match(why(2, 2000) ?? "", /A1 takes only sound/);
  assert.match(why(0, -1) ?? "", /Before the start/);
  assert.match(why(9, 0) ?? "", /no track/);
  const locked = fromJson({ ...lesson(), tracks: [{ id: "V1", kind: "video", locked: true }], clips: [] });
  assert.match(refusePlace(locked, 0, 0, 10, "video")?.reason ?? "", /V1 is locked/);
});
