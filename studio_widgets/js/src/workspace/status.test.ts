import assert from "node:assert/strict";
import { test } from "node:test";
import { exportFault } from "./export_form.ts";
import { statusLine } from "./status.ts";

const calm = { alive: true, loaded: true, waiting: 0, busy: false, status: "" };

test("a project at rest is saved", () => {
  assert.deepEqual([statusLine(calm).kind, statusLine(calm).text], ["ok", "Saved"]);
  assert.equal(statusLine({ ...calm, status: "read only" }).text, "Read only");
});

test("an edit under way says so, an overdue one that it waits", () => {
  assert.equal(statusLine({ ...calm, waiting: 1 }).text, "Saving");
  assert.equal(statusLine({ ...calm, waiting: 1, busy: true }).text, "Kernel busy, 1 edit waits");
  assert.equal(statusLine({ ...calm, waiting: 3, busy: true }).text, "Kernel busy, 3 edits wait");
});

test("a kernel that is gone comes before all else", () => {
  const line = statusLine({ ...calm, alive: false, waiting: 2, busy: true });
  assert.equal(line.kind, "gone");
  assert.match(line.detail, /run the cell again/);
});

test("an export wants a clip, a course and a title", () => {
  assert.match(exportFault({ course: "A", title: "B", totalFrames: 0 }), /add a clip/);
  assert.match(exportFault({ course: " ", title: "B", totalFrames: 9 }), /course/);
  assert.match(exportFault({ course: "A", title: "", totalFrames: 9 }), /chapter/);
  assert.equal(exportFault({ course: "A", title: "B", totalFrames: 9 }), "");
});
