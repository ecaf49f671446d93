/** Filmstrips and waveforms of sources: asked for when first drawn, kept per source. */
import { asStudioError, type Channel } from "../core/channel.ts";
import type { Clip, MediaRef, Sprite } from "../core/protocol.ts";
import { FILM_HEIGHT } from "./lanes.ts";
import { buildPeaks, type PeakLevels } from "./peaks.ts";

/** A decoded sprite sheet, its tiles already of the size they are drawn at: copying pixels is all that is left to do. */
export interface Filmstrip {
  readonly image: ImageBitmap;
  readonly sprite: Sprite;
  /** Size of a tile in the image, in device pixels. */
  readonly tileWidth: number;
  readonly tileHeight: number;
}

const MAX_AT_ONCE = 2;
/** Sheets of 100 tiles, 44 px high, are 1.4 MB each (four times that on a fine screen). */
const MAX_FILMSTRIPS = 64;

type Entry<T> = { state: "waiting" } | { state: "none" } | { state: "ready"; value: T };

/** One kind of derived thing, by source. */
class Shelf<T> {
  readonly entries = new Map<string, Entry<T>>();
  readonly #limit: number;
  readonly #drop: (value: T) => void;

  constructor(limit: number, drop: (value: T) => void) {
    this.#limit = limit;
    this.#drop = drop;
  }

  /** The entry, moved to the young end. */
  touch(key: string): Entry<T> | undefined {
    const entry = this.entries.get(key);
    if (entry) {
      this.entries.delete(key);
      this.entries.set(key, entry);
    }
    return entry;
  }

  put(key: string, value: T): void {
    this.entries.set(key, { state: "ready", value });
    let ready = 0;
    for (const entry of this.entries.values()) if (entry.state === "ready") ready++;
    for (const [old, entry] of this.entries) {
      if (ready <= this.#limit) break;
      if (entry.state !== "ready") continue;
      this.entries.delete(old);
      this.#drop(entry.value);
      ready--;
    }
  }

  /** Forgets what could not be had, so that it is asked for again. */
  retry(): void {
    for (const [key, entry] of this.entries) if (entry.state === "none") this.entries.delete(key);
  }
}

interface Job {
  key: string;
  run(): Promise<void>;
}

export class Assets {
  readonly #channel: Channel;
  readonly #loaded: () => void;
  readonly #strips = new Shelf<Filmstrip>(MAX_FILMSTRIPS, (strip) => strip.image.close());
  readonly #peaks = new Shelf<PeakLevels>(Infinity, () => undefined);
  /** Keys of sources that are gone. */
  readonly #missing = new Set<string>();
  #queue: Job[] = [];
  #running = 0;

  /** `loaded` is called whenever something has arrived that can be drawn. */
  constructor(channel: Channel, loaded: () => void, signal: AbortSignal) {
    this.#channel = channel;
    this.#loaded = loaded;
    const stop = channel.on("library.changed", () => {
      this.#strips.retry();
      this.#peaks.retry();
      this.#missing.clear();
      loaded();
    });
    signal.addEventListener("abort", () => {
      stop();
      this.#queue = [];
    });
  }

  /** The filmstrip of the clip's source, null while (or because) there is none. */
  filmstrip(clip: Clip): Filmstrip | null {
    const ref = mediaRef(clip);
    return ref && this.#get(this.#strips, ref, () => this.#loadStrip(ref));
  }

  /** The waveform of the clip's source. */
  peaks(clip: Clip): PeakLevels | null {
    const ref = mediaRef(clip);
    return ref && this.#get(this.#peaks, ref, () => this.#loadPeaks(ref));
  }

  /** How many sources are known to be gone. */
  get missingCount(): number {
    return this.#missing.size;
  }

  /** Whether the clip's source is known to be gone. */
  missing(clip: Clip): boolean {
    if (this.#missing.size === 0) return false;
    const ref = mediaRef(clip);
    return ref !== null && this.#missing.has(keyOf(ref));
  }

  #get<T>(shelf: Shelf<T>, ref: MediaRef, load: () => Promise<T | null>): T | null {
    const key = keyOf(ref);
    const entry = shelf.touch(key);
    if (entry) return entry.state === "ready" ? entry.value : null;
    shelf.entries.set(key, { state: "waiting" });
    const run = async (): Promise<void> => {
      const value = await load().catch((error: unknown) => {
        if (asStudioError(error).code === "missing_media") this.#missing.add(key);
        return null;
      });
      if (value === null) {
        shelf.entries.set(key, { state: "none" });
        if (this.#missing.has(key)) this.#loaded();
        return;
      }
      shelf.put(key, value);
      this.#loaded();
    };
    // Newest first: what has just come into view matters more than what has been scrolled past.
    this.#queue.unshift({ key, run });
    this.#work();
    return null;
  }

  #work(): void {
    while (this.#running < MAX_AT_ONCE) {
      const job = this.#queue.shift();
      if (!job) return;
      this.#running++;
      void job.run().finally(() => {
        this.#running--;
        this.#work();
      });
    }
  }

  async #loadStrip(ref: MediaRef): Promise<Filmstrip | null> {
    const { body, buffers } = await this.#channel.request("library.sprite", ref);
    if (buffers.length > 0 && body.count > 0) return decode(buffers, body);
    const thumbnail = await this.#channel.request("library.thumbnails", { refs: [ref] });
    if (thumbnail.buffers.length === 0) return null;
    const { width, height } = thumbnail.body.pictures[0]!;
    const one = { columns: 1, rows: 1, count: 1, tileWidth: width, tileHeight: height, secondsPerTile: 1 };
    return decode(thumbnail.buffers, one);
  }

  async #loadPeaks(ref: MediaRef): Promise<PeakLevels | null> {
    const { body, buffers } = await this.#channel.request("library.peaks", ref);
    if (buffers.length === 0 || body.count === 0) return null;
    const bytes = new Uint8Array(buffers.reduce((total, buffer) => total + buffer.byteLength, 0));
    let at = 0;
    for (const buffer of buffers) {
      bytes.set(new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength), at);
      at += buffer.byteLength;
    }
    return buildPeaks(bytes, body.bucketsPerSecond);
  }
}

async function decode(buffers: readonly DataView[], sprite: Sprite): Promise<Filmstrip | null> {
  const blob = new Blob([...buffers] as BlobPart[], { type: "image/jpeg" });
  const tileHeight = Math.round(FILM_HEIGHT * (devicePixelRatio || 1));
  const tileWidth = Math.max(8, Math.round((tileHeight * sprite.tileWidth) / sprite.tileHeight));
  const image = await createImageBitmap(blob, {
    resizeWidth: tileWidth * sprite.columns,
    resizeHeight: tileHeight * sprite.rows,
    resizeQuality: "medium",
  });
  return { image, sprite, tileWidth, tileHeight };
}

function keyOf(ref: MediaRef): string {
  return `${ref.recording ? "recording" : "media"}:${ref.id}`;
}

function mediaRef(clip: Clip): MediaRef | null {
  const { source } = clip;
  if (source.type === "media_file") return { id: source.mediaFileId, recording: false };
  if (source.type === "recording") return { id: source.recordingId, recording: true };
  return null;
}
