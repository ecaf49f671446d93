import assert from "node:assert/strict";
import { test } from "node:test";
import { bounds, FOUR_LANES, layOut, TOP_BAR } from "./layout.ts";

test("the workspace is about 760 high and the player keeps the largest part", () => {
  const { height, browser, timeline, mode } = layOut({}, 1400);
  assert.equal(height, 760);
  assert.equal(mode, "wide");
  assert.ok(1400 - browser > browser);
  assert.ok(height - TOP_BAR - timeline > timeline);
  assert.equal(timeline, FOUR_LANES);
});

test("a narrow column stacks", () => {
  assert.equal(layOut({}, 759).mode, "stacked");
  assert.equal(layOut({}, 760).mode, "wide");
});

test("sizes dragged in a wide window still leave room for the player in a narrower one", () => {
  const { browser } = layOut({ browser: 640 }, 900);
  assert.ok(900 - browser >= 360);
});

test("no part disappears", () => {
  const { browser, timeline, height } = layOut({ browser: 0, timeline: 0, height: 0 }, 1000);
  assert.ok(browser >= 200 && timeline >= 120 && height >= 500);
  assert.ok(layOut({ timeline: 9999 }, 1000).timeline <= 760 - TOP_BAR - 200);
});

test("bounds never cross", () => {
  for (const width of [0, 300, 800, 2000]) {
    const { min, max } = bounds("browser", width, 760);
    assert.ok(min <= max);
  }
});
