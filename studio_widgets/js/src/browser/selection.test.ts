import assert from "node:assert/strict";
import { test } from "node:test";
import { pick, pickMode, step, type Selection } from "./selection.ts";

const order = ["a", "b", "c", "d", "e"];
const none: Selection = { ids: [], anchor: null };

test("a plain click selects one tile", () => {
  assert.deepEqual(pick({ ids: ["a", "b"], anchor: "a" }, order, "d", "one"), { ids: ["d"], anchor: "d" });
});

test("ctrl adds and takes away", () => {
  const two = pick(pick(none, order, "a", "one"), order, "c", "toggle");
  assert.deepEqual(two.ids, ["a", "c"]);
  assert.deepEqual(pick(two, order, "a", "toggle").ids, ["c"]);
});

test("shift selects the range from the last pick, either way round", () => {
  const from = pick(none, order, "d", "one");
  assert.deepEqual(pick(from, order, "b", "range"), { ids: ["b", "c", "d"], anchor: "d" });
  assert.deepEqual(pick(from, order, "e", "range").ids, ["d", "e"]);
});

test("shift without a usable anchor picks one", () => {
  assert.deepEqual(pick({ ids: ["gone"], anchor: "gone" }, order, "b", "range"), { ids: ["b"], anchor: "b" });
});

test("modifiers choose how to pick", () => {
  const plain = { ctrlKey: false, metaKey: false, shiftKey: false };
  assert.equal(pickMode(plain), "one");
  assert.equal(pickMode({ ...plain, metaKey: true }), "toggle");
  assert.equal(pickMode({ ...plain, shiftKey: true }), "range");
});

test("arrows walk the grid and stop at its edges", () => {
  assert.equal(step("ArrowRight", 0, 8, 3), 1);
  assert.equal(step("ArrowLeft", 0, 8, 3), 0);
  assert.equal(step("ArrowDown", 1, 8, 3), 4);
  assert.equal(step("ArrowUp", 1, 8, 3), 1);
  assert.equal(step("End", 1, 8, 3), 7);
  assert.equal(step("Home", 5, 8, 3), 0);
  assert.equal(step("x", 5, 8, 3), null);
  assert.equal(step("ArrowDown", 0, 0, 3), null);
});

test("down into a shorter last row lands on its last tile", () => {
  assert.equal(step("ArrowDown", 5, 8, 3), 7);
  assert.equal(step("ArrowDown", 7, 8, 3), 7);
});
