import assert from "node:assert/strict";
import { test } from "node:test";
import { StudioError } from "../core/channel.ts";
import { MAX_BUFFER } from "../core/protocol.ts";
import { Uplink } from "./uplink.ts";

const bytes = (size: number): ArrayBuffer => new Uint8Array(size).fill(7).buffer;
const fault = (code: string) => new StudioError({ code, message: code, where: "", hint: "" });

test("pieces go one at a time, in order, numbered from 0", async () => {
  const sent: number[] = [];
  let flying = 0;
  const uplink = new Uplink(async (seq) => {
    assert.equal(++flying, 1);
    await new Promise((resolve) => setImmediate(resolve));
    flying -= 1;
    sent.push(seq);
    return seq + 1;
  });
  for (let k = 0; k < 5; k++) uplink.push(bytes(100));
  assert.equal(uplink.unsent, 500);
  await uplink.drained();
  assert.deepEqual(sent, [0, 1, 2, 3, 4]);
  assert.equal(uplink.unsent, 0);
  assert.equal(uplink.bytes, 500);
});

test("a chunk larger than a message is cut into numbered pieces", async () => {
  const sizes: number[] = [];
  const uplink = new Uplink(async (seq, data) => (sizes.push(data.byteLength), seq + 1));
  uplink.push(bytes(2 * MAX_BUFFER + 5));
  uplink.push(bytes(3));
  assert.equal(uplink.count, 4);
  await uplink.drained();
  assert.deepEqual(sizes, [MAX_BUFFER, MAX_BUFFER, 5, 3]);
});

test("an unanswered piece is sent again until it is acknowledged", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const sent: number[] = [];
  const uplink = new Uplink((seq) => {
    sent.push(seq);
    return sent.length < 3 ? Promise.reject(fault("timeout")) : Promise.resolve(seq + 1);
  });
  uplink.push(bytes(100));
  for (let k = 0; k < 6; k++) {
    await new Promise((resolve) => setImmediate(resolve));
    context.mock.timers.tick(5000);
  }
  await uplink.drained();
  assert.deepEqual(sent, [0, 0, 0]);
});

test("an acknowledgement of more than was asked for skips what is on disk already", async () => {
  const sent: number[] = [];
  let release: (next: number) => void = () => {};
  const uplink = new Uplink((seq) => {
    sent.push(seq);
    return seq === 0 ? new Promise((resolve) => (release = resolve)) : Promise.resolve(seq + 1);
  });
  for (let k = 0; k < 4; k++) uplink.push(bytes(100));
  release(3);
  await uplink.drained();
  assert.deepEqual(sent, [0, 3]);
});

test("a refusal ends it, and says why", async () => {
  const uplink = new Uplink(() => Promise.reject(fault("recording_error")));
  uplink.push(bytes(100));
  await assert.rejects(uplink.drained(), { code: "recording_error" });
  assert.equal(uplink.error!.code, "recording_error");
});

test("a first chunk of a single byte waits for what makes it the start of a file", async () => {
  const sizes: number[] = [];
  const uplink = new Uplink(async (seq, data) => (sizes.push(data.byteLength), seq + 1));
  uplink.push(bytes(1));
  assert.equal(uplink.count, 0);
  uplink.push(bytes(200));
  uplink.push(bytes(1));
  await uplink.drained();
  assert.deepEqual(sizes, [201, 1]);
});

test("a recording shorter than that is still sent when it ends", async () => {
  const uplink = new Uplink(async (seq) => seq + 1);
  uplink.push(bytes(5));
  await uplink.drained();
  assert.equal(uplink.acked, 1);
});
