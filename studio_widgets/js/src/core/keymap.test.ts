import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeKernel } from "../../dev/fake_kernel.ts";
import { Keymap, keysPressed, keyText } from "./keymap.ts";

const off = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, code: "" };

test("a letter is written large, Shift is told apart; a sign is what was typed, whatever it took", () => {
  assert.deepEqual(keysPressed({ ...off, key: "s", code: "KeyS" }), ["S"]);
  assert.deepEqual(keysPressed({ ...off, key: "Z", code: "KeyZ", ctrlKey: true, shiftKey: true }), ["Ctrl+Shift+Z"]);
  assert.equal(keysPressed({ ...off, key: "?", code: "Slash", shiftKey: true })[0], "?");
  assert.deepEqual(keysPressed({ ...off, key: "ArrowLeft", shiftKey: true }), ["Shift+Left"]);
  assert.deepEqual(keysPressed({ ...off, key: "F10", shiftKey: true }), ["Shift+F10"]);
});

test("the place of a key counts where what it types is another sign or script", () => {
  assert.ok(keysPressed({ ...off, key: "<", code: "Comma", shiftKey: true }).includes("Shift+,"));
  assert.ok(keysPressed({ ...off, key: "≤", code: "Comma", altKey: true }).includes("Alt+,"));
  assert.ok(keysPressed({ ...off, key: "ы", code: "KeyS" }).includes("S"));
  assert.ok(!keysPressed({ ...off, key: "y", code: "KeyZ" }).includes("Z"), "a German Y is no Z");
});

test("AltGr types, and is no modifier; Command counts as Ctrl", () => {
  const altGr = { ...off, key: "[", code: "Digit8", ctrlKey: true, altKey: true };
  assert.equal(keysPressed({ ...altGr, getModifierState: (name) => name === "AltGraph" })[0], "[");
  assert.deepEqual(keysPressed({ ...off, key: "z", code: "KeyZ", metaKey: true }), ["Ctrl+Z"]);
});

test("the trait gives actions other keys, or none, at once", () => {
  const kernel = new FakeKernel();
  const keymap = new Keymap(kernel);
  const press = (key: string) => keymap.actionOf({ ...off, key });
  assert.deepEqual([press("s"), press("c"), keymap.hint("split")], ["split", null, "S"]);
  kernel.set("keymap", { split: ["C"], add_marker: [] });
  assert.deepEqual([press("s"), press("c"), press("m")], [null, "split", null]);
  assert.deepEqual([keymap.hint("split"), keymap.hint("add_marker")], ["C", ""]);
});

test("keys as people read them", () => {
  assert.deepEqual(["Shift+Left", "Ctrl++", "+", "-"].map(keyText), ["Shift+←", "Ctrl++", "+", "−"]);
});
