/** Sends a take's bytes to the kernel in order, piece by numbered piece, and keeps each until it is on disk there. */
import { asStudioError, StudioError } from "../core/channel.ts";
import { MAX_BUFFER } from "../core/protocol.ts";

/** Sends piece `seq`; resolves with the number of the next piece the kernel wants. */
export type SendPiece = (seq: number, data: ArrayBuffer) => Promise<number>;

/** Chromium's first chunk may be a single byte; the kernel tells a webm file by its first four. */
const SMALLEST_HEAD = 64;
const RETRY_MS = [250, 500, 1000, 2000, 4000];
/** Refusals that sending again cannot change. */
const FINAL = new Set(["recording_error", "protocol_error", "kernel_gone", "closed", "cancelled", "storage_error"]);

export class Uplink {
  readonly #send: SendPiece;
  readonly #changed: () => void;
  /** Pieces not yet acknowledged; the first has number `#acked`. */
  #pieces: ArrayBuffer[] = [];
  #acked = 0;
  /** The beginning, until there is enough of it to be the first piece. */
  #head: Uint8Array | null = new Uint8Array(0);
  #bytes = 0;
  #waiting = 0;
  #running = false;
  #error: StudioError | null = null;
  #idle: Array<() => void> = [];

  constructor(send: SendPiece, changed: () => void = () => {}) {
    this.#send = send;
    this.#changed = changed;
  }

  /** Pieces numbered so far. */
  get count(): number {
    return this.#acked + this.#pieces.length;
  }
  /** Pieces that are on disk. */
  get acked(): number {
    return this.#acked;
  }
  /** Bytes of all pieces so far. */
  get bytes(): number {
    return this.#bytes;
  }
  /** Bytes that are not on disk yet. */
  get unsent(): number {
    return this.#waiting;
  }
  /** Why it gave up. */
  get error(): StudioError | null {
    return this.#error;
  }

  /** Appends recorded bytes, cut into pieces that one message can carry. */
  push(data: ArrayBuffer): void {
    this.#bytes += data.byteLength;
    this.#waiting += data.byteLength;
    if (this.#head) {
      this.#head = joined(this.#head, new Uint8Array(data));
      if (this.#head.byteLength >= SMALLEST_HEAD) this.#sendHead();
    } else this.#cut(data);
    this.#changed();
    void this.#run();
  }

  /** Nothing more is pushed. Resolves when everything is on disk; rejects when the uplink gave up. */
  async drained(): Promise<void> {
    this.#sendHead();
    void this.#run();
    while (this.#pieces.length > 0 && !this.#error) await new Promise<void>((resolve) => this.#idle.push(resolve));
    if (this.#error) throw this.#error;
  }

  #sendHead(): void {
    const head = this.#head;
    this.#head = null;
    if (head && head.byteLength > 0) this.#cut(head.buffer as ArrayBuffer);
  }

  #cut(data: ArrayBuffer): void {
    for (let from = 0; from < data.byteLength; from += MAX_BUFFER) {
      this.#pieces.push(data.byteLength <= MAX_BUFFER ? data : data.slice(from, from + MAX_BUFFER));
    }
  }

  async #run(): Promise<void> {
    if (this.#running || this.#error) return;
    this.#running = true;
    let attempt = 0;
    while (this.#pieces.length > 0 && !this.#error) {
      try {
        this.#acknowledge(await this.#send(this.#acked, this.#pieces[0]!));
        attempt = 0;
      } catch (caught) {
        const error = asStudioError(caught);
        if (FINAL.has(error.code)) this.#error = error;
        else await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(attempt++, RETRY_MS.length - 1)]));
      }
      this.#changed();
    }
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #acknowledge(next: number): void {
    if (next > this.count || next < this.#acked) {
      this.#error = new StudioError({
        code: "recording_error",
        message: `The kernel asks for piece ${next}, which is not there any more.`,
        where: "recorder",
        hint: "Stop and record again; what was saved is under Recordings.",
      });
      return;
    }
    for (const piece of this.#pieces.splice(0, next - this.#acked)) this.#waiting -= piece.byteLength;
    this.#acked = next;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.byteLength + second.byteLength);
  both.set(first);
  both.set(second, first.byteLength);
  return both;
}
