import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeKernel } from "../../dev/fake_kernel.ts";
import { asStudioError, Channel, StudioError } from "./channel.ts";
import { fromJson } from "./value.ts";

type Sent = { id: string; kind: string; body: unknown };

/** A model whose messages are kept and answered by hand. */
function silent() {
  const kernel = new FakeKernel();
  const sent: Sent[] = [];
  kernel.send = (content) => void sent.push(content as Sent);
  const controller = new AbortController();
  const channel = new Channel(kernel, controller.signal);
  const reply = (index: number, message: object, buffers: DataView[] = []): void =>
    kernel.emit("msg:custom", { v: 1, id: sent[index]?.id, ...message }, buffers);
  return { kernel, sent, controller, channel, reply };
}

const code = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error: StudioError) => error.code,
  );

test("answers find their questions, in any order", async () => {
  const { channel, reply } = silent();
  const first = channel.request("courses.list", {});
  const second = channel.request("courses.list", {});
  reply(1, { ok: true, body: { items: [2] } });
  reply(0, { ok: true, body: { items: [1] } });
  assert.deepEqual([(await first).body, (await second).body], [{ items: [1] }, { items: [2] }]);
});

test("an error carries what, where and the next step", async () => {
  const { channel, reply } = silent();
  const asked = channel.request("courses.list", {});
  reply(0, { ok: false, error: { code: "edit_refused", message: "no", where: "clip-1", hint: "Try" } });
  await assert.rejects(asked, (error: StudioError) => {
    assert.deepEqual([error.code, error.message, error.where, error.hint], ["edit_refused", "no", "clip-1", "Try"]);
    return true;
  });
});

test("replies to another view's questions are not ours", async () => {
  const { kernel, channel, reply } = silent();
  const asked = channel.request("courses.list", {});
  kernel.emit("msg:custom", { v: 1, id: "other-1", ok: false, error: { code: "x", message: "x" } }, []);
  reply(0, { ok: true, body: { items: [] } });
  assert.deepEqual((await asked).body, { items: [] });
});

test("aborting tells the kernel and rejects", async () => {
  const { channel, sent } = silent();
  const controller = new AbortController();
  const asked = channel.request("courses.list", {}, { signal: controller.signal });
  controller.abort();
  assert.equal(await code(asked), "cancelled");
  assert.deepEqual([sent[1]?.kind, sent[1]?.body], ["cancel", { target: sent[0]?.id }]);
});

test("a time-out gives up the same way", async () => {
  const { channel, sent } = silent();
  assert.equal(await code(channel.request("courses.list", {}, { timeout: 5 })), "timeout");
  assert.equal(sent[1]?.kind, "cancel");
});

test("what waits is told, and for how long", async () => {
  const { channel, reply } = silent();
  const seen: [number, boolean][] = [];
  const old = new Promise<void>((resolve) => {
    channel.onPending((count, oldest) => {
      seen.push([count, oldest > 50]);
      if (oldest > 50) resolve();
    });
  });
  const asked = channel.request("courses.list", {});
  await old;
  reply(0, { ok: true, body: {} });
  await asked;
  assert.deepEqual(seen[0], [1, false]);
  assert.deepEqual(seen.at(-1), [0, false]);
  assert.equal(channel.pending, 0);
});

test("events reach their listeners until these stop", () => {
  const { kernel, channel } = silent();
  const seen: unknown[] = [];
  const stop = channel.on("library.changed", (body) => seen.push(body));
  kernel.emit("msg:custom", { v: 1, kind: "library.changed", body: { tab: "library" } }, []);
  stop();
  kernel.emit("msg:custom", { v: 1, kind: "library.changed", body: { tab: "library" } }, []);
  assert.deepEqual(seen, [{ tab: "library" }]);
});

test("when the kernel goes, nobody waits for ever", async () => {
  const { kernel, channel } = silent();
  let told = 0;
  channel.onClosed(() => told++);
  const asked = channel.request("courses.list", {});
  kernel.emit("comm:close");
  assert.equal(await code(asked), "kernel_gone");
  assert.equal(await code(channel.request("courses.list", {})), "kernel_gone");
  assert.deepEqual([channel.alive, told], [false, 1]);
});

test("nothing listens on the model after the widget is gone", () => {
  const { kernel, controller } = silent();
  const before = fromJson({});
  assert.ok(before);
  let listening = 0;
  const off = kernel.off.bind(kernel);
  kernel.off = (event, fn) => (listening++, off(event, fn));
  controller.abort();
  assert.equal(listening, 3);
});

test("whatever was thrown is told in three parts, and a DOMException's number is no code of ours", () => {
  const told = asStudioError(
    Object.assign(new Error("not there"), { code: "code_missing", where: "a.js", hint: "Again." }),
  );
  assert.deepEqual([told.code, told.message, told.where, told.hint], ["code_missing", "not there", "a.js", "Again."]);
  const aborted = asStudioError(new DOMException("gone", "AbortError"));
  assert.deepEqual([aborted.code, aborted.message, aborted.where, aborted.hint], ["widget_error", "gone", "", ""]);
  assert.equal(asStudioError("odd").message, "odd");
});
