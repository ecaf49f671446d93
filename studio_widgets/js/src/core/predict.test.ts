import assert from "node:assert/strict";
import { test } from "node:test";
import { lesson } from "../../dev/material.ts";
import { keyedFrames } from "./looks.ts";
import { predict } from "./predict.ts";
import type { Clip } from "./protocol.ts";
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

/** The lesson with looks on one of its clips. */
function withLooks(id: string, looks: Partial<Clip>) {
  const json = lesson();
  return fromJson({ ...json, clips: json.clips!.map((item) => (item.id === id ? { ...item, ...looks } : item)) });
}

const looks: Partial<Clip> = {
  audio: { fadeInFrames: 20, fadeOutFrames: 30 },
  fades: { inFrames: 10, outFrames: 40 },
  curves: [
    {
      property: "x",
      keys: [
        { frame: 40, value: 0 },
        { frame: 90, value: 1, ease: "smooth" },
      ],
    },
  ],
};

test("of a clip that is split the left part keeps the fades in, the right those out, both the keyframes", () => {
  const faded = withLooks("clip-1", looks);
  const parts = (after: typeof value, right: string) => ["clip-1", right].map((id) => after.byId.get(id)!);
  const split = parts(predict(faded, "split", { at: 100, track: "V1" }, 1).value, "~1.0");
  const source = { type: "media_file", mediaFileId: "m1" };
  const put = predict(faded, "insert", { source, track: "V1", at: 100, duration: 9 }, 1).value;
  for (const [left, right] of [split, parts(put, "~1.1")]) {
    assert.deepEqual(
      [left!.audio, right!.audio],
      [
        { fadeInFrames: 20, fadeOutFrames: 0 },
        { fadeInFrames: 0, fadeOutFrames: 30 },
      ],
    );
    assert.deepEqual(
      [left!.fades, right!.fades],
      [
        { inFrames: 10, outFrames: 0 },
        { inFrames: 0, outFrames: 40 },
      ],
    );
    assert.deepEqual([left!.curves, right!.curves], [looks.curves, looks.curves]);
  }
});

test("what is laid over a clip leaves the fades of the ends that are left", () => {
  const source = { type: "media_file", mediaFileId: "m1" };
  const args = { source, track: "V1", at: 100, duration: 20 };
  const after = predict(withLooks("clip-1", looks), "overwrite", args, 1).value;
  assert.equal(after.byId.get("clip-1")!.fades?.outFrames, 0);
  assert.equal(after.byId.get("~1.1")!.fades?.inFrames, 0);
});

test("fades yield to a trim, the one out first", () => {
  const trimmed = predict(withLooks("clip-1", looks), "trim", { clip: "clip-1", end: -205 }, 1).value.byId.get(
    "clip-1",
  )!;
  assert.deepEqual([trimmed.durationFrames, trimmed.fades], [35, { inFrames: 10, outFrames: 25 }]);
  assert.deepEqual(trimmed.audio, { fadeInFrames: 20, fadeOutFrames: 15 });
});

test("keyframes of a still slide with its range", () => {
  const title = withLooks("clip-6", { curves: [{ property: "opacity", keys: [{ frame: 5, value: 0 }] }] });
  const grown = predict(title, "trim", { clip: "clip-6", start: -20 }, 1).value.byId.get("clip-6")!;
  assert.deepEqual(grown.curves, [{ property: "opacity", keys: [{ frame: 25, value: 0 }] }]);
  assert.deepEqual(keyedFrames(grown), keyedFrames(title.byId.get("clip-6")!));
});

test("a stretched clip keeps its keyframes at their pictures", () => {
  const slow = predict(withLooks("clip-1", looks), "stretch", { clip: "clip-1", speed: "1/2" }, 1).value;
  assert.deepEqual(
    slow.byId.get("clip-1")!.curves?.[0]?.keys.map(({ frame }) => frame),
    [80, 180],
  );
});

test("picture fades are seen before the kernel has answered", () => {
  const after = predict(value, "set_fades", { clip: "clip-1", fade_out: 12 }, 1).value;
  assert.deepEqual(after.byId.get("clip-1")!.fades, { inFrames: 0, outFrames: 12 });
});
