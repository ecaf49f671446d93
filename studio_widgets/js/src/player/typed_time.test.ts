import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRate } from "../core/timecode.ts";
import { typedFrame } from "./typed_time.ts";

const rate = parseRate("30");

test("timecodes align to the right", () => {
  assert.equal(typedFrame("00:00:05:12", 0, rate), 162);
  assert.equal(typedFrame("1:00:00", 0, rate), 1800);
  assert.equal(typedFrame("5:12", 0, rate), 162);
  assert.equal(typedFrame("00:00:05;12", 0, rate), 162);
});

test("digits alone are read in pairs", () => {
  assert.equal(typedFrame("12", 0, rate), 12);
  assert.equal(typedFrame("512", 0, rate), 162);
  assert.equal(typedFrame("10000", 0, rate), 1800);
});

test("a decimal point or an s means seconds", () => {
  assert.equal(typedFrame("2.5", 0, rate), 75);
  assert.equal(typedFrame("2s", 0, rate), 60);
  assert.equal(typedFrame("1.001s", 0, parseRate("30000/1001")), 30);
});

test("a sign moves from here, not before the start", () => {
  assert.equal(typedFrame("+100", 50, rate), 150);
  assert.equal(typedFrame("-1:00", 50, rate), 20);
  assert.equal(typedFrame("-100", 50, rate), 0);
});

test("anything else means nothing", () => {
  for (const text of ["", "abc", "1:2:3:4:5", "12x", "::", "-"]) assert.equal(typedFrame(text, 0, rate), null, text);
});
