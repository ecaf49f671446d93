/** What is dragged along the ruler: the playhead, and markers. */
import type { Marker } from "../../core/protocol.ts";
import { timecode } from "../../core/timecode.ts";
import type { TimelineValue } from "../../core/value.ts";
import type { Editor } from "../editor.ts";
import { snapTargets } from "../snap.ts";
import { EMPTY, snapped, type Gesture, type Ghost, type Point } from "./gesture.ts";

/** Dragging the playhead, or over the ruler. */
export class SeekGesture implements Gesture {
  readonly cursor = "ew-resize";
  frame = 0;
  readonly #targets: Int32Array;
  #snapAt: number | null = null;

  constructor(value: TimelineValue) {
    // The playhead must not snap to itself; frame 0 stands in for it.
    this.#targets = snapTargets(value, 0, new Set());
  }

  update(point: Point): void {
    const wanted = Math.max(0, Math.round(point.frame));
    // Half as strong: whoever drags the playhead looks at frames.
    const snap = snapped(this.#targets, [wanted], { ...point, zoom: point.zoom * 2 });
    this.frame = wanted + snap.shift;
    this.#snapAt = snap.at;
  }

  follow(editor: Editor): void {
    editor.seek(this.frame);
  }

  ghost(): Ghost {
    return { ...EMPTY, snapAt: this.#snapAt };
  }
}

/** Dragging a marker along the ruler. */
export class MarkerGesture implements Gesture {
  readonly cursor = "grabbing";
  readonly marker: Marker;
  frame: number;
  readonly #value: TimelineValue;
  readonly #targets: Int32Array;
  #snapAt: number | null = null;

  constructor(value: TimelineValue, marker: Marker, playhead: number) {
    this.#value = value;
    this.marker = marker;
    this.frame = marker.frame;
    this.#targets = snapTargets(value, playhead, new Set([marker.id]));
  }

  get refusal(): string | null {
    const other = this.#value.markers.find((item) => item.frame === this.frame && item.id !== this.marker.id);
    return other ? `“${other.name}” is on that frame` : null;
  }

  update(point: Point): void {
    const wanted = Math.max(0, Math.round(point.frame));
    const snap = snapped(this.#targets, [wanted], point);
    this.frame = wanted + snap.shift;
    this.#snapAt = snap.at;
  }

  commit(editor: Editor): void {
    if (this.refusal) editor.show(`Not moved: ${this.refusal}`);
    else if (this.frame !== this.marker.frame) {
      void editor.attempt(editor.document.edit("move_marker", { marker: this.marker.id, to: this.frame }));
    }
  }

  ghost(): Ghost {
    const marker = { ...this.marker, frame: this.frame };
    const readout = [marker.name, timecode(this.frame, this.#value.rate)];
    return { ...EMPTY, marker, faded: new Set([marker.id]), snapAt: this.#snapAt, refusal: this.refusal, readout };
  }
}
