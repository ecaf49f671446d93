import assert from "node:assert/strict";
import { test } from "node:test";
import { transitionName } from "./transitions.ts";

test("transitions are called by what they look like", () => {
  assert.equal(transitionName({}), "Crossfade");
  assert.equal(transitionName({ kind: "dip" }), "Dip to black");
  assert.equal(transitionName({ kind: "dip", color: "#ffffff" }), "Dip to white");
  assert.equal(transitionName({ kind: "dip", color: "#ff8800" }), "Dip to #ff8800");
  assert.equal(transitionName({ kind: "wipe" }), "Wipe right");
  assert.equal(transitionName({ kind: "wipe", direction: "up" }), "Wipe up");
});
