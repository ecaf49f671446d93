import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeKernel } from "../../dev/fake_kernel.ts";
import { lesson } from "../../dev/material.ts";
import { Channel } from "../core/channel.ts";
import { TimelineDocument } from "../core/document.ts";
import type { EditCommand } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { fromJson } from "../core/value.ts";
import { Editor } from "./editor.ts";
import { timelineKey } from "./keys.ts";

/** An editor on the lesson, and a way to press keys in it. */
async function open() {
  const kernel = new FakeKernel(fromJson(lesson()));
  const { signal } = new AbortController();
  const channel = new Channel(kernel, signal);
  const document = new TimelineDocument(channel);
  const editor = new Editor({ model: kernel, channel, document, signal } as StudioContext, signal);
  await new Promise<void>((resolve) => {
    const stop = editor.subscribe(() => {
      if (!editor.value) return;
      stop();
      resolve();
    });
  });
  const opened: string[] = [];
  const targets = {
    cancelDrag: () => false,
    openTitle: () => void opened.push("title"),
    openMenu: () => void opened.push("menu"),
    openHelp: () => void opened.push("help"),
  };
  const press = (key: string, held: Partial<KeyboardEvent> = {}, on = "div"): boolean => {
    const target = { closest: (selector: string) => (selector.split(/[,:\s]+/).includes(on) ? target : null) };
    const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, code: "" };
    const event = { ...none, key, ...held, composedPath: () => [target] } as unknown as KeyboardEvent;
    return timelineKey(event, editor, targets);
  };
  const sent = (): [string, Record<string, unknown>][] =>
    kernel.asked
      .filter(({ kind }) => kind === "timeline.edit")
      .map(({ body }) => [(body as EditCommand).op, (body as EditCommand).args]);
  /** Resolves when the kernel has answered everything. */
  const answered = (): Promise<void> =>
    new Promise((resolve) => {
      const stop = document.subscribe(() => {
        if (document.waiting > 0) return;
        stop();
        resolve();
      });
    });
  return { kernel, editor, press, sent, opened, answered };
}

test("keys typed into fields, and those that work a button, are let go", async () => {
  const { press, sent } = await open();
  assert.equal(press("s", {}, "input"), false);
  assert.equal(press(" ", {}, "button"), false);
  assert.equal(press("F7"), false, "a key of nobody");
  assert.deepEqual(sent(), []);
});

test("each tool is nudged by its key: the same edit as with the mouse", async () => {
  const { editor, press, sent } = await open();
  editor.select(["clip-2"]);
  for (const key of ["1", "3", "4", "5", "6"]) {
    press(key);
    if ("134".includes(key)) press("]");
    press(",");
  }
  assert.deepEqual(sent(), [
    ["trim", { clip: "clip-2", end: -1 }],
    ["ripple", { clip: "clip-2", end: -1 }],
    // the trim left a gap behind clip-2: there is no cut to roll
    ["slip", { clip: "clip-2", by: 1 }],
    ["slide", { clip: "clip-2", by: -1 }],
  ]);
  assert.match(editor.hint, /No clip touches it there/);
});

test("the chosen end goes with the tool, with Escape, and when it is chosen again", async () => {
  const { editor, press } = await open();
  editor.select(["clip-2"]);
  press("[");
  assert.equal(editor.edge, "start");
  press("[");
  assert.equal(editor.edge, null);
  press("]");
  press("Escape");
  assert.deepEqual([editor.edge, editor.selection], [null, ["clip-2"]]);
  press("Escape");
  assert.deepEqual(editor.selection, []);
});

test("in and out points stay in their order, and Delete lifts what they mark", async () => {
  const { editor, press, sent, answered } = await open();
  editor.seek(100);
  press("o");
  editor.seek(200);
  press("i");
  assert.deepEqual([editor.markIn.get(), editor.markOut.get()], [200, null]);
  editor.seek(230);
  press("o");
  press("Delete");
  await answered();
  assert.deepEqual(
    sent().map(([op]) => op),
    ["split", "split", "remove"],
  );
  press("x", { altKey: true });
  assert.deepEqual([editor.markIn.get(), editor.markOut.get()], [null, null]);
});

test("Q and W trim to the playhead, with the ripple tool what follows closes up", async () => {
  const { editor, press, sent } = await open();
  editor.select(["clip-7"]);
  editor.seek(800);
  press("q");
  press("3");
  editor.seek(820);
  press("w");
  assert.deepEqual(sent(), [
    ["trim", { clip: "clip-7", start: 80 }],
    ["ripple", { clip: "clip-7", end: -50 }],
  ]);
});

test("clips go to the track above and below, as far as there are tracks and one more", async () => {
  const { editor, press, sent } = await open();
  editor.select(["clip-7"]);
  press("ArrowUp", { shiftKey: true });
  assert.deepEqual(sent(), [["move", { clip: "clip-7", to: 720, track: "V3" }]]);
  editor.select(["clip-8"]);
  press("ArrowUp", { shiftKey: true });
  assert.match(editor.hint, /There is no track there/);
});

test("a user's keymap is followed", async () => {
  const { kernel, editor, press, sent, opened } = await open();
  kernel.set("keymap", { split: ["C"], help: ["F1"] });
  editor.seek(100);
  press("s");
  assert.deepEqual(sent(), []);
  press("c");
  press("F1");
  assert.deepEqual([sent(), opened], [[["split", { at: 100 }]], ["help"]]);
});
