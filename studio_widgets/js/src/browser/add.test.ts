import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeKernel, type FakeOptions } from "../../dev/fake_kernel.ts";
import { Channel } from "../core/channel.ts";
import { TimelineDocument } from "../core/document.ts";
import type { MediaItem } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { noticesOf } from "../core/ui/notices.ts";
import { fromJson } from "../core/value.ts";
import { addAtPlayhead } from "./add.ts";

const TRACKS = { tracks: [{ id: "V1", kind: "video" }], rate: "30" } as Parameters<typeof fromJson>[0];
const item = (id: string, durationSeconds = 2) =>
  ({ id, name: `${id}.mp4`, kind: "video", sourceType: "upload", durationSeconds }) as MediaItem;

/** A workspace with an empty timeline and the playhead at frame 30. */
async function open(options: FakeOptions = {}) {
  const model = new FakeKernel(fromJson(TRACKS), options);
  model.set("playhead", 30);
  model.media = [item("a")];
  const { signal } = new AbortController();
  const channel = new Channel(model, signal);
  const document = new TimelineDocument(channel);
  await document.load();
  const asked = (): string[] => model.asked.map(({ kind }) => kind).filter((kind) => kind !== "timeline.open");
  return { model, document, asked, context: { model, channel, document, signal } as StudioContext };
}

test("one file is an edit that is seen at once, and the playhead goes behind it", async () => {
  const { model, document, asked, context } = await open();
  const added = addAtPlayhead(context, [item("a")]);
  assert.deepEqual(
    document.value?.clips.map(({ name, startFrame, durationFrames }) => [name, startFrame, durationFrames]),
    [["a.mp4", 30, 60]],
  );
  await added;
  assert.deepEqual(asked(), ["timeline.edit"]);
  assert.equal(model.get("playhead"), 90);
});

test("several files are one request, in their order, and the playhead goes behind the last", async () => {
  const imported = { project: "", created: ["clip-1", "clip-2", "clip-3"], start: 30, end: 210 };
  const { model, asked, context } = await open({
    other: (kind) => (kind === "projects.import" ? { body: imported } : undefined),
  });
  await addAtPlayhead(context, [item("b"), item("a"), item("c")]);
  assert.deepEqual(asked(), ["projects.import"]);
  assert.deepEqual(model.asked.at(-1)?.body, { ids: ["b", "a", "c"], at: 30 });
  assert.equal(model.get("playhead"), 210);
});

test("what is refused is said, and leaves the playhead where it was", async () => {
  const { model, context } = await open({
    refuse: true,
    other: () => {
      throw new Error("2 of these are not in the library");
    },
  });
  await addAtPlayhead(context, [item("a"), item("b")]);
  await addAtPlayhead(context, [item("a")]);
  assert.equal(model.get("playhead"), 30);
  const said = noticesOf(model).list.map(({ message }) => message);
  assert.match(said[0]!, /2 of these are not in the library/);
  assert.equal(said.length, 2);
});

test("nothing is added by nothing", async () => {
  const { asked, context } = await open();
  await addAtPlayhead(context, []);
  assert.deepEqual(asked(), []);
});
