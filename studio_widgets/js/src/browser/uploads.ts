/**
 * Files on their way into the library: two at a time, in pieces that are on disk before they count.
 *
 * A file of the same name, size and time of change goes on where it was cut. When the kernel dies, the files wait in the
 * page for the next widget that reaches their library.
 */
import { asStudioError, StudioError, type Channel } from "../core/channel.ts";
import type { AnyModel } from "../core/model.ts";
import { MAX_BUFFER } from "../core/protocol.ts";

export interface Transfer {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly phase: "waiting" | "sending" | "finishing" | "paused" | "failed";
  /** Bytes that have arrived. */
  readonly done: number;
  /** Bytes a second. */
  readonly rate: number;
  readonly error: StudioError | null;
}

type Source = Pick<File, "name" | "size" | "lastModified" | "slice">;

interface Job extends Transfer {
  phase: Transfer["phase"];
  done: number;
  rate: number;
  error: StudioError | null;
  readonly file: Source;
  uploadId: string;
  /** The library it goes into, where a widget that is gone began it. */
  readonly library: string;
  readonly abort: AbortController;
  mark: { at: number; done: number };
}

/** A file whose kernel is gone. */
interface Parked {
  file: Source;
  library: string;
}

const AT_ONCE = 2;
const WINDOW = 4 * MAX_BUFFER;
const ACK_MS = 30_000;
/** Failures in a row, without a byte of progress between them, after which a file is given up. */
const RETRIES = 4;
const RETRY_MS = 500;
const MESSAGES_PER_SECOND = 120;
const RATE_MS = 1500;

/** Page-wide: the widget that goes on with them is another one, with a bundle of its own. */
const parked = ((globalThis as Record<symbol, unknown>)[Symbol.for("studio-widgets.uploads")] ??= []) as Parked[];

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

export class Uploads {
  /** Called when the queue has run dry, with the number of files that arrived. */
  onFinished: (count: number) => void = () => {};
  readonly #channel: Pick<Channel, "request" | "onClosed" | "alive">;
  readonly #listeners = new Set<() => void>();
  #jobs: Job[] = [];
  #count = 0;
  #arrived = 0;
  #library = "";
  #second = { began: 0, sent: 0 };

  constructor(channel: Pick<Channel, "request" | "onClosed" | "alive">) {
    this.#channel = channel;
    channel.onClosed(() => this.#park());
    if (channel.alive) for (const { file, library } of parked.splice(0)) this.#push(file, library);
    this.#pump();
  }

  get alive(): boolean {
    return this.#channel.alive;
  }
  get list(): readonly Transfer[] {
    return this.#jobs;
  }

  subscribe(fn: () => void): () => void {
    this.#listeners.add(fn);
    return () => void this.#listeners.delete(fn);
  }

  add(files: Iterable<Source>): void {
    for (const file of files) this.#push(file, "");
    this.#pump();
  }

  /** Stops a file, or takes a failed one off the list; what has arrived of it is thrown away. */
  cancel(id: number): void {
    this.#stop(this.#jobs.filter((job) => job.id === id));
  }

  cancelAll(): void {
    this.#stop(this.#jobs);
  }

  /** Goes on with a file that failed. */
  retry(id: number): void {
    const job = this.#jobs.find((one) => one.id === id && one.phase === "failed");
    if (job) this.#set(job, { phase: "waiting", error: null });
    this.#pump();
  }

  #stop(jobs: readonly Job[]): void {
    this.#jobs = this.#jobs.filter((job) => !jobs.includes(job));
    for (const { abort, uploadId, file } of jobs) {
      abort.abort();
      if (uploadId) this.#forget(uploadId);
      for (let at = parked.length; at--;) if (parked[at]!.file === file) parked.splice(at, 1);
    }
    this.#pump();
  }

  #push(file: Source, library: string): void {
    const { name, size } = file;
    const mark = { at: 0, done: 0 };
    const fresh = { id: ++this.#count, name, size, phase: "waiting", done: 0, rate: 0, error: null } as const;
    this.#jobs = [...this.#jobs, { ...fresh, file, library, uploadId: "", mark, abort: new AbortController() }];
  }

  #pump(): void {
    const busy = this.#jobs.filter(({ phase }) => phase === "sending" || phase === "finishing").length;
    const next = this.#channel.alive ? this.#jobs.filter(({ phase }) => phase === "waiting") : [];
    for (const job of next.slice(0, AT_ONCE - busy)) void this.#run(job);
    if (busy + next.length === 0 && this.#arrived > 0) {
      this.onFinished(this.#arrived);
      this.#arrived = 0;
    }
    this.#tell();
  }

