import assert from "node:assert/strict";
import { test } from "node:test";
import { StudioError } from "../core/channel.ts";
import type { MediaItem } from "../core/protocol.ts";
import { noticesOf } from "../core/ui/notices.ts";
import { deleteFiles, undoDelete } from "./deletion.ts";

function setup(refusal?: StudioError) {
  const asked: [string, string[]][] = [];
  const request = async (kind: string, { ids }: { ids: string[] }) => {
    asked.push([kind, ids]);
    if (refusal) throw refusal;
    return { body: { count: ids.length, ids }, buffers: [] };
  };
  const place = { model: {}, channel: { request } } as unknown as Parameters<typeof deleteFiles>[0];
  const notices = noticesOf(place.model);
  return { asked, place, notices };
}

const items = (...ids: string[]) => ids.map((id) => ({ id, name: `${id}.mp4` }) as MediaItem);
const settled = () => new Promise(setImmediate);

test("deleting says so with a way back, which works once", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { asked, place, notices } = setup();
  assert.equal(await deleteFiles(place, items("a", "b")), true);
  const [notice] = notices.list;
  assert.equal(notice!.message, "2 files deleted.");
  notice!.action!.run();
  notice!.action!.run();
  await settled();
  assert.deepEqual(asked, [
    ["library.delete", ["a", "b"]],
    ["library.restore", ["a", "b"]],
  ]);
  assert.equal(undoDelete(place), false);
});

test("undo takes back the deletion made last, one after the other", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { asked, place } = setup();
  await deleteFiles(place, items("a"));
  await deleteFiles(place, items("b"));
  assert.equal(undoDelete(place), true);
  assert.equal(undoDelete(place), true);
  await settled();
  assert.deepEqual(asked.slice(2), [
    ["library.restore", ["b"]],
    ["library.restore", ["a"]],
  ]);
});

test("a refused deletion shows the kernel's words, and leaves nothing to undo", async () => {
  const refusal = new StudioError({ code: "library_error", message: "still in use: a.mp4 in project 'One'" });
  const { place, notices } = setup(refusal);
  assert.equal(await deleteFiles(place, items("a")), false);
  assert.match(notices.list[0]!.message, /a\.mp4 in project/);
  assert.equal(undoDelete(place), false);
});
