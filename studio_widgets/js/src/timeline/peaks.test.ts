import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPeaks, peakBetween } from "./peaks.ts";

const bytes = new Uint8Array(1000).map((_, index) => (index === 417 ? 200 : index % 7));
const peaks = buildPeaks(bytes, 50);

test("no peak is lost however far out one looks", () => {
  assert.equal(peakBetween(peaks, 0, 20), 200);
  assert.equal(peakBetween(peaks, 8.3, 8.4), 200);
});

test("near by it is the peak of just these buckets", () => {
  assert.equal(peakBetween(peaks, 0.02, 0.06), 2);
});

test("outside the sound there is none", () => {
  assert.equal(peakBetween(peaks, 30, 31), 0);
  assert.equal(peakBetween(peaks, -2, -1), 0);
});
