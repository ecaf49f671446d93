import assert from "node:assert/strict";
import { beforeEach, test, type TestContext } from "node:test";
import { StudioError, type Answer, type RequestOptions } from "../core/channel.ts";
import { MAX_BUFFER } from "../core/protocol.ts";
import { Uploads } from "./uploads.ts";

interface Disk {
  id: string;
  size: number;
  received: number;
}

/** The kernel's end: keeps what arrives in order, and can lose pieces or acknowledgements. */
class FakeKernel {
  readonly files = new Map<string, Disk>();
  readonly asked: string[] = [];
  readonly finished: string[] = [];
  /** Most pieces that were on their way at once. */
  most = 0;
  /** Told of each piece: "ack" swallows the answer, "piece" the piece; an error is thrown; a promise is waited for. */
  fault: (offset: number) => "ack" | "piece" | Error | Promise<void> | undefined = () => undefined;
  refuse: Partial<Record<string, Error>> = {};
  #flying = 0;

  constructor(readonly name = "kernel") {}

  channel() {
    const closed: (() => void)[] = [];
    const waiting = new Set<(error: Error) => void>();
    const channel = {
      alive: true,
      onClosed: (fn: () => void) => (closed.push(fn), () => {}),
      request: (kind: string, body: any, options: RequestOptions = {}) =>
        new Promise<Answer<any>>((resolve, reject) => {
          waiting.add(reject);
          const gone = (code: string) => reject(problem(code));
          options.signal?.addEventListener("abort", () => gone("cancelled"));
          if (options.timeout !== undefined) setTimeout(() => gone("timeout"), options.timeout);
          if (!channel.alive) return gone("kernel_gone");
          void this.answer(kind, body, options.buffers ?? []).then(
            (answer) => answer && resolve({ body: answer, buffers: [] }),
            reject,
          );
        }),
      close: () => {
        channel.alive = false;
        for (const reject of waiting) reject(problem("kernel_gone"));
        for (const fn of closed) fn();
      },
    };
    return channel as typeof channel & any;
  }

  async answer(kind: string, body: any, buffers: ArrayBuffer[]): Promise<object | undefined> {
    this.asked.push(kind);
    const refused = this.refuse[kind];
    if (refused) throw refused;
    if (kind === "upload.start") {
      const id: string = body.name; // as the real one: it says nothing of the library
      const disk = this.files.get(id) ?? { id, size: body.size, received: 0 };
      this.files.set(id, disk);
      return { uploadId: id, nextOffset: disk.received, library: this.name };
    }
    const disk = this.files.get(body.uploadId)!;
    if (kind === "upload.piece") {
      this.most = Math.max(this.most, ++this.#flying);
      const fault = this.fault(body.offset);
      if (fault instanceof Promise) await fault;
      await new Promise(setImmediate);
      this.#flying -= 1;
      if (fault === "piece") return undefined;
      if (fault instanceof Error) throw fault;
      if (body.offset > disk.received) throw problem("conflict", "A piece is missing.");
      if (body.offset === disk.received) disk.received += buffers[0]!.byteLength;
      return fault === "ack" ? undefined : { uploadId: disk.id, nextOffset: disk.received };
    }
    this.files.delete(body.uploadId);
    if (kind === "upload.finish") this.finished.push(disk.id);
    return { uploadId: disk.id, nextOffset: 0 };
  }
}

const problem = (code: string, message = code): StudioError => new StudioError({ code, message, where: "", hint: "" });

const file = (name: string, size: number) =>
  Object.assign(new Blob([new Uint8Array(size)]), { name, lastModified: 7 }) as unknown as File;

const settled = async (until: () => boolean, context?: TestContext): Promise<void> => {
  for (let turn = 0; turn < 20_000 && !until(); turn++) {
    await new Promise(setImmediate);
    context?.mock.timers.tick(50);
  }
  assert.ok(until(), "it did not come to that");
};

const parked = (globalThis as any)[Symbol.for("studio-widgets.uploads")] as unknown[];
beforeEach(() => void parked.splice(0));

test("a file goes in pieces, four at most on their way, and is finished when all are on disk", async () => {
  const kernel = new FakeKernel();
  const uploads = new Uploads(kernel.channel());
  let arrived = 0;
  uploads.onFinished = (count) => (arrived += count);
  uploads.add([file("talk.mp4", 9 * MAX_BUFFER + 5)]);
  await settled(() => arrived === 1);
  assert.equal(kernel.asked.filter((kind) => kind === "upload.piece").length, 10);
  assert.ok(kernel.most <= 4, `${kernel.most} at once`);
  assert.deepEqual(kernel.finished, ["talk.mp4"]);
  assert.deepEqual(uploads.list, []);
});

test("two files at a time; the others wait", async () => {
  const kernel = new FakeKernel();
  let go = (): void => {};
  const held = new Promise<void>((resolve) => (go = resolve));
  kernel.fault = () => held;
  const uploads = new Uploads(kernel.channel());
  uploads.add(["a", "b", "c"].map((name) => file(name, 10)));
  await settled(() => kernel.asked.filter((kind) => kind === "upload.piece").length === 2);
  assert.deepEqual(
    uploads.list.map(({ phase }) => phase),
    ["sending", "sending", "waiting"],
  );
  go();
  await settled(() => kernel.finished.length === 3);
});

test("an empty file is finished without a piece", async () => {
  const kernel = new FakeKernel();
  new Uploads(kernel.channel()).add([file("empty.wav", 0)]);
  await settled(() => kernel.finished.length === 1);
});

test("a lost acknowledgement is covered by the next one", async () => {
  const kernel = new FakeKernel();
  kernel.fault = (offset) => (offset === MAX_BUFFER ? "ack" : undefined);
  new Uploads(kernel.channel()).add([file("a", 6 * MAX_BUFFER)]);
  await settled(() => kernel.finished.length === 1);
  assert.equal(kernel.asked.filter((kind) => kind === "upload.start").length, 1);
});

test("a lost last acknowledgement and a lost piece are asked about, and what is missing is sent again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  for (const lost of ["ack", "piece"] as const) {
    const kernel = new FakeKernel();
    let faults = 1;
    kernel.fault = (offset) => (offset === 2 * MAX_BUFFER && faults-- > 0 ? lost : undefined);
    new Uploads(kernel.channel()).add([file("a", 3 * MAX_BUFFER)]);
    await settled(() => kernel.finished.length === 1, context);
    assert.equal(kernel.asked.filter((kind) => kind === "upload.start").length, 2);
  }
});

