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

/** Keeps the newest `capacity` pictures that nobody shows; asks for at most `atOnce` at a time. */
export class Thumbnails {
  readonly #fetch: (ref: ThumbnailRef) => Promise<Blob | null>;
  readonly #capacity: number;
  readonly #atOnce: number;
  // insertion order is age: an entry that is used again is put at the end
  readonly #entries = new Map<string, Entry>();
  #asking = 0;
  #closed = false;

  constructor(fetch: (ref: ThumbnailRef) => Promise<Blob | null>, capacity = 180, atOnce = 4) {
    this.#fetch = fetch;
    this.#capacity = capacity;
    this.#atOnce = atOnce;
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
    else this.#pump();
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
    this.#pump();
  }

  /** Revokes everything. */
  close(): void {
    this.#closed = true;
    for (const entry of this.#entries.values()) if (entry.url) URL.revokeObjectURL(entry.url);
    this.#entries.clear();
  }

  #pump(): void {
    if (this.#closed) return;
    for (const entry of this.#entries.values()) {
      if (this.#asking >= this.#atOnce) return;
      if (entry.state === "queued") void this.#ask(entry);
    }
  }

  async #ask(entry: Entry): Promise<void> {
    entry.state = "asking";
    this.#asking += 1;
    let blob: Blob | null = null;
    try {
      blob = await this.#fetch(entry.ref);
    } catch {
      // a tile without a picture shows its kind; the browser itself reports a broken connection
    }
    this.#asking -= 1;
    if (this.#closed) return;
    entry.state = "done";
    entry.missing = blob === null;
    entry.url = blob && URL.createObjectURL(blob);
    for (const show of entry.users) show(entry.url);
    this.#evict();
    this.#pump();
  }

  #evict(): void {
    let surplus = this.#entries.size - this.#capacity;
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
