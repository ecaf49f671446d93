import assert from "node:assert/strict";
import { test } from "node:test";
import { FragmentStream } from "./stream.ts";

/** What was done to the source and its one buffer, in order. A buffer is busy until `done`. */
class FakeSource extends EventTarget {
  static isTypeSupported = (): boolean => true;
  static newest: FakeSource;
  readyState = "closed";
  duration = Number.NaN;
  readonly log: string[] = [];
  readonly buffer = new FakeBuffer(this.log);
  constructor() {
    super();
    FakeSource.newest = this;
  }
  addSourceBuffer(mime: string): FakeBuffer {
    this.log.push(`add ${mime}`);
    return this.buffer;
  }
  open(): void {
    this.readyState = "open";
    this.dispatchEvent(new Event("sourceopen"));
  }
}

class FakeBuffer extends EventTarget {
  updating = false;
  timestampOffset = 0;
  readonly buffered = [];
  readonly #log: string[];
  constructor(log: string[]) {
    super();
    this.#log = log;
  }
  changeType(mime: string): void {
    this.#log.push(`change ${mime}`);
  }
  appendBuffer(data: DataView): void {
    this.#log.push(`append ${data.byteLength}`);
    this.updating = true;
  }
  abort(): void {
    this.#log.push("abort");
    this.updating = false;
  }
  remove(): void {
    this.#log.push("remove");
    this.updating = true;
  }
  done(): void {
    this.updating = false;
    this.dispatchEvent(new Event("updateend"));
  }
}

function stream() {
  Object.assign(globalThis, { MediaSource: FakeSource });
  const video = { src: "", currentTime: 0 } as HTMLVideoElement;
  URL.createObjectURL = () => "blob:it";
  const made = new FragmentStream(video, (message) => assert.fail(message));
  return { made, source: FakeSource.newest };
}

const piece = (size: number): DataView => new DataView(new ArrayBuffer(size));

test("pieces that come before the source is open make one buffer, and do not change its type", () => {
  const { made, source } = stream();
  made.restart(0, 5);
  for (const size of [1, 2, 3]) made.append("avc1", piece(size));
  assert.deepEqual(source.log, []);
  source.open();
  for (let at = 0; at < 3; at++) source.buffer.done();
  assert.deepEqual(source.log, ['add video/mp4; codecs="avc1"', "append 1", "append 2", "append 3"]);
});

test("another session in another codec changes the type once", () => {
  const { made, source } = stream();
  source.open();
  made.restart(0, 5);
  made.append("avc1", piece(1));
  source.buffer.done();
  made.restart(2, 5);
  made.append("avc2", piece(2));
  made.append("avc2", piece(3));
  for (let at = 0; at < 3; at++) source.buffer.done();
  assert.deepEqual(source.log.slice(2), ["abort", "remove", 'change video/mp4; codecs="avc2"', "append 2", "append 3"]);
  assert.equal(source.buffer.timestampOffset, 2);
});
