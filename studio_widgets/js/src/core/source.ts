/** What the player shows: the project, or one media file or take by itself (the trait `player_source`). */
import type { AnyModel } from "./model.ts";
import type { SourceShown } from "./protocol.ts";
import type { StudioContext } from "./shell.ts";
import { parseRate, type Rate } from "./timecode.ts";
import { trait, type Trait } from "./traits.ts";

export interface Subject {
  /** The media file; "": the project. */
  readonly id: string;
  readonly name: string;
  readonly kind: SourceShown["kind"];
  /** Frames. */
  readonly total: number;
  readonly rate: Rate;
  readonly width: number;
  readonly height: number;
  readonly playhead: Trait<number>;
  /** The revision that a picture must not be older than; negative: there is nothing to show yet. */
  readonly rev: number;
}

type Context = Pick<StudioContext, "model" | "document">;

/** The playhead of a media file: in this page only, so that the project's stays where it is. */
class OwnPlayhead implements Trait<number> {
  readonly #listeners = new Set<(frame: number) => void>();
  #frame = 0;
  #id = "";

  /** This playhead for media file `id`; another one than before starts at 0. */
  of(id: string): this {
    if (id !== this.#id) this.#frame = 0;
    this.#id = id;
    return this;
  }
  get(): number {
    return this.#frame;
  }
  set(frame: number): void {
    if (frame === this.#frame) return;
    this.#frame = frame;
    for (const listener of [...this.#listeners]) listener(frame);
  }
  subscribe(fn: (frame: number) => void): () => void {
    this.#listeners.add(fn);
    return () => void this.#listeners.delete(fn);
  }
}

const playheads = new WeakMap<AnyModel, OwnPlayhead>();

/** The media file that the player of `model` shows; null: it shows the project, or there is no player. */
export function shownSource(model: AnyModel): SourceShown | null {
  const shown = model.get("player_source") as Partial<SourceShown> | undefined;
  return shown?.id ? (shown as SourceShown) : null;
}

/** What the player shows now. */
export function subjectOf({ model, document }: Context): Subject {
  const shown = shownSource(model);
  if (!shown) {
    const { value, rev } = document;
    const { rate = parseRate("30"), totalFrames: total = 0, width = 1920, height = 1080 } = value ?? {};
    return { id: "", name: "", kind: "video", total, rate, width, height, playhead: trait(model, "playhead", 0), rev };
  }
  let playhead = playheads.get(model);
  if (!playhead) playheads.set(model, (playhead = new OwnPlayhead()));
  const { id, name, kind, frames: total, width, height } = shown;
  return { id, name, kind, total, rate: parseRate(shown.rate), width, height, playhead: playhead.of(id), rev: 0 };
}

/** Shows the project again; true when a media file was shown. */
export function backToTimeline({ model, channel }: Pick<StudioContext, "model" | "channel">): boolean {
  if (!shownSource(model)) return false;
  // a kernel that is gone shows nothing at all
  channel.request("player.source", {}).catch(() => undefined);
  return true;
}
