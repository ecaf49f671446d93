import assert from "node:assert/strict";
import { test } from "node:test";
import { lesson } from "../../dev/material.ts";
import { fromJson } from "../core/value.ts";
import { clipsInBox, gripsOf, hitLanes, hitRuler, transitionRange } from "./hit.ts";
import { layOut } from "./lanes.ts";
import type { Viewport } from "./viewport.ts";

const value = fromJson(lesson());
const lanes = layOut(value.tracks);
const view: Viewport = { zoom: 1, scroll: 0, top: 0, width: 1500, height: 300 };
const v1 = lanes[1]!.y + 10;
const at = (x: number, y = v1) => hitLanes(value, lanes, view, x, y);

test("the middle of a clip is the clip", () => {
  const hit = at(400);
  assert.ok(hit.kind === "clip" && hit.clip.id === "clip-2");
});

test("near its ends is an edge; free edges reach outwards too", () => {
  const start = at(1018);
  assert.ok(start.kind === "edge" && start.clip.id === "clip-4" && start.edge === "start" && start.cut === null);
  const end = at(963);
  assert.ok(end.kind === "edge" && end.clip.id === "clip-3" && end.edge === "end");
});

test("at a cut the side of the pointer is trimmed, and the cut is named by its left clip", () => {
  const before = at(658);
  assert.ok(
    before.kind === "edge" && before.clip.id === "clip-2" && before.edge === "end" && before.cut?.id === "clip-2",
  );
  const after = at(661);
  assert.ok(
    after.kind === "edge" && after.clip.id === "clip-3" && after.edge === "start" && after.cut?.id === "clip-2",
  );
});

test("clips too narrow for edges can still be taken", () => {
  const narrow = hitLanes(value, lanes, { ...view, zoom: 0.05 }, 41, v1);
  assert.equal(narrow.kind, "clip");
});

test("a transition is taken by its lower part, and is centred on its cut", () => {
  assert.deepEqual(transitionRange(value, value.transitions[0]!), [225, 255]);
  assert.equal(at(240, lanes[1]!.y + 55).kind, "transition");
  assert.equal(at(240).kind, "edge");
});

test("empty lanes and the room below them", () => {
  const lane = at(990);
  assert.ok(lane.kind === "lane" && lane.lane.track.id === "V1");
  assert.equal(at(990, 290).kind, "nothing");
});

test("scrolled down, heights count from the first lane", () => {
  const hit = hitLanes(value, lanes, { ...view, top: lanes[1]!.y }, 400, 10);
  assert.ok(hit.kind === "clip" && hit.clip.id === "clip-2");
});

test("the ruler: markers, the playhead, a frame to seek to", () => {
  assert.equal(hitRuler(value, view, 300, 660, 20, 32).kind, "marker");
  assert.equal(hitRuler(value, view, 300, 303, 20, 32).kind, "playhead");
  assert.deepEqual(hitRuler(value, view, 300, 412.4, 5, 32), { kind: "ruler", frame: 412 });
});

test("a rubber band takes what it touches, drawn in any direction", () => {
  const [top, bottom] = [lanes[0]!.y, lanes[1]!.y + 5];
  const down = clipsInBox(value, lanes, [600, 700], [top, bottom]);
  assert.deepEqual([...down].sort(), ["clip-2", "clip-3"]);
  assert.deepEqual(clipsInBox(value, lanes, [700, 600], [bottom, top]), down);
});

test("the picture's fades and the sound's have a row of grips each", () => {
  const hit = (x: number, y: number) => hitLanes(value, lanes, view, x, lanes[1]!.y + y, () => true);
  const [upper, lower] = [hit(11, 23), hit(11, 36)];
  assert.ok(upper.kind === "fade" && upper.of === "picture" && upper.edge === "start");
  assert.ok(lower.kind === "fade" && lower.of === "sound" && lower.edge === "start");
  const faded = { ...value.byId.get("clip-2")!, fades: { outFrames: 50 } };
  const [picture, sound] = gripsOf(faded, lanes[1]!, view);
  assert.equal(sound!.end - picture!.end, 50 - 11);
  const low = { ...lanes[1]!, height: 36 };
  assert.deepEqual(
    gripsOf(faded, low, view).map(({ of }) => of),
    ["sound"],
  );
  const title = value.byId.get("clip-6")!;
  assert.deepEqual(
    gripsOf(title, lanes[0]!, view).map(({ of }) => of),
    ["picture"],
  );
});
