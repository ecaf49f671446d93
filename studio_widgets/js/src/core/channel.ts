/** Request and reply over the widget's custom messages; also the kernel's unasked events. */
import type { AnyModel } from "./model.ts";
import { VERSION, type ErrorBody, type Events, type ProgressEvent, type Requests } from "./protocol.ts";

const PENDING_TICK_MS = 100;

/** An error from the kernel or the connection: what, where, and the next step. */
export class StudioError extends Error {
  readonly code: string;
  readonly where: string;
  readonly hint: string;

  constructor(body: ErrorBody) {
    super(body.message);
    this.name = "StudioError";
    this.code = body.code;
    this.where = body.where ?? "";
    this.hint = body.hint ?? "";
  }
}

/** Any thrown thing as a StudioError. */
export function asStudioError(error: unknown): StudioError {
  if (error instanceof StudioError) return error;
  const message = error instanceof Error ? error.message : String(error);
  // the loader's errors, which come from another module, say as much as ours
  const { code = "widget_error", where = "", hint = "" } = (error ?? {}) as Partial<ErrorBody>;
  return new StudioError({ code, message, where, hint });
}

export interface RequestOptions {
  buffers?: ArrayBuffer[];
  /** Milliseconds until the request is given up and cancelled; none by default, since a busy kernel answers late. */
  timeout?: number;
  /** Aborting cancels the request in the kernel and rejects with code `cancelled`. */
  signal?: AbortSignal;
  /** Told how far the work of this request is. */
  onProgress?: (progress: ProgressEvent) => void;
}

export interface Answer<T> {
  body: T;
  buffers: DataView[];
}

interface Waiting {
  sent: number;
  resolve(answer: Answer<unknown>): void;
  reject(error: StudioError): void;
}

type Handler = (body: unknown, buffers: DataView[]) => void;
type PendingHandler = (count: number, oldestMs: number) => void;

/** One conversation with the kernel. Make one per model and share it between the views. */
export class Channel {
  readonly #model: AnyModel;
  readonly #prefix = Math.random().toString(36).slice(2, 10);
  readonly #waiting = new Map<string, Waiting>();
  readonly #handlers = new Map<string, Set<Handler>>();
  readonly #pendingHandlers = new Set<PendingHandler>();
  readonly #closedHandlers = new Set<() => void>();
  #count = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #closed = false;

  constructor(model: AnyModel, signal: AbortSignal) {
    this.#model = model;
    const receive = (message: unknown, buffers?: DataView[]): void => this.#receive(message, buffers ?? []);
    const gone = (): void => this.#close("kernel_gone", "The kernel is gone.", "Run the cell again to reconnect.");
    model.on("msg:custom", receive);
    model.on("comm:close", gone);
    // Fires when the kernel restarts or the connection is lost for good; the first change is always live -> dead.
    model.on("comm_live_update", gone);
    signal.addEventListener("abort", () => {
      model.off("msg:custom", receive);
      model.off("comm:close", gone);
      model.off("comm_live_update", gone);
      this.#close("closed", "The widget was closed.", "");
    });
  }

  /** How many requests wait for their reply. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** False once the kernel is gone. */
  get alive(): boolean {
    return !this.#closed;
  }

  /** Asks the kernel; rejects with a StudioError. */
  request<K extends keyof Requests>(
    kind: K,
    body: Requests[K]["request"],
    options: RequestOptions = {},
  ): Promise<Answer<Requests[K]["response"]>> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(problem("kernel_gone", "The kernel is gone.", "Run the cell again to reconnect."));
        return;
      }
      if (options.signal?.aborted) {
        reject(problem("cancelled", "Cancelled."));
        return;
      }
      const id = `${this.#prefix}-${++this.#count}`;
      const timer =
        options.timeout === undefined
          ? undefined
          : setTimeout(
              () => this.#giveUp(id, problem("timeout", "The kernel did not answer in time.")),
              options.timeout,
            );
      const abort = (): void => this.#giveUp(id, problem("cancelled", "Cancelled."));
      const { onProgress } = options;
      const off = onProgress && this.on("progress", (progress) => progress.target === id && onProgress(progress));
      const end = (): void => {
        off?.();
        clearTimeout(timer);
        options.signal?.removeEventListener("abort", abort);
      };
      options.signal?.addEventListener("abort", abort);
      this.#waiting.set(id, {
        sent: performance.now(),
        resolve: (answer) => (end(), resolve(answer as Answer<Requests[K]["response"]>)),
        reject: (error) => (end(), reject(error)),
      });
      this.#model.send({ v: VERSION, id, kind, body }, undefined, options.buffers ?? []);
      this.#notifyPending();
    });
  }

  /** Listens to an event of the kernel; returns the way to stop. */
  on<K extends keyof Events>(kind: K, fn: (body: Events[K], buffers: DataView[]) => void): () => void {
    let set = this.#handlers.get(kind);
    if (!set) this.#handlers.set(kind, (set = new Set()));
    set.add(fn as Handler);
    return () => void set.delete(fn as Handler);
  }

  /** Told how many requests wait and for how long the oldest has, whenever it changes and every 100 ms while any does. */
  onPending(fn: PendingHandler): () => void {
    this.#pendingHandlers.add(fn);
    return () => void this.#pendingHandlers.delete(fn);
  }

  /** Told once, when the kernel is gone. */
  onClosed(fn: () => void): () => void {
    this.#closedHandlers.add(fn);
    return () => void this.#closedHandlers.delete(fn);
  }

  #receive(message: unknown, buffers: DataView[]): void {
    if (typeof message !== "object" || message === null) return;
    const content = message as { id?: string; ok?: boolean; kind?: string; body?: unknown; error?: ErrorBody | null };
    if (content.id !== undefined && content.ok !== undefined) {
      // Replies go to every view of the model; those to others' requests are not ours to mind.
      const waiting = this.#take(content.id);
      if (!waiting) return;
      if (content.ok) waiting.resolve({ body: content.body, buffers });
      else
        waiting.reject(
          new StudioError(content.error ?? { code: "protocol_error", message: "Refused.", where: "", hint: "" }),
        );
    } else if (content.kind !== undefined) {
      for (const handler of [...(this.#handlers.get(content.kind) ?? [])]) handler(content.body, buffers);
    }
  }

  #take(id: string): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting) {
      this.#waiting.delete(id);
      this.#notifyPending();
    }
    return waiting;
  }

  #giveUp(id: string, error: StudioError): void {
    const waiting = this.#take(id);
    if (!waiting) return;
    this.#model.send({ v: VERSION, id: `${this.#prefix}-${++this.#count}`, kind: "cancel", body: { target: id } });
    waiting.reject(error);
  }

  #close(code: string, message: string, hint: string): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(problem(code, message, hint));
    for (const handler of [...this.#closedHandlers]) handler();
  }

  #notifyPending(): void {
    const oldest = this.#waiting.values().next().value;
    const age = oldest ? performance.now() - oldest.sent : 0;
    for (const handler of [...this.#pendingHandlers]) handler(this.#waiting.size, age);
    if (oldest && this.#timer === undefined) {
      this.#timer = setInterval(() => this.#notifyPending(), PENDING_TICK_MS);
    } else if (!oldest && this.#timer !== undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}

function problem(code: string, message: string, hint = ""): StudioError {
  return new StudioError({ code, message, where: "", hint });
}
