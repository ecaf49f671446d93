/** The view's mirror of the timeline: a snapshot, then deltas, with edits that wait for their answer shown on top. */
import { asStudioError, StudioError, type Channel } from "./channel.ts";
import { isProvisional, predict, type EditArgs, type EditHint } from "./predict.ts";
import type { EditResult, HistoryState, TimelineDelta, TimelineJson } from "./protocol.ts";
import { fromJson, patched, type TimelineValue } from "./value.ts";

/** An answer older than this means that the kernel is busy. */
export const BUSY_AFTER_MS = 300;

/** An edit on its way: not yet answered, or answered and not yet seen in a delta. */
interface PendingEdit {
  readonly serial: number;
  readonly op: string;
  args: EditArgs;
  readonly hint: EditHint;
  readonly sent: number;
  readonly answer: Promise<EditResult>;
  /** The revision it made, once answered. */
  rev: number | null;
  created: readonly string[];
}

export type DocumentStatus = "idle" | "loading" | "ready" | "failed";

export class TimelineDocument {
  readonly #channel: Channel;
  readonly #listeners = new Set<() => void>();
  #status: DocumentStatus = "idle";
  #error: StudioError | null = null;
  #base: TimelineValue | null = null;
  #value: TimelineValue | null = null;
  #rev = -1;
  #title = "";
  #projectId = "";
  #history: HistoryState = { undo: "", redo: "" };
  #echo: readonly string[] = [];
  #pending: PendingEdit[] = [];
  #pendingClips: ReadonlySet<string> = new Set();
  #waits = new Map<number, number>();
  #serial = 0;
  #early: TimelineDelta[] = [];
  #busy = false;
  #busyTimer: ReturnType<typeof setTimeout> | undefined;
  /** Provisional id → the promise of the real one. */
  readonly #names = new Map<string, Promise<string>>();

