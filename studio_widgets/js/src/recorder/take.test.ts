import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultName } from "./take.ts";

test("a take without a name gets one with its day and time, usable as a file name", () => {
  assert.equal(defaultName(new Date(2026, 10, 2, 9, 5)), "Screen recording 2026-11-02 09.05");
});
