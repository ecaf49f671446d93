import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeKernel, type FakeOptions } from "../../dev/fake_kernel.ts";
import { lesson } from "../../dev/material.ts";
import { Channel, StudioError } from "./channel.ts";
import { TimelineDocument } from "./document.ts";
import type { TimelineDelta } from "./protocol.ts";
import { fromJson } from "./value.ts";

async function open(options: FakeOptions = {}) {
  const kernel = new FakeKernel(fromJson(lesson()), options);
  const channel = new Channel(kernel, new AbortController().signal);
  const document = new TimelineDocument(channel);
  const until = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        stop();
        resolve();
      };
      const stop = document.subscribe(check);
      setTimeout(check, 0);
    });
  await until(() => document.status === "ready" || document.status === "failed");
  return { kernel, document, until };
}

function delta(rev: number, change: Partial<TimelineDelta> = {}): TimelineDelta {
  return {
    baseRev: rev - 1,
    rev,
    totalFrames: 0,
    upsert: {},
    remove: {},
    history: { undo: "", redo: "" },
    echo: [],
    echoLength: 0,
    ...change,
  };
}

const send = (kernel: FakeKernel, body: TimelineDelta): void =>
  kernel.emit("msg:custom", { v: 1, kind: "timeline.delta", body }, []);

test("the first subscriber loads a snapshot", async () => {
  const { document } = await open();
  assert.equal(document.value?.clips.length, 8);
  assert.deepEqual([document.rev, document.title], [0, "Lesson 1"]);
});

test("an edit is seen before the kernel has answered, and stays when it has", async () => {
  const { kernel, document } = await open({ delay: 20 });
  const done = document.edit("trim", { clip: "clip-5", end: -10 });
  assert.equal(document.value?.byId.get("clip-5")?.durationFrames, 250);
  assert.ok(document.pendingClips.has("clip-5"));
  assert.equal(document.base?.byId.get("clip-5")?.durationFrames, 260);
  await done;
  assert.equal(document.base?.byId.get("clip-5")?.durationFrames, 250);
  assert.equal(document.pendingClips.size, 0);
  assert.equal(document.rev, kernel.rev);
});

test("a refused edit is taken back, and says why", async () => {
  const { document } = await open({ delay: 5, refuse: true });
  const asked = document.edit("trim", { clip: "clip-5", end: -10 });
  assert.equal(document.value?.byId.get("clip-5")?.durationFrames, 250);
  await assert.rejects(asked, (error: StudioError) => error.code === "edit_refused");
  assert.equal(document.value?.byId.get("clip-5")?.durationFrames, 260);
  assert.equal(document.pendingClips.size, 0);
});

test("edits pile up while the kernel is busy, each on the one before", async () => {
  const { kernel, document } = await open({ delay: 5 });
  const edits = [1, 2, 3].map(() => document.edit("trim", { clip: "clip-5", end: -10 }));
  assert.equal(document.value?.byId.get("clip-5")?.durationFrames, 230);
  await Promise.all(edits);
  assert.equal(kernel.value.byId.get("clip-5")?.durationFrames, 230);
  assert.deepEqual(document.value?.clips, kernel.value.clips);
});

test("a clip that is not named yet can be edited: the edit waits for its name", async () => {
  const { kernel, document } = await open({ delay: 5 });
  const split = document.edit("split", { at: 1300, track: "V1" });
  const right = document.value?.lanes[0]?.find((clip) => clip.startFrame === 1300);
  assert.match(right?.id ?? "", /^~/);
  const removed = document.edit("remove", { clips: [right!.id] });
  const { created } = await split;
  await removed;
  const body = kernel.asked.at(-1)?.body as { args: { clips: string[] } };
  assert.deepEqual(body.args.clips, created);
  assert.equal(kernel.value.byId.has(created[0]!), false);
});

test("a gap in the revisions asks for a new snapshot", async () => {
  const { kernel, document, until } = await open();
  kernel.rev = 9;
  send(kernel, delta(7));
  await until(() => document.rev === 9);
  assert.equal(kernel.asked.filter(({ kind }) => kind === "timeline.open").length, 2);
});

test("a delta that is known already changes nothing", async () => {
  const { kernel, document } = await open();
  await document.edit("trim", { clip: "clip-5", end: -10 });
  const before = document.value;
  send(kernel, delta(1, { remove: { clips: ["clip-1"] } }));
  assert.equal(document.value, before);
});

test("another view's edit under a pending one: both stand", async () => {
  const { kernel, document } = await open({ delay: 30 });
  const mine = document.edit("trim", { clip: "clip-5", end: -10 });
  const theirs = { ...document.base!.byId.get("clip-8")!, name: "new name" };
  kernel.rev = 1;
  send(kernel, delta(1, { upsert: { clips: [theirs] }, totalFrames: 1460 }));
  assert.equal(document.value?.byId.get("clip-8")?.name, "new name");
  assert.equal(document.value?.byId.get("clip-5")?.durationFrames, 250);
  await mine;
});

test("the echo follows undo and redo", async () => {
  const { document } = await open();
  await document.edit("trim", { clip: "clip-5", end: -10 });
  await document.edit("marker", { at: 90, name: "x" });
  const lines = [...document.echo];
  assert.equal(lines.length, 2);
  await document.undo();
  assert.deepEqual(document.echo, lines.slice(0, 1));
  assert.deepEqual([document.history.undo, document.history.redo], ["trim", "marker"]);
  await document.redo();
  assert.deepEqual(document.echo, lines);
});

test("a late answer shows as busy, and no longer when it has come", async () => {
  const { document, until } = await open({ delay: 450 });
  const done = document.edit("trim", { clip: "clip-5", end: -10 });
  assert.deepEqual([document.busy, document.waiting], [false, 1]);
  await until(() => document.busy);
  await done;
  assert.deepEqual([document.busy, document.waiting], [false, 0]);
});

test("a timeline that cannot be opened says so, and can be tried again", async () => {
  const { kernel, document } = await open({ open: "error" });
  assert.equal(document.status, "failed");
  assert.match(document.error?.message ?? "", /cannot be read/);
  delete kernel.options.open;
  await document.load();
  assert.equal(document.status, "ready");
});
