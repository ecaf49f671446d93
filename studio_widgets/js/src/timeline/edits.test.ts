import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeKernel } from "../../dev/fake_kernel.ts";
import { lesson, MEDIA } from "../../dev/material.ts";
import { Channel } from "../core/channel.ts";
import { TimelineDocument } from "../core/document.ts";
import type { Clip, EditCommand, Timeline } from "../core/protocol.ts";
import { clipEnd, fromJson } from "../core/value.ts";
import {
  addCrossings,
  addMedia,
  dropClips,
  crossingsFor,
  liftRange,
  moveClips,
  nextCut,
  removeThings,
  splitAt,
  titleTrack,
  underBlade,
} from "./edits.ts";
import { layOut } from "./lanes.ts";
import { DropGesture } from "./tools/drop.ts";

const value = fromJson(lesson());
const by = (clips: readonly Clip[], frames: number) =>
  clips.map((clip) => ({ clip, to: clip.startFrame + frames, up: 0 }));

async function open(json: Timeline = lesson()) {
  const kernel = new FakeKernel(fromJson(json));
  const document = new TimelineDocument(new Channel(kernel, new AbortController().signal));
  await new Promise<void>((resolve) => {
    const stop = document.subscribe(() => {
      if (document.status !== "ready") return;
      stop();
      resolve();
    });
  });
  const sent = (): EditCommand[] =>
    kernel.asked.filter(({ kind }) => kind === "timeline.edit").map(({ body }) => body as EditCommand);
  return { kernel, document, sent };
}

test("clips that move right go last first, so that none runs into another; all undo as one", async () => {
  const { document, sent } = await open();
  const clips = ["clip-4", "clip-5"].map((id) => document.value!.byId.get(id)!);
  await moveClips(document, by(clips, +60));
  assert.deepEqual(
    sent().map(({ args }) => [args["clip"], args["to"]]),
    [
      ["clip-5", 1260],
      ["clip-4", 1080],
    ],
  );
  assert.ok(sent()[0]?.group && sent()[0]?.group === sent()[1]?.group);
});

test("clips that move left go first first", async () => {
  const { document, sent } = await open();
  const clips = ["clip-4", "clip-5"].map((id) => document.value!.byId.get(id)!);
  await moveClips(document, by(clips, -60));
  assert.deepEqual(
    sent().map(({ args }) => args["clip"]),
    ["clip-4", "clip-5"],
  );
});

test("a crossfade between two clips that move together goes along", async () => {
  const { kernel, document } = await open();
  const clips = ["clip-1", "clip-2"].map((id) => document.value!.byId.get(id)!);
  await moveClips(document, by(clips, +2000));
  assert.deepEqual(
    kernel.value.transitions.map((item) => [item.leftClipId, item.durationFrames]),
    [["clip-1", 30]],
  );
});

test("one clip alone needs no group", async () => {
  const { document, sent } = await open();
  const clip = document.value!.byId.get("clip-7")!;
  await moveClips(document, [{ clip, to: 1500, up: -1 }]);
  assert.deepEqual([sent()[0]?.group, sent()[0]?.args], [null, { clip: "clip-7", to: 1500, track: "V1" }]);
});

/** The lesson with some of its clips linked. */
function linked(...ids: string[]): Timeline {
  const json = lesson();
  const clips = json.clips!.map((clip) => (ids.includes(clip.id) ? { ...clip, link: "link-1" } : clip));
  return { ...json, clips, nextIds: { ...json.nextIds, link: 2 } };
}

test("of clips that are linked one is moved, split and removed for all", async () => {
  const { kernel, document, sent } = await open(linked("clip-1", "clip-8"));
  const pair = ["clip-1", "clip-8"].map((id) => document.value!.byId.get(id)!);
  await splitAt(document, document.value!, pair, 100);
  assert.deepEqual(
    sent().map(({ op, args }) => [op, args]),
    [["split", { at: 100, track: "V1" }]],
  );
  assert.deepEqual(
    kernel.value.clips.filter((clip) => clip.link).map((clip) => clip.link),
    ["link-1", "link-2", "link-1", "link-2"],
  );
  await moveClips(document, by(pair.slice(0, 1), +5000));
  assert.equal(sent().length, 2);
});

test("a crossfade between linked clips is not asked for again", async () => {
  const { kernel, document, sent } = await open(linked("clip-1", "clip-2"));
  const clips = ["clip-1"].map((id) => document.value!.byId.get(id)!);
  await moveClips(document, by(clips, +2000));
  assert.deepEqual(
    sent().map(({ op }) => op),
    ["move"],
  );
  assert.equal(kernel.value.transitions.length, 1);
});

test("the blade cuts the selected clips under it, or every unlocked track", () => {
  assert.deepEqual(
    underBlade(value, [], 100).map((clip) => clip.id),
    ["clip-1", "clip-6", "clip-8"],
  );
  assert.deepEqual(
    underBlade(value, ["clip-8", "clip-5"], 100).map((clip) => clip.id),
    ["clip-8"],
  );
  assert.deepEqual(
    underBlade(value, [], 240).map((clip) => clip.id),
    ["clip-8"],
    "a first frame is no cut",
  );
});

