/** Filmstrips for hovering over tiles: fetched when the mouse rests on one, the newest few kept. */
import type { Channel } from "../core/channel.ts";
import type { MediaItem, Sprite } from "../core/protocol.ts";

export interface Sheet extends Sprite {
  url: string;
}

const KEPT = 24;

export class Sprites {
  readonly #channel: Pick<Channel, "request">;
  readonly #sheets = new Map<string, Promise<Sheet | null>>();

  constructor(channel: Pick<Channel, "request">) {
    this.#channel = channel;
  }

  /** The filmstrip of a video or take; null while there is none. */
  get({ id, sourceType }: MediaItem): Promise<Sheet | null> {
    const known = this.#sheets.get(id);
    this.#sheets.delete(id);
    const sheet = known ?? this.#fetch(id, sourceType === "recording");
    this.#sheets.set(id, sheet);
    for (const [old, gone] of this.#sheets) {
      if (this.#sheets.size <= KEPT) break;
      this.#sheets.delete(old);
      void gone.then((one) => one && URL.revokeObjectURL(one.url));
    }
    return sheet;
  }

  close(): void {
    for (const sheet of this.#sheets.values()) void sheet.then((one) => one && URL.revokeObjectURL(one.url));
    this.#sheets.clear();
  }

  async #fetch(id: string, recording: boolean): Promise<Sheet | null> {
    try {
      const { body, buffers } = await this.#channel.request("library.sprite", { id, recording });
      const blob = new Blob(buffers as DataView<ArrayBuffer>[], { type: "image/jpeg" });
      if (body.count > 0 && blob.size > 0) return { ...body, url: URL.createObjectURL(blob) };
    } catch {
      // without a filmstrip the tile shows its picture; the browser itself reports a broken connection
    }
    this.#sheets.delete(id); // it may be made later
    return null;
  }
}

/** The tile at `fraction` (0..1) of the whole, and its place on the sheet as CSS. */
export function tileAt(sheet: Sprite, fraction: number): { index: number; position: string } {
  const { columns, rows, count } = sheet;
  const index = Math.max(0, Math.min(count - 1, Math.floor(fraction * count)));
  const part = (at: number, of: number): number => (of > 1 ? (100 * at) / (of - 1) : 0);
  return { index, position: `${part(index % columns, columns)}% ${part(Math.floor(index / columns), rows)}%` };
}
