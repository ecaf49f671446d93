import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeKernel } from "../../dev/fake_kernel.ts";
import { trait } from "./traits.ts";

function model() {
  const kernel = new FakeKernel();
  let saved = 0;
  let told: () => void = () => undefined;
  kernel.save_changes = () => {
    saved++;
    told();
  };
  /** Resolves with the next message to the kernel. */
  const nextSave = (): Promise<void> => new Promise((resolve) => (told = resolve));
  return { kernel, saved: () => saved, nextSave };
}

test("a write is seen by the page at once", () => {
  const { kernel } = model();
  const playhead = trait(kernel, "playhead", 0);
  const seen: number[] = [];
  playhead.subscribe((frame) => seen.push(frame));
  playhead.set(7);
  assert.equal(playhead.get(), 7);
  assert.deepEqual(seen, [7]);
});

test("the first write leaves at once, a burst leaves together", async () => {
  const { kernel, saved, nextSave } = model();
  const playhead = trait(kernel, "playhead", 0);
  for (let frame = 1; frame <= 50; frame++) playhead.set(frame);
  assert.equal(saved(), 1);
  await nextSave();
  assert.deepEqual([saved(), playhead.get()], [2, 50]);
});

test("writing the value that is there sends nothing, for lists too", () => {
  const { kernel, saved } = model();
  const selection = trait<string[]>(kernel, "selection", []);
  selection.set(["clip-1"]);
  selection.set(["clip-1"]);
  assert.equal(saved(), 1);
});

test("a widget without the trait has its fallback", () => {
  const { kernel } = model();
  assert.equal(trait(kernel, "missing", 5).get(), 5);
});
