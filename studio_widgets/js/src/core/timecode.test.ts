import assert from "node:assert/strict";
import { test } from "node:test";
import { clockText, framesToSeconds, offsetTimecode, parseRate, secondsToFrames, timecode } from "./timecode.ts";

const ntsc = parseRate("30000/1001");
const thirty = parseRate("30");

test("a rate is an exact fraction; a timecode second counts whole frames", () => {
  assert.deepEqual([ntsc.num, ntsc.den, ntsc.nominal], [30000, 1001, 30]);
  assert.equal(parseRate("25").nominal, 25);
  assert.equal(parseRate("24000/1001").nominal, 24);
});

test("an unusable rate becomes 30, not an error in the middle of drawing", () => {
  assert.equal(parseRate("").fps, 30);
  assert.equal(parseRate("0/0").fps, 30);
});

test("timecodes count frames, never seconds", () => {
  assert.equal(timecode(0, thirty), "00:00:00:00");
  assert.equal(timecode(29, thirty), "00:00:00:29");
  assert.equal(timecode(3600 * 30, thirty), "01:00:00:00");
  assert.equal(timecode(1800, ntsc), "00:01:00:00");
  assert.equal(timecode(-31, thirty), "-00:00:01:01");
});

test("offsets carry a sign and leave out hours that are zero", () => {
  assert.equal(offsetTimecode(12, thirty), "+00:00:12");
  assert.equal(offsetTimecode(-45, thirty), "−00:01:15");
});

test("seconds to frames and back agree at a fractional rate", () => {
  assert.equal(secondsToFrames(1, ntsc), 30);
  assert.equal(secondsToFrames(10.01, ntsc), 300);
  for (const frame of [0, 1, 17982, 107892]) assert.equal(secondsToFrames(framesToSeconds(frame, ntsc), ntsc), frame);
});

test("durations for people", () => {
  assert.equal(clockText(65.2), "1:05");
  assert.equal(clockText(3725), "1:02:05");
  assert.equal(clockText(null), "");
  assert.equal(clockText(NaN), "");
});