test("a file whose pieces are refused again and again fails with the kernel's words, and can be tried again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const kernel = new FakeKernel();
  kernel.fault = () => problem("storage_error", "The disk is full.");
  const uploads = new Uploads(kernel.channel());
  uploads.add([file("a", 10)]);
  await settled(() => uploads.list[0]!.phase === "failed", context);
  assert.equal(uploads.list[0]!.error!.message, "The disk is full.");
  kernel.fault = () => undefined;
  uploads.retry(uploads.list[0]!.id);
  await settled(() => kernel.finished.length === 1, context);
});

test("what is no media fails when it is finished, and the rest of the queue goes on", async () => {
  const kernel = new FakeKernel();
  kernel.refuse["upload.finish"] = problem("bad_media", "This is not media.");
  const uploads = new Uploads(kernel.channel());
  uploads.add([file("notes.txt", 10)]);
  await settled(() => uploads.list[0]?.phase === "failed");
  delete kernel.refuse["upload.finish"];
  uploads.add([file("b", 10)]);
  await settled(() => kernel.finished.length === 1);
  assert.deepEqual(
    uploads.list.map(({ name, phase }) => [name, phase]),
    [["notes.txt", "failed"]],
  );
});

test("a cancelled file stops, and the kernel throws away what it has of it", async () => {
  const kernel = new FakeKernel();
  kernel.fault = () => new Promise(() => {});
  const uploads = new Uploads(kernel.channel());
  uploads.add([file("a", 20 * MAX_BUFFER), file("b", 10), file("c", 10)]);
  await settled(() => kernel.asked.includes("upload.piece"));
  uploads.cancelAll();
  await settled(() => kernel.files.size === 0);
  assert.deepEqual(uploads.list, []);
  assert.deepEqual(kernel.finished, []);
});

test("when the kernel dies the files wait, and the next widget of their library goes on where they were", async () => {
  const kernel = new FakeKernel();
  const first = kernel.channel();
  let pieces = 0;
  kernel.fault = () => (++pieces > 3 ? new Promise(() => {}) : undefined);
  const before = new Uploads(first);
  before.add([file("a", 8 * MAX_BUFFER), file("b", 10)]);
  await settled(() => kernel.files.get("a")?.received === 2 * MAX_BUFFER && pieces > 5);
  first.close();
  await settled(() => before.list.every(({ phase }) => phase === "paused"));
  const had = kernel.files.get("a")!.received;

  const offsets: number[] = [];
  kernel.fault = (offset) => (offsets.push(offset), undefined);
  const other = new FakeKernel("another library");
  const stranger = new Uploads(other.channel());
  await settled(() => stranger.list.length === 0);
  assert.deepEqual([other.finished, other.files.size], [[], 0], "they were not put into another library");

  const after = new Uploads(kernel.channel());
  await settled(() => after.list.length === 0);
  assert.deepEqual(kernel.finished.sort(), ["a", "b"]);
  assert.equal(Math.min(...offsets.filter((offset) => offset > 0)), had);
});

test("a file that cannot be read any more says so", async () => {
  const kernel = new FakeKernel();
  const uploads = new Uploads(kernel.channel());
  const gone = {
    ...file("a", 0),
    name: "a",
    size: 10,
    lastModified: 7,
    slice: () => ({ arrayBuffer: () => Promise.reject(new Error("x")) }),
  };
  uploads.add([gone as unknown as File]);
  await settled(() => uploads.list[0]?.phase === "failed");
  assert.equal(uploads.list[0]!.error!.code, "file_gone");
});

test("no more than 120 pieces leave in a second", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const kernel = new FakeKernel();
  const uploads = new Uploads(kernel.channel());
  const now = context.mock.method(performance, "now", () => 5000);
  uploads.add(Array.from({ length: 150 }, (_, index) => file(`${index}`, 1)));
  const sent = () => kernel.asked.filter((kind) => kind === "upload.piece").length;
  for (let turn = 0; turn < 3000; turn++) await new Promise(setImmediate);
  assert.equal(sent(), 120);
  now.mock.mockImplementation(() => 6001);
  await settled(() => kernel.finished.length === 150, context);
});
