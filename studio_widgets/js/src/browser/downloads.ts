/** Files on their way out of the library: from a URL where storage has one, else in pieces from the kernel. */
import { asStudioError, type Channel, type StudioError } from "../core/channel.ts";
import type { MediaItem } from "../core/protocol.ts";
import type { Transfer } from "./uploads.ts";

interface Job extends Transfer {
  phase: Transfer["phase"];
  done: number;
  rate: number;
  error: StudioError | null;
  readonly item: MediaItem;
  readonly abort: AbortController;
}

/** Has the browser save what is at `url` as `name`. */
function save(url: string, name: string): void {
  const link = Object.assign(document.createElement("a"), {
    href: url,
    download: name,
    target: "_blank",
    rel: "noopener",
  });
  link.click();
}

export class Downloads {
  readonly #channel: Channel;
  readonly #listeners = new Set<() => void>();
  #jobs: Job[] = [];
  #count = 0;
  #running = false;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get list(): readonly Transfer[] {
    return this.#jobs;
  }

  subscribe(fn: () => void): () => void {
    this.#listeners.add(fn);
    return () => void this.#listeners.delete(fn);
  }

  add(items: readonly MediaItem[]): void {
    const fresh = { phase: "waiting", done: 0, rate: 0, error: null } as const;
    this.#jobs = [
      ...this.#jobs,
      ...items.map((item) => ({
        ...fresh,
        item,
        id: --this.#count,
        name: item.name,
        size: item.fileSize,
        abort: new AbortController(),
      })),
    ];
    void this.#run();
  }

  cancel(id: number): void {
    const job = this.#jobs.find((one) => one.id === id);
    job?.abort.abort();
    this.#change(() => (this.#jobs = this.#jobs.filter((one) => one !== job)));
  }

  cancelAll(): void {
    for (const { id } of this.#jobs) this.cancel(id);
  }

  retry(id: number): void {
    const job = this.#jobs.find((one) => one.id === id);
    if (job) this.#change(() => Object.assign(job, { phase: "waiting", error: null, done: 0 }));
    void this.#run();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let job: Job | undefined; (job = this.#jobs.find(({ phase }) => phase === "waiting"));) {
      const { id, abort } = job;
      try {
        await this.#fetch(job);
        this.cancel(id);
      } catch (caught) {
        const failed = { phase: "failed", error: asStudioError(caught) } as const;
        if (!abort.signal.aborted) this.#change(() => Object.assign(job!, failed));
      }
    }
    this.#running = false;
  }

  async #fetch(job: Job): Promise<void> {
    const { item, abort } = job;
    const began = performance.now();
    const parts: Blob[] = [];
    this.#change(() => (job.phase = "sending"));
    for (;;) {
      const { body, buffers } = await this.#channel.request(
        item.sourceType === "recording" ? "recorder.download" : "library.download",
        { id: item.id, offset: job.done },
        { signal: abort.signal },
      );
      if (body.url) {
        if (/^https?:/.test(body.url)) save(body.url, body.name);
        return;
      }
      // as a Blob it may lie on the browser's disk
      parts.push(new Blob(buffers as DataView<ArrayBuffer>[]));
      const done = job.done + parts.at(-1)!.size;
      if (done === job.done && done < body.size) throw new Error("the file ends before its end");
      if (done >= body.size) {
        const url = URL.createObjectURL(new Blob(parts, { type: body.fileType }));
        save(url, body.name);
        setTimeout(() => URL.revokeObjectURL(url), 60_000);
        return;
      }
      this.#change(() => Object.assign(job, { done, rate: (done * 1000) / (performance.now() - began) }));
    }
  }

  #change(change: () => unknown): void {
    change();
    for (const listener of this.#listeners) listener();
  }
}
