import assert from "node:assert/strict";
import { test } from "node:test";
import { lesson } from "../../dev/material.ts";
import { fromJson } from "../core/value.ts";
import { clicked, pruned, selectedClips } from "./selection.ts";

const value = fromJson(lesson());
const plain = { shift: false, toggle: false };

test("a click selects one clip", () => {
  assert.deepEqual(clicked(value, ["clip-1", "clip-2"], "clip-1", "clip-3", plain), ["clip-3"]);
});

test("ctrl adds and takes away", () => {
  assert.deepEqual(clicked(value, ["clip-1"], null, "clip-3", { ...plain, toggle: true }), ["clip-1", "clip-3"]);
  assert.deepEqual(clicked(value, ["clip-1", "clip-3"], null, "clip-1", { ...plain, toggle: true }), ["clip-3"]);
});

test("shift selects the block between two clips, over the tracks between them", () => {
  assert.deepEqual(clicked(value, [], "clip-1", "clip-3", { ...plain, shift: true }), ["clip-1", "clip-2", "clip-3"]);
  const block = clicked(value, [], "clip-7", "clip-3", { ...plain, shift: true });
  assert.deepEqual([...block].sort(), ["clip-3", "clip-7"]);
});

test("what is gone is no longer selected; markers and transitions may be", () => {
  const selection = ["clip-1", "marker-1", "transition-1"];
  assert.equal(pruned(value, selection), selection);
  assert.deepEqual(pruned(value, [...selection, "clip-99"]), selection);
});

test("selected clips come in timeline order", () => {
  assert.deepEqual(
    selectedClips(value, ["clip-8", "clip-3", "marker-1", "clip-1"]).map((clip) => clip.id),
    ["clip-1", "clip-3", "clip-8"],
  );
});
