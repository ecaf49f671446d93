import assert from "node:assert/strict";
import { test } from "node:test";
import { lesson } from "../../../dev/material.ts";
import type { Timeline } from "../../core/protocol.ts";
import { clipEnd, fromJson, type TimelineValue } from "../../core/value.ts";
import { dropClips } from "../edits.ts";
import { layOut } from "../lanes.ts";
import type { Edge, EdgeMode } from "../limits.ts";
import { BladeGesture } from "./blade.ts";
import { BoxGesture } from "./box.ts";
import { DropGesture, type DropMode } from "./drop.ts";
import { EdgeGesture } from "./edge.ts";
import type { Point } from "./gesture.ts";
import { FadeGesture, TransitionGesture } from "./looks.ts";
import { MoveGesture } from "./move.ts";
import { MarkerGesture, SeekGesture } from "./ruler.ts";
import { SlideGesture, SlipGesture } from "./source.ts";

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

test("onto another track of its kind; what lies there pushes it aside, to the nearer side", () => {
  const gesture = move(["clip-7"], "clip-7", 720);
  gesture.update(point(1500, "V1"));
  assert.deepEqual([gesture.moved[0]?.trackIndex, gesture.refusal], [0, null]);
  // clip-3 lies on 660..960, clip-2 ends where it starts, and behind it are 60 free frames: not enough
  gesture.update(point(1010, "V1"));
  assert.deepEqual([gesture.moved[0]?.startFrame, gesture.refusal], [1460, null]);
});

test("onto a locked track is refused", () => {
  const locked = withTracks((track) => ({ ...track, locked: track.id === "V1" }));
  const gesture = new MoveGesture(locked, lanes, [clip("clip-7")], clip("clip-7"), 720, 0);
  gesture.update(point(1500, "V1"));
  assert.match(gesture.refusal ?? "", /V1 is locked/);
});

