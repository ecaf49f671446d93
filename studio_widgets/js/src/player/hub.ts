/** What the player views of one model share: message numbers that grow, and which of them is playing. */
import type { AnyModel } from "../core/model.ts";

/** Numbers start at the clock, so that a second page on the same kernel does not repeat the first one's. */
export class PlayerHub {
  /** The view whose play session runs; at most one a model, because there is one stream. */
  playing: object | null = null;
  #last = 0;

  /** A number larger than every one before it. */
  next(): number {
    this.#last = Math.max(this.#last + 1, Date.now());
    return this.#last;
  }

  /** Whether `view` may play: it already does, or nobody does and it takes the place. */
  claim(view: object): boolean {
    this.playing ??= view;
    return this.playing === view;
  }

  release(view: object): void {
    if (this.playing === view) this.playing = null;
  }
}

const hubs = new WeakMap<AnyModel, PlayerHub>();

/** The one hub of `model`. */
export function hubOf(model: AnyModel): PlayerHub {
  let hub = hubs.get(model);
  if (!hub) hubs.set(model, (hub = new PlayerHub()));
  return hub;
}
