import assert from "node:assert/strict";
import { test } from "node:test";
import {
  clamped,
  fitted,
  frameToX,
  MAX_ZOOM,
  MIN_ZOOM,
  revealed,
  sliderToZoom,
  xToFrame,
  zoomedAt,
  zoomToSlider,
  type Viewport,
} from "./viewport.ts";

const view: Viewport = { zoom: 2, scroll: 100, top: 0, width: 800, height: 300 };

test("frames and pixels are each other's inverse", () => {
  assert.equal(frameToX(view, 150), 100);
  assert.equal(xToFrame(view, 100), 150);
});

test("zooming keeps the frame under the pointer", () => {
  const inside = { ...view, scroll: 5000 };
  for (const factor of [0.3, 1.5, 7]) {
    const zoomed = zoomedAt(inside, factor, 320);
    assert.ok(Math.abs(xToFrame(zoomed, 320) - xToFrame(inside, 320)) < 1e-9);
  }
});

test("zoom has a least and a most, and the start stays the start", () => {
  assert.equal(zoomedAt(view, 1e9, 0).zoom, MAX_ZOOM);
  assert.equal(zoomedAt(view, 1e-9, 400).zoom, MIN_ZOOM);
  assert.equal(zoomedAt({ ...view, scroll: 0 }, 0.5, 400).scroll, 0);
});

test("scrolling ends a little after the last clip", () => {
  const far = clamped({ ...view, scroll: 1e6, top: 1e6 }, 5000, 500);
  assert.equal(xToFrame(far, 800), 5000 + 240 / 2);
  assert.equal(far.top, 200);
  assert.deepEqual([clamped({ ...view, scroll: -5 }, 5000, 500).scroll, clamped(view, 5000, 100).top], [0, 0]);
});

test("fitting shows everything", () => {
  const all = fitted(view, 9000);
  assert.equal(all.scroll, 0);
  assert.ok(frameToX(all, 9000) <= 800 && frameToX(all, 9000) > 700);
});

test("revealing scrolls as little as needed", () => {
  assert.equal(revealed(view, 200, 300), view);
  assert.equal(revealed(view, 20, 30).scroll, 4);
  assert.equal(xToFrame(revealed(view, 700, 720), 800), 720 + 16);
});

test("the slider runs evenly from the least zoom to the most", () => {
  assert.equal(zoomToSlider(MIN_ZOOM), 0);
  assert.equal(zoomToSlider(MAX_ZOOM), 1000);
  assert.ok(Math.abs(sliderToZoom(zoomToSlider(3)) / 3 - 1) < 0.01);
});