  async #run(job: Job): Promise<void> {
    const { signal } = job.abort;
    this.#set(job, { phase: "sending", rate: 0, mark: { at: performance.now(), done: job.done } });
    try {
      if (await this.#transmit(job)) {
        this.#set(job, { phase: "finishing", rate: 0 });
        await this.#ask("upload.finish", { uploadId: job.uploadId }, { signal });
        this.#arrived += 1;
      }
      this.#drop(job);
    } catch (caught) {
      // Parked and cancelled ones are dealt with where that happened.
      if (job.phase !== "paused" && !signal.aborted) this.#set(job, { phase: "failed", error: asStudioError(caught) });
    }
    this.#pump();
  }

  /** Sends the file until all of it is on disk. False: this is not the library that it was begun in. */
  async #transmit(job: Job): Promise<boolean> {
    const { name, size, lastModified: modified } = job.file;
    for (let failures = 0; ; failures++) {
      const { signal } = job.abort;
      const { body } = await this.#ask("upload.start", { name, size, modified }, { signal });
      if (job.library && body.library !== job.library) {
        this.#forget(body.uploadId);
        parked.push({ file: job.file, library: job.library });
        return false;
      }
      this.#library = body.library ?? "";
      job.uploadId = body.uploadId;
      if (body.nextOffset > job.done) failures = 0;
      this.#set(job, { done: body.nextOffset });
      const trouble = await this.#pieces(job);
      if (!trouble) return true;
      if (failures >= RETRIES || signal.aborted || !this.#channel.alive) throw trouble;
      await wait(RETRY_MS * failures);
    }
  }

  /** Sends what is missing, as far ahead of what has arrived as the window allows; returns what stopped it. */
  async #pieces(job: Job): Promise<StudioError | null> {
    const state: { trouble: StudioError | null } = { trouble: null };
    const flying = new Set<Promise<void>>();
    const { signal } = job.abort;
    // An acknowledgement counts for all pieces before it: one that is lost holds nothing up.
    const until = async (done: number): Promise<void> => {
      while (job.done < done && flying.size > 0 && !state.trouble) await Promise.race(flying);
    };
    for (let offset = job.done; offset < job.size && !state.trouble; offset += MAX_BUFFER) {
      await until(offset + MAX_BUFFER - WINDOW);
      const data = await this.#read(job.file, offset);
      await this.#turn();
      if (state.trouble || signal.aborted) break;
      const piece = this.#ask(
        "upload.piece",
        { uploadId: job.uploadId, offset },
        { buffers: [data], timeout: ACK_MS, signal },
      )
        .then(
          ({ body }) => this.#progress(job, body.nextOffset),
          (error) => void (state.trouble ??= asStudioError(error)),
        )
        .finally(() => flying.delete(piece));
      flying.add(piece);
    }
    await until(job.size);
    return job.done >= job.size
      ? null
      : (state.trouble ?? new StudioError({ code: "timeout", message: "Pieces are missing." }));
  }

  async #read(file: Source, offset: number): Promise<ArrayBuffer> {
    try {
      return await file.slice(offset, offset + MAX_BUFFER).arrayBuffer();
    } catch {
      const hint = "It was moved or changed: drop it again.";
      throw new StudioError({
        code: "file_gone",
        message: "The file cannot be read any more.",
        where: file.name,
        hint,
      });
    }
  }

  /** Jupyter silently drops messages beyond a rate: waits for the next second where this one is used up. */
  async #turn(): Promise<void> {
    const now = performance.now();
    const left = this.#second.began + 1000 - now;
    if (left <= 0) this.#second = { began: now, sent: 1 };
    else if (++this.#second.sent > MESSAGES_PER_SECOND) {
      await wait(left);
      await this.#turn();
    }
  }

  #ask: Channel["request"] = (kind, body, options) => this.#channel.request(kind, body, options);

  #progress(job: Job, done: number): void {
    if (done <= job.done) return;
    const now = performance.now();
    const { mark } = job;
    const rate = ((done - mark.done) * 1000) / Math.max(1, now - mark.at);
    this.#set(job, { done, rate, ...(now - mark.at > RATE_MS ? { mark: { at: now, done } } : {}) });
  }

  /** The kernel is gone: the files wait in the page. */
  #park(): void {
    for (const job of this.#jobs) {
      if (job.phase === "failed") continue;
      parked.push({ file: job.file, library: job.library || this.#library });
      this.#set(job, { phase: "paused", rate: 0 });
    }
  }

  #forget(uploadId: string): void {
    void this.#ask("upload.cancel", { uploadId }).catch(() => {});
  }

  #drop(job: Job): void {
    this.#jobs = this.#jobs.filter((one) => one !== job);
    this.#tell();
  }

  #set(job: Job, changes: Partial<Job>): void {
    Object.assign(job, changes);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

const all = new WeakMap<AnyModel, Uploads>();

/** The uploads of `model`, shared by its views; a channel that took a dead one's place has its own. */
export function uploadsOf(model: AnyModel, channel: Channel): Uploads {
  let uploads = all.get(model);
  if (!uploads || (!uploads.alive && channel.alive)) all.set(model, (uploads = new Uploads(channel)));
  return uploads;
}