test("above all tracks a new one is made, with one clip more than there are", () => {
  const gesture = move(["clip-7"], "clip-7", 720);
  gesture.update({ ...point(720), y: -4 });
  assert.deepEqual([gesture.moved[0]?.trackIndex, gesture.ghost().newTrack, gesture.refusal], [4, "video", null]);
  assert.match(gesture.ghost().readout[0] ?? "", /new V3/);
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

function edge(mode: EdgeMode, id: string, side: Edge, of: TimelineValue = value): EdgeGesture {
  const held = of.byId.get(id)!;
  return new EdgeGesture(of, mode, held, side, side === "start" ? held.startFrame : clipEnd(held), 0);
}
const ghostOf = (gesture: { ghost(): { clips: readonly { id: string }[] } | null }, id: string) =>
  gesture.ghost()!.clips.find((item) => item.id === id) as ReturnType<typeof clip> | undefined;

test("a trim ends at the neighbour and at the source", () => {
  const tail = edge("trim", "clip-3", "end");
  tail.update(point(1200));
  assert.deepEqual([tail.offset, ghostOf(tail, "clip-3")?.durationFrames], [60, 360]);
  assert.match(tail.ghost().readout[0] ?? "", /limit/);
  const head = edge("trim", "clip-3", "start");
  head.update(point(9999));
  assert.equal(ghostOf(head, "clip-3")?.durationFrames, 1);
});

test("a trim snaps to cuts on other tracks, and says the new duration", () => {
  const tail = edge("trim", "clip-7", "end");
  tail.update({ ...point(957), snapping: true });
  assert.deepEqual([tail.offset, tail.ghost().snapAt], [90, 960]);
  assert.equal(tail.ghost().readout[1], "Duration 00:00:08:00");
});

test("linked clips are trimmed as one, and Alt leaves the partner out", () => {
  const pair = linked("clip-1", "clip-8");
  const head = edge("trim", "clip-1", "start", pair);
  head.update(point(10));
  assert.deepEqual([ghostOf(head, "clip-1")?.startFrame, ghostOf(head, "clip-8")?.startFrame], [10, 10]);
  head.update({ ...point(10), alone: true });
  assert.deepEqual([ghostOf(head, "clip-1")?.startFrame, ghostOf(head, "clip-8")], [10, undefined]);
});

test("a ripple takes what follows along and is not held up by it", () => {
  const tail = edge("ripple", "clip-3", "end");
  tail.update(point(1200));
  assert.equal(tail.offset, 240);
  assert.deepEqual(tail.ghost().pushes, [{ trackIndex: 0, frame: 1020, by: 240 }]);
  const head = edge("ripple", "clip-3", "start");
  head.update(point(700));
  assert.deepEqual([ghostOf(head, "clip-3")?.startFrame, ghostOf(head, "clip-3")?.durationFrames], [660, 260]);
  assert.equal(head.ghost().pushes[0]?.by, -40);
});

test("a ripple moves what is linked with what follows, and stops where that runs into something", () => {
  // clip-5 on V1 with a sound that begins 10 frames after another one
  const json = lesson();
  const clips = json.clips!.map((item) => (item.id === "clip-5" ? { ...item, link: "link-1" } : item));
  const sound = { ...clips.find((item) => item.id === "clip-5")!, id: "clip-9", trackIndex: 2, startFrame: 1200 };
  const pair = fromJson({ ...json, clips: [...clips, sound] } as Timeline);
  const tail = edge("ripple", "clip-4", "end", pair);
  tail.update(point(0));
  // clip-8 ends at 1140: the sound can come 60 frames earlier
  assert.equal(tail.offset, -60);
  assert.deepEqual(
    tail.ghost().pushes.map(({ trackIndex, frame }) => [trackIndex, frame]),
    [
      [0, 1200],
      [2, 1200],
    ],
  );
  tail.update({ ...point(0), alone: true });
  assert.equal(tail.offset, -179);
});

test("a roll moves one cut: what one clip gives the other takes, as far as both sources go", () => {
  const cut = edge("roll", "clip-3", "start");
  cut.update(point(650));
  assert.deepEqual([ghostOf(cut, "clip-2")?.durationFrames, ghostOf(cut, "clip-3")?.startFrame], [410, 650]);
  cut.update(point(0));
  assert.equal(cut.offset, -30, "the head of clip-3 has 30 frames before it");
  const free = edge("roll", "clip-3", "end");
  free.update(point(970));
  assert.deepEqual(
    [free.offset, free.refusal],
    [0, "No clip touches it there: a roll moves the cut between two clips"],
  );
});

test("a slip shows what was before when it is dragged to the right, up to the end of the source", () => {
  const slip = new SlipGesture(value, clip("clip-2"), 300);
  slip.update(point(310));
  assert.deepEqual([slip.offset, ghostOf(slip, "clip-2")?.trimStartFrame], [-10, 20]);
  assert.equal(ghostOf(slip, "clip-2")?.startFrame, 240);
  assert.match(slip.ghost().readout[1] ?? "", /In 00:00:00:20 · Out 00:00:14:20/);
  slip.update(point(900));
  assert.equal(slip.offset, -30);
  const still = new SlipGesture(value, clip("clip-4"), 1100);
  still.update(point(1000));
  assert.match(still.refusal ?? "", /nothing to slip/);
});

test("a slide takes from one neighbour what it gives to the other", () => {
  const slide = new SlideGesture(value, clip("clip-2"), 300, 0);
  slide.update(point(320));
  assert.deepEqual(
    ["clip-1", "clip-2", "clip-3"].map((id) => [ghostOf(slide, id)?.startFrame, ghostOf(slide, id)?.durationFrames]),
    [
      [0, 260],
      [260, 420],
      [680, 280],
    ],
  );
  slide.update(point(0));
  assert.equal(slide.offset, -30, "clip-3 has no more before its start");
  assert.match(new SlideGesture(value, clip("clip-1"), 0, 0).refusal ?? "", /No clip comes before it/);
});

test("a gap beside a sliding clip is room", () => {
  const slide = new SlideGesture(value, clip("clip-4"), 1100, 0);
  slide.update(point(1000));
  assert.equal(slide.offset, -30, "clip-5 gives its 30 frames");
  assert.equal(ghostOf(slide, "clip-3"), undefined);
});

test("the blade cuts under the pointer, with Shift everything there", () => {
  const blade = new BladeGesture(value, lanes, 0);
  blade.update(point(100, "V1"));
  assert.deepEqual([blade.frame, blade.clips.map((item) => item.id)], [100, ["clip-1"]]);
  blade.update({ ...point(100, "V1"), other: true });
  assert.deepEqual(
    blade.clips.map((item) => item.id),
    ["clip-1", "clip-6", "clip-8"],
  );
  blade.update(point(240, "V1"));
  assert.deepEqual(blade.clips, [], "a cut is there already");
});

test("a fade goes from its end inwards, up to the other one", () => {
  const fade = new FadeGesture(value, { ...clip("clip-8"), audio: { fadeOutFrames: 1000 } }, "start", "sound");
  fade.update(point(45));
  assert.equal(fade.length, 45);
  fade.update(point(700));
  assert.equal(fade.length, 140);
  fade.update(point(-9));
  assert.equal(fade.length, 0);
});

test("a picture's fade is its own", () => {
  const both = { ...clip("clip-1"), audio: { fadeInFrames: 200 }, fades: { inFrames: 10 } };
  const fade = new FadeGesture(value, both, "end", "picture");
  fade.update(point(clipEnd(both) - 500));
  assert.equal(fade.length, both.durationFrames - 10);
  assert.deepEqual(fade.faded.fades, { inFrames: 10, outFrames: fade.length });
  assert.equal(fade.faded.audio, both.audio);
  assert.match(ghostOf(fade, "clip-1") ? fade.ghost().readout.join() : "", /Picture fade out .* limit/);
});

test("a transition grows on both sides of its cut, up to the footage there is", () => {
  const gesture = new TransitionGesture(value, value.transitions[0]!);
  gesture.update(point(240 + 20));
  assert.equal(gesture.duration, 40);
  gesture.update(point(240 - 22));
  assert.equal(gesture.duration, 44);
  gesture.update(point(500));
  assert.equal(gesture.duration, 61, "clip-2 lends 30 frames before its start");
  gesture.update(point(240));
  assert.equal(gesture.duration, 2);
});

/** The lesson with other tracks. */
function withTracks(
  change: (track: NonNullable<Timeline["tracks"]>[number]) => NonNullable<Timeline["tracks"]>[number],
) {
  return fromJson({ ...lesson(), tracks: lesson().tracks!.map(change) });
}

/** The lesson with some of its clips linked. */
function linked(...ids: string[]): TimelineValue {
  const json = lesson();
  return fromJson({
    ...json,
    clips: json.clips!.map((item) => (ids.includes(item.id) ? { ...item, link: "link-1" } : item)),
  });
}

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

const drop = (media: Parameters<typeof dropClips>[1], mode: DropMode = "overwrite") =>
  new DropGesture(value, dropClips(value, media), lanes, mode, 0);
const asset = (kind: "video" | "audio" | "image") => ({
  id: kind,
  name: kind,
  kind,
  durationSeconds: 2,
  recording: false,
});
const ops = (gesture: DropGesture) => gesture.clips.map((item) => gesture.opFor(item));

test("a dropped sound lands on the nearest sound track, pictures on theirs; on free frames it is only added", () => {
  const gesture = drop([asset("audio")]);
  gesture.update(point(1200, "V2"));
  const [sound] = gesture.clips;
  assert.deepEqual([sound!.trackIndex, sound!.durationFrames, gesture.refusal], [2, 60, null]);
  assert.deepEqual([ops(gesture), gesture.covered], [["add"], 0]);
});

test("where clips lie a drop overwrites or inserts; Shift is the other", () => {
  const gesture = drop([asset("audio")]);
  gesture.update(point(300, "A1"));
  assert.deepEqual([ops(gesture), gesture.covered], [["overwrite"], 1]);
  gesture.update({ ...point(300, "A1"), other: true });
  assert.deepEqual([ops(gesture), gesture.covered, gesture.ghost().pushes[0]?.by], [["insert"], 0, 60]);
});

test("beyond the tracks a drop makes one: pictures above, sound below", () => {
  const gesture = drop([asset("video")]);
  gesture.update({ ...point(0), y: 2 });
  assert.deepEqual([gesture.trackOf(gesture.clips[0]!), gesture.ghost().newTrack], ["V3", "video"]);
  const sound = drop([asset("audio")]);
  sound.update({ ...point(0), y: 5000 });
  assert.equal(sound.trackOf(sound.clips[0]!), "A3");
});

test("several dropped assets follow each other, each on a track of its kind", () => {
  const gesture = drop([asset("video"), asset("audio"), asset("image")]);
  gesture.update(point(1500, "V2"));
  const first = gesture.clips[0]!.startFrame;
  assert.deepEqual(
    gesture.clips.map(({ trackIndex, startFrame, durationFrames }) => [trackIndex, startFrame - first, durationFrames]),
    [
      [1, 0, 60],
      [2, 60, 60],
      [1, 120, 150],
    ],
  );
  assert.deepEqual(gesture.ghost().clips, gesture.clips);
});
