import assert from "node:assert/strict";
import { test } from "node:test";
import { formatExpiry, formatLength, formatSize, parseTags, sentence } from "./format.ts";

test("durations read like a clock, and a short sound is never 0:00", () => {
  assert.equal(formatLength(7), "0:07");
  assert.equal(formatLength(725.2), "12:05");
  assert.equal(formatLength(3723), "1:02:03");
  assert.equal(formatLength(0.2), "0:01");
  assert.equal(formatLength(59.7), "1:00");
  assert.equal(formatLength(null), "");
  assert.equal(formatLength(undefined), "");
});

test("sizes use decimal units and step up before they read 1000", () => {
  assert.equal(formatSize(0), "0 B");
  assert.equal(formatSize(999), "999 B");
  assert.equal(formatSize(1400), "1.4 kB");
  assert.equal(formatSize(999_600), "1.0 MB");
  assert.equal(formatSize(12_345_678), "12 MB");
});

test("a take says how long it stays", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  assert.equal(formatExpiry("2026-11-29T11:00:00Z", now), "expires in 6 days");
  assert.equal(formatExpiry("2026-11-23T13:00:00Z", now), "expires in 1 day");
  assert.equal(formatExpiry("2026-11-22T15:30:00Z", now), "expires in 3 hours");
  assert.equal(formatExpiry("2026-11-22T12:30:00Z", now), "expires within the hour");
  assert.equal(formatExpiry("2026-11-22T11:00:00Z", now), "expired");
  assert.equal(formatExpiry(null, now), "");
});

test("tags come apart at commas, once each", () => {
  assert.deepEqual(parseTags(" studio, recording ,,studio, week 1"), ["studio", "recording", "week 1"]);
});

test("messages become sentences, and names keep their spelling", () => {
  assert.equal(sentence("the database does not answer"), "The database does not answer.");
  assert.equal(sentence("clip-7 is in the way"), "clip-7 is in the way.");
  assert.equal(sentence("Try again."), "Try again.");
  assert.equal(sentence(""), "");
});
