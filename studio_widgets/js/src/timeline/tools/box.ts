/** The rubber band. */
import type { TimelineValue } from "../../core/value.ts";
import type { Editor } from "../editor.ts";
import { clipsInBox } from "../hit.ts";
import type { Lane } from "../lanes.ts";
import { EMPTY, type Gesture, type Ghost, type Point } from "./gesture.ts";

/** Drawing a rubber band over empty lanes. */
export class BoxGesture implements Gesture {
  readonly cursor = "crosshair";
  selected: readonly string[];
  readonly #value: TimelineValue;
  readonly #lanes: readonly Lane[];
  readonly #base: readonly string[];
  readonly #from: Point;
  #to: Point;

  /** `base` stays selected (shift or ctrl held). */
  constructor(value: TimelineValue, lanes: readonly Lane[], base: readonly string[], from: Point) {
    this.#value = value;
    this.#lanes = lanes;
    this.#base = base;
    this.#from = from;
    this.#to = from;
    this.selected = base;
  }

  update(point: Point): void {
    this.#to = point;
    const { frames, ys } = this.#box();
    this.selected = [...new Set([...this.#base, ...clipsInBox(this.#value, this.#lanes, frames, ys)])];
  }

  #box(): { frames: [number, number]; ys: [number, number] } {
    return { frames: [this.#from.frame, this.#to.frame], ys: [this.#from.y, this.#to.y] };
  }

  follow(editor: Editor): void {
    editor.select(this.selected);
  }

  ghost(): Ghost {
    return { ...EMPTY, box: this.#box() };
  }
}