  constructor(channel: Channel) {
    this.#channel = channel;
    channel.on("timeline.delta", (delta) => this.#receive(delta));
    channel.onClosed(() => this.#notify());
  }

  /** The timeline as the user sees it: the kernel's, with pending edits applied. Null until loaded. */
  get value(): TimelineValue | null {
    return this.#value;
  }
  /** The timeline at `rev`, as the kernel has it. */
  get base(): TimelineValue | null {
    return this.#base;
  }
  get rev(): number {
    return this.#rev;
  }
  get status(): DocumentStatus {
    return this.#status;
  }
  /** Why the document could not be loaded. */
  get error(): StudioError | null {
    return this.#error;
  }
  get title(): string {
    return this.#title;
  }
  get projectId(): string {
    return this.#projectId;
  }
  /** What undo and redo would do. */
  get history(): HistoryState {
    return this.#history;
  }
  /** The Python line of each edit that stands. */
  get echo(): readonly string[] {
    return this.#echo;
  }
  /** Clips that a pending edit changed or made. */
  get pendingClips(): ReadonlySet<string> {
    return this.#pendingClips;
  }
  /** Edits (and undos) the kernel has not answered. */
  get waiting(): number {
    return this.#waits.size;
  }
  /** True when an answer is overdue: the kernel is busy and edits are queued. */
  get busy(): boolean {
    return this.#busy;
  }
  /** False once the kernel is gone. */
  get alive(): boolean {
    return this.#channel.alive;
  }

  /** Told after every change. The first subscriber loads the document. */
  subscribe(fn: () => void): () => void {
    this.#listeners.add(fn);
    if (this.#status === "idle") void this.load();
    return () => void this.#listeners.delete(fn);
  }

  /** Asks for a snapshot. */
  async load(): Promise<void> {
    if (this.#status === "loading") return;
    this.#status = "loading";
    this.#error = null;
    this.#notify();
    try {
      const { body, buffers } = await this.#channel.request("timeline.open", {});
      this.#base = fromJson(JSON.parse(joined(buffers)) as TimelineJson);
      this.#rev = body.rev;
      this.#title = body.title;
      this.#projectId = body.projectId;
      this.#history = body.history;
      this.#echo = body.echo;
      this.#status = "ready";
      const early = this.#early.splice(0);
      this.#settle();
      for (const delta of early) this.#receive(delta);
    } catch (error) {
      this.#error = asStudioError(error);
      this.#status = "failed";
      this.#early = [];
      this.#notify();
    }
  }

  /**
   * Sends one edit and shows its effect at once. Resolves with the kernel's answer; rejects with a StudioError when the
   * edit is refused, and then its effect is taken back. Edits with one `group` undo as one.
   */
  edit(op: string, args: EditArgs, group?: string, hint: EditHint = {}): Promise<EditResult> {
    const serial = ++this.#serial;
    const answer = this.#send(serial, op, args, group);
    const edit: PendingEdit = { serial, op, args, hint, sent: performance.now(), answer, rev: null, created: [] };
    this.#pending.push(edit);
    answer.then(
      (result) => {
        edit.rev = result.rev;
        this.#settle();
      },
      () => {
        this.#pending = this.#pending.filter((item) => item !== edit);
        this.#settle();
      },
    );
    this.#settle();
    return answer;
  }

  undo(): Promise<EditResult> {
    return this.#tracked(++this.#serial, async () => (await this.#channel.request("timeline.undo", {})).body);
  }

  redo(): Promise<EditResult> {
    return this.#tracked(++this.#serial, async () => (await this.#channel.request("timeline.redo", {})).body);
  }

  #send(serial: number, op: string, args: EditArgs, group: string | undefined): Promise<EditResult> {
    const named = this.#named(args);
    return this.#tracked(serial, async () => {
      const body = {
        op,
        args: named instanceof Promise ? await named : named,
        baseRev: this.#rev,
        group: group ?? null,
      };
      return (await this.#channel.request("timeline.edit", body)).body;
    });
  }

  /** Runs a request while counting it as waiting, so that a late answer shows as "busy". */
  #tracked(serial: number, ask: () => Promise<EditResult>): Promise<EditResult> {
    this.#waits.set(serial, performance.now());
    this.#watch();
    const answer = ask().catch((error: unknown) => {
      throw asStudioError(error);
    });
    const done = (): void => {
      this.#waits.delete(serial);
      this.#watch();
      this.#notify();
    };
    answer.then(done, done);
    return answer;
  }

  /** `args` with provisional ids replaced; a promise only when there are any, so that edits leave in order. */
  #named(args: EditArgs): EditArgs | Promise<EditArgs> {
    const ids = new Set<string>();
    const collect = (item: unknown): void => {
      if (typeof item === "string" && isProvisional(item) && this.#names.has(item)) ids.add(item);
      else if (Array.isArray(item)) item.forEach(collect);
    };
    Object.values(args).forEach(collect);
    if (ids.size === 0) return args;
    const resolve = async (): Promise<EditArgs> => {
      const names = new Map<string, string>();
      for (const id of ids) names.set(id, await (this.#names.get(id) as Promise<string>));
      const rename = (item: unknown): unknown =>
        typeof item === "string" ? (names.get(item) ?? item) : Array.isArray(item) ? item.map(rename) : item;
      return Object.fromEntries(Object.entries(args).map(([key, item]) => [key, rename(item)]));
    };
    return resolve();
  }

  #receive(delta: TimelineDelta): void {
    if (this.#status === "loading") {
      this.#early.push(delta);
      return;
    }
    if (!this.#base || delta.rev <= this.#rev) return;
    if (delta.baseRev !== this.#rev) {
      void this.load();
      return;
    }
    this.#base = patched(this.#base, delta);
    this.#rev = delta.rev;
    this.#history = delta.history;
    this.#echo = [...this.#echo.slice(0, Math.max(0, delta.echoLength - delta.echo.length)), ...delta.echo];
    this.#settle();
  }

  /** Drops pending edits that have arrived and predicts the others anew on the kernel's timeline. */
  #settle(): void {
    this.#pending = this.#pending.filter((edit) => edit.rev === null || edit.rev > this.#rev);
    let value = this.#base;
    const touched = new Set<string>();
    if (value) {
      for (const edit of this.#pending) {
        const guess = predict(value, edit.op, edit.args, edit.serial, edit.hint);
        value = guess.value;
        guess.clips.forEach((id) => touched.add(id));
        if (edit.created.length === 0 && guess.created.length > 0) this.#announce(edit, guess.created);
      }
    }
    this.#value = value;
    this.#pendingClips = touched;
    this.#notify();
  }

  #announce(edit: PendingEdit, created: readonly string[]): void {
    edit.created = created;
    created.forEach((id, index) => {
      const name = edit.answer.then((result) => {
        const real = result.created[index];
        if (real === undefined) {
          throw new StudioError({ code: "conflict", message: "That clip was changed meanwhile.", hint: "Try again." });
        }
        return real;
      });
      name.catch(() => undefined);
      this.#names.set(id, name);
    });
  }

  #watch(): void {
    clearTimeout(this.#busyTimer);
    const oldest = this.#waits.values().next().value;
    const left = oldest === undefined ? Infinity : oldest + BUSY_AFTER_MS - performance.now();
    const busy = left <= 0;
    if (busy !== this.#busy) {
      this.#busy = busy;
      this.#notify();
    }
    if (!busy && left < Infinity) this.#busyTimer = setTimeout(() => this.#watch(), left + 1);
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function joined(buffers: readonly DataView[]): string {
  const decoder = new TextDecoder();
  return buffers.map((buffer) => decoder.decode(buffer, { stream: true })).join("") + decoder.decode();
}
