import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRate } from "../core/timecode.ts";
import { rulerSteps } from "./ruler.ts";
import { MAX_ZOOM, MIN_ZOOM } from "./viewport.ts";

test("labels never touch, ticks never blur, and every label has a tick", () => {
  for (const rate of ["24", "25", "30", "30000/1001", "60"].map(parseRate)) {
    for (let zoom = MIN_ZOOM * 4; zoom < MAX_ZOOM; zoom *= 1.3) {
      const { major, minor } = rulerSteps(zoom, rate);
      const longest = 86400 * rate.nominal;
      assert.ok(major * zoom >= 104 || major === longest, `labels at ${zoom}: every ${major * zoom} px`);
      assert.ok(minor * zoom >= 8 || minor === major);
      assert.equal(major % minor, 0);
    }
  }
});

test("far in, frames are counted; farther out, whole seconds and minutes", () => {
  const rate = parseRate("30");
  assert.deepEqual(rulerSteps(40, rate), { major: 5, minor: 1 });
  assert.equal(rulerSteps(4, rate).major, 30);
  assert.equal(rulerSteps(0.06, rate).major % (60 * 30), 0);
});
