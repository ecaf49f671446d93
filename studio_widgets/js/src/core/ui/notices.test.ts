import assert from "node:assert/strict";
import { test } from "node:test";
import { StudioError } from "../channel.ts";
import { Notices } from "./notices.ts";

const refused = (message: string, code = "edit_refused") =>
  new StudioError({ code, message, where: "clip-1", hint: "Undo." });

test("an error stays until it is dismissed", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const notices = new Notices();
  notices.error(refused("No room."));
  context.mock.timers.tick(60_000);
  assert.equal(notices.list.length, 1);
  assert.equal(notices.list[0]!.hint, "Undo.");
  notices.dismiss(notices.list[0]!.id);
  assert.equal(notices.list.length, 0);
});

test("a confirmation goes by itself", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const notices = new Notices();
  notices.info("Saved.");
  assert.equal(notices.list.length, 1);
  context.mock.timers.tick(6000);
  assert.equal(notices.list.length, 0);
});

test("the same message is shown once, and never more than three", () => {
  const notices = new Notices();
  notices.error(refused("A"));
  notices.error(refused("A"));
  assert.equal(notices.list.length, 1);
  for (const message of ["B", "C", "D"]) notices.error(refused(message));
  assert.deepEqual(
    notices.list.map(({ message }) => message),
    ["B", "C", "D"],
  );
});

test("what the user cancelled is no error", () => {
  const notices = new Notices();
  notices.error(refused("Cancelled.", "cancelled"));
  assert.equal(notices.list.length, 0);
});

test("a confirmation with a button stays for ten seconds, and as long as somebody is on it", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const notices = new Notices();
  notices.info("2 files deleted.", { label: "Undo", run: () => {} });
  context.mock.timers.tick(9000);
  notices.hold(notices.list[0]!.id);
  context.mock.timers.tick(60_000);
  assert.equal(notices.list.length, 1);
  notices.release(notices.list[0]!.id);
  context.mock.timers.tick(9000);
  assert.equal(notices.list.length, 1);
  context.mock.timers.tick(2000);
  assert.equal(notices.list.length, 0);
});
