/** Asks for single frames while the player rests: the newest wish wins, at most two are under way. */
import type { Channel } from "../core/channel.ts";
import type { FrameEvent } from "../core/protocol.ts";
import type { PlayerHub } from "./hub.ts";

export interface Wish {
  frame: number;
  /** Pixels of the stage. */
  width: number;
  height: number;
  /** The document's revision the picture must not be older than. */
  rev: number;
}

export interface Shown {
  frame: number;
  rev: number;
  data: DataView;
}

const IN_FLIGHT = 2;
/** While the playhead moves, pictures are no wider than this: 28–36 of them fit into a second. */
const MOVING_WIDTH = 640;
const REST_MS = 140;
const LOST_MS = 3000;
const OLD_REV_MS = 120;
const OLD_REV_TRIES = 25;

/**
 * Turns wishes into `player.scrub` requests and hands on the answers that are still wanted.
 *
 * A picture for every view of the model comes to each of them; one that shows the wished frame is taken whoever asked
 * for it, because the engine draws only the newest request.
 */
export class Scrubber {
  readonly #channel: Pick<Channel, "request" | "on">;
  readonly #hub: PlayerHub;
  readonly #show: (shown: Shown) => void;
  readonly #stop: () => void;
  readonly #flying = new Map<number, ReturnType<typeof setTimeout>>();
  #wish: Wish | null = null;
  #sent = false;
  /** The wished frame is on the stage already, in whatever size. */
  #filled = false;
  #newest = 0;
  #fine = true;
  #tries = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(channel: Pick<Channel, "request" | "on">, hub: PlayerHub, show: (shown: Shown) => void) {
    this.#channel = channel;
    this.#hub = hub;
    this.#show = show;
    this.#stop = channel.on("player.frame", (event, buffers) => this.#arrived(event, buffers[0]));
  }

  /** Shows `wish` as soon as possible. While `moving`, in small pictures first and in full size once it rests. */
  want(wish: Wish, moving: boolean): void {
    this.#wish = wish;
    this.#sent = false;
    this.#tries = 0;
    this.#filled = false;
    this.#fine = !moving || wish.width <= MOVING_WIDTH;
    clearTimeout(this.#rest);
    if (!this.#fine) this.#rest = setTimeout(() => this.#refine(), REST_MS);
    this.#pump();
  }

  /** Wants nothing any more: playback takes over. */
  forget(): void {
    this.#wish = null;
    clearTimeout(this.#rest);
    clearTimeout(this.#again);
  }

  /** Forgets what is under way too: its answers show something else, or do not come. */
  reset(): void {
    this.forget();
    for (const timer of this.#flying.values()) clearTimeout(timer);
    this.#flying.clear();
  }

  dispose(): void {
    this.reset();
    this.#stop();
  }

  #refine(): void {
    this.#fine = true;
    this.#sent = false;
    this.#pump();
  }

  #pump(): void {
    const wish = this.#wish;
    if (!wish || this.#sent || this.#flying.size >= IN_FLIGHT) return;
    this.#sent = true;
    const seq = this.#hub.next();
    const scale = this.#fine ? 1 : Math.min(1, MOVING_WIDTH / wish.width);
    const even = (size: number): number => Math.max(2, 2 * Math.round((size * scale) / 2));
    this.#flying.set(
      seq,
      setTimeout(() => this.#landed(seq), LOST_MS),
    );
    const body = { frame: wish.frame, width: even(wish.width), height: even(wish.height), seq };
    // a refusal comes again as `player.error`; here it only frees the place
    this.#channel.request("player.scrub", body).catch(() => this.#landed(seq));
  }

  #arrived(event: FrameEvent, data: DataView | undefined): void {
    const mine = this.#flying.has(event.seq);
    // the engine draws only the newest request: what was asked before it will not be answered any more
    const overtaken = [...this.#flying.keys()].filter((seq) => seq < event.seq);
    for (const seq of [...overtaken, event.seq]) this.#landed(seq, false);
    const wish = this.#wish;
    if (wish && data) {
      const wished = event.frame === wish.frame;
      // another view's picture may be smaller than ours: it only fills in until ours comes
      if (event.seq > this.#newest && (mine || (wished && !this.#filled))) {
        this.#newest = event.seq;
        this.#filled ||= wished;
        this.#show({ frame: event.frame, rev: event.rev, data });
      }
      if (wished && mine && event.rev < wish.rev) this.#askAgain();
      else if (!mine && overtaken.length > 0) this.#sent = false;
    }
    this.#pump();
  }

  /** The engine had not loaded the newest document yet: asks until it has. */
  #askAgain(): void {
    if (this.#tries >= OLD_REV_TRIES) return;
    this.#tries += 1;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#refine(), OLD_REV_MS);
  }

  #landed(seq: number, pump = true): void {
    clearTimeout(this.#flying.get(seq));
    this.#flying.delete(seq);
    if (pump) this.#pump();
  }
}
