/** Thumbnails as blob URLs: fetched when a tile comes into sight, shared between views, revoked when let go. */

export interface ThumbnailRef {
  id: string;
  recording: boolean;
}

interface Entry {
  url: string | null;
  /** Nothing to show: asked for, and there is none. */
  missing: boolean;
  users: Set<(url: string | null) => void>;
  state: "queued" | "asking" | "done";
  ref: ThumbnailRef;
}

interface Limits {
  /** So many pictures that nobody shows are kept. */
  capacity: number;
  /** So many questions are open at a time, */
  questions: number;
  /** each for so many pictures: a page of tiles is a few messages, and the next page need not queue behind thirty. */
  pictures: number;
}

const LIMITS: Limits = { capacity: 180, questions: 2, pictures: 12 };

export class Thumbnails {
  readonly #fetch: (refs: ThumbnailRef[]) => Promise<Array<Blob | null>>;
  readonly #limits: Limits;
  // insertion order is age: an entry that is used again is put at the end
  readonly #entries = new Map<string, Entry>();
  #open = 0;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(fetch: (refs: ThumbnailRef[]) => Promise<Array<Blob | null>>, limits: Partial<Limits> = {}) {
    this.#fetch = fetch;
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Tells `show` the picture's URL now or later (null: there is none); call the result when it is no longer shown. */
  use(ref: ThumbnailRef, show: (url: string | null) => void): () => void {
    const key = keyOf(ref);
    let entry = this.#entries.get(key);
    if (!entry) entry = { url: null, missing: false, users: new Set(), state: "queued", ref };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users.add(show);
    if (entry.state === "done") show(entry.url);
    else this.#gather();
    return () => {
      entry.users.delete(show);
      if (entry.users.size === 0 && entry.state === "queued") this.#entries.delete(key);
      this.#evict();
    };
  }

  /** Asks again for those that had none: derived files may have been made since. */
  forgetMissing(): void {
    for (const [key, entry] of [...this.#entries]) {
      if (!entry.missing) continue;
      if (entry.users.size === 0) this.#entries.delete(key);
      else Object.assign(entry, { missing: false, state: "queued" });
    }
    this.#gather();
  }

  /** Revokes everything. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#gathering);
    for (const entry of this.#entries.values()) if (entry.url) URL.revokeObjectURL(entry.url);
    this.#entries.clear();
  }

  /** Tiles come into sight one by one, each in a callback of its own: asks when all of them have. */
  #gather(): void {
    if (this.#gathering === undefined && !this.#closed) this.#gathering = setTimeout(() => this.#pump());
  }

  #pump(): void {
    this.#gathering = undefined;
    while (!this.#closed && this.#open < this.#limits.questions) {
      const wanted: Entry[] = [];
      for (const entry of this.#entries.values()) {
        if (entry.state === "queued" && wanted.push(entry) === this.#limits.pictures) break;
      }
      if (wanted.length === 0) return;
      void this.#ask(wanted);
    }
  }

  async #ask(entries: Entry[]): Promise<void> {
    for (const entry of entries) entry.state = "asking";
    this.#open += 1;
    let blobs: Array<Blob | null> = [];
    try {
      blobs = await this.#fetch(entries.map(({ ref }) => ref));
    } catch {
      // a tile without a picture shows its kind; the browser itself reports a broken connection
    }
    this.#open -= 1;
    if (this.#closed) return;
    entries.forEach((entry, index) => this.#show(entry, blobs[index] ?? null));
    this.#evict();
    this.#pump();
  }

  #show(entry: Entry, blob: Blob | null): void {
    entry.state = "done";
    entry.missing = blob === null;
    entry.url = blob && URL.createObjectURL(blob);
    for (const show of entry.users) show(entry.url);
  }

  #evict(): void {
    let surplus = this.#entries.size - this.#limits.capacity;
    for (const [key, entry] of [...this.#entries]) {
      if (surplus <= 0) return;
      if (entry.users.size > 0 || entry.state === "asking") continue;
      if (entry.url) URL.revokeObjectURL(entry.url);
      this.#entries.delete(key);
      surplus -= 1;
    }
  }
}

function keyOf(ref: ThumbnailRef): string {
  return `${ref.recording ? "recording" : "media"}:${ref.id}`;
}