test("cutting everything is one edit, as a cell would write it", async () => {
  const { document, sent } = await open();
  await splitAt(document, value, underBlade(value, [], 100), 100);
  assert.deepEqual(
    sent().map(({ args }) => args),
    [{ at: 100 }],
  );
});

test("removing takes clips in one edit, and leaves transitions that go with them to it", async () => {
  const { document, sent } = await open();
  await removeThings(document, value, ["clip-1", "transition-1", "marker-2"]);
  assert.deepEqual(
    sent().map(({ op }) => op),
    ["remove_marker", "remove"],
  );
});

test("dropped assets are added where their ghosts were, a file by its id, a take by its own, as one step", async () => {
  const { kernel, document, sent } = await open();
  kernel.media = MEDIA;
  const file = { id: "m1", recording: false, kind: "video", durationSeconds: 2, name: "x" } as const;
  const media = [file, { ...file, id: "m2", recording: true }];
  const lanes = layOut(value.tracks);
  const drop = new DropGesture(value, dropClips(value, media), lanes, "overwrite", 0);
  drop.update({ frame: 1508, y: lanes[0]!.y, zoom: 1, snapping: false });
  await addMedia(document, drop);
  assert.deepEqual(
    sent().map(({ op, args }) => [op, args]),
    [
      ["add", { source: { type: "media_file", mediaFileId: "m1", kind: "video" }, track: "V2", at: 1500 }],
      ["add", { source: { type: "recording", recordingId: "m2", kind: "video" }, track: "V2", at: 1560 }],
    ],
  );
  const groups = new Set(sent().map(({ group }) => group));
  assert.equal(groups.size, 1);
  assert.ok([...groups][0]);
});

test("a marked range is lifted from all tracks: what reaches out of it is cut, all in one step", async () => {
  const { kernel, document, sent } = await open();
  await liftRange(document, 100, 300);
  assert.deepEqual(
    sent().map(({ op, args }) => [op, args["at"]]),
    [
      ["split", 100],
      ["split", 300],
      ["remove", undefined],
    ],
  );
  assert.equal(new Set(sent().map(({ group }) => group)).size, 1);
  assert.equal(kernel.value.clips.filter((clip) => clip.startFrame < 300 && clipEnd(clip) > 100).length, 0);
});

test("deleting with closing up is an extract", async () => {
  const { kernel, document, sent } = await open();
  await removeThings(document, value, ["clip-4"], { close: true });
  assert.deepEqual(
    sent().map(({ op }) => op),
    ["extract"],
  );
  assert.equal(kernel.value.byId.get("clip-5")?.startFrame, 1020);
});

test("a title goes on the lowest free track above V1, on a new one when there is none", () => {
  assert.equal(titleTrack(value, 300, 150), "V2");
  assert.equal(titleTrack(value, 100, 150), "V3");
});

test("crossfades: at the chosen cut, or between selected neighbours, a second where there is room", () => {
  assert.deepEqual(
    crossingsFor(value, [], "clip-2").map((item) => [item.left.id, item.duration]),
    [["clip-2", 30]],
  );
  assert.deepEqual(
    crossingsFor(value, ["clip-2", "clip-3"], null).map((item) => item.left.id),
    ["clip-2"],
  );
  assert.deepEqual(crossingsFor(value, ["clip-1", "clip-2"], null), [], "there is one already");
  assert.deepEqual(crossingsFor(value, ["clip-3", "clip-4"], null), [], "there is a gap between them");
});

test("without footage beyond the cut the crossfade says why not, and nothing is sent", async () => {
  const clips = lesson().clips!.map((clip) => (clip.id === "clip-3" ? { ...clip, trimStartFrame: 0 } : clip));
  const { document, sent } = await open({ ...lesson(), clips });
  const found = crossingsFor(document.value!, [], "clip-2");
  assert.match(found[0]?.refusal ?? "", /trim both clips/);
  await addCrossings(document, found);
  assert.equal(sent().length, 0);
});

test("a dip needs no footage beyond the cut, a wipe does", () => {
  const clips = lesson().clips!.map((clip) => (clip.id === "clip-3" ? { ...clip, trimStartFrame: 0 } : clip));
  const bare = fromJson({ ...lesson(), clips });
  const [dip] = crossingsFor(bare, [], "clip-2", "dip");
  assert.deepEqual([dip?.kind, dip?.duration, dip?.refusal], ["dip", 30, ""]);
  assert.match(crossingsFor(bare, [], "clip-2", "wipe")[0]?.refusal ?? "", /A wipe is made of footage/);
});

test("stepping from cut to cut, to the ends", () => {
  assert.equal(nextCut(value, 240, 1), 660);
  assert.equal(nextCut(value, 240, -1), 180);
  assert.equal(nextCut(value, 5, -1), 0);
  assert.equal(nextCut(value, 1460, 1), 1460);
});
