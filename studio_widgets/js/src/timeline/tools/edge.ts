/** Dragging one end of a clip: trim leaves the others, ripple takes what follows along, roll moves the cut. */
import { withRipple, withRoll, withTrim } from "../../core/between.ts";
import type { Clip } from "../../core/protocol.ts";
import { timecode } from "../../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../../core/value.ts";
import type { Editor } from "../editor.ts";
import { edgeLimits, ripplePushes, type Edge, type EdgeMode, type LanePush, type Limits } from "../limits.ts";
import { snapTargets } from "../snap.ts";
import { aloneArg, clampedTo, EMPTY, offsetText, snapped, type Ghost, type Nudgeable, type Point } from "./gesture.ts";

const CHANGED = { trim: withTrim, ripple: withRipple, roll: withRoll };

export class EdgeGesture implements Nudgeable {
  readonly cursor = "ew-resize";
  readonly mode: EdgeMode;
  readonly clip: Clip;
  readonly edge: Edge;
  offset = 0;
  alone = false;
  readonly #value: TimelineValue;
  readonly #grabFrame: number;
  readonly #playhead: number;
  #limits!: Limits;
  #pushes!: readonly LanePush[];
  #targets!: Int32Array;
  #snapAt: number | null = null;
  #limited = false;

  constructor(value: TimelineValue, mode: EdgeMode, clip: Clip, edge: Edge, frame: number, playhead: number) {
    this.#value = value;
    this.mode = mode;
    this.clip = clip;
    this.edge = edge;
    this.#grabFrame = frame;
    this.#playhead = playhead;
    this.#mean(false);
  }

  get refusal(): string | null {
    return this.#limits.refusal;
  }

  /** Chooses who goes along, and with it how far it may go. */
  #mean(alone: boolean): void {
    this.alone = alone;
    const { clip, edge, mode } = this;
    const value = this.#value;
    this.#pushes = mode === "ripple" ? ripplePushes(value, clip, edge, alone) : [];
    this.#limits = edgeLimits(value, mode, clip, edge, alone, this.#pushes);
    const still = new Set(this.#changed(1, alone).map((item) => item.id));
    for (const { trackIndex, frame } of this.#pushes) {
      for (const item of value.lanes[trackIndex] ?? []) if (item.startFrame >= frame) still.add(item.id);
    }
    this.#targets = snapTargets(value, this.#playhead, still);
  }

  #changed(offset: number, alone: boolean): Clip[] {
    const [start, end] = this.edge === "start" ? [offset, 0] : [0, offset];
    return CHANGED[this.mode](this.#value, this.clip, start, end, alone);
  }

  update(point: Point): void {
    if ((point.alone === true) !== this.alone) this.#mean(point.alone === true);
    const from = this.edge === "start" ? this.clip.startFrame : clipEnd(this.clip);
    const wanted = Math.round(point.frame - this.#grabFrame);
    const snap = snapped(this.#targets, [from + wanted], point);
    this.#go(wanted + snap.shift);
    this.#snapAt = this.#limited ? null : snap.at;
  }

  #go(asked: number): void {
    this.offset = clampedTo(this.#limits, asked);
    this.#limited = this.offset !== asked;
  }

  by(frames: number, alone = false): boolean {
    if (alone !== this.alone) this.#mean(alone);
    this.#go(frames);
    return this.offset !== 0;
  }

  commit(editor: Editor): void {
    if (this.refusal) editor.show(`Not changed: ${this.refusal}`);
    else if (this.offset !== 0) {
      const args = { clip: this.clip.id, [this.edge]: this.offset, ...aloneArg(this.alone, [this.clip]) };
      void editor.attempt(editor.document.edit(this.mode, args));
    }
  }

  ghost(): Ghost {
    const { rate } = this.#value;
    const clips = this.#changed(this.offset, this.alone);
    const ids = new Set(clips.map((item) => item.id));
    const clip = clips.find((item) => item.id === this.clip.id) ?? this.clip;
    const length = `Duration ${timecode(clip.durationFrames, rate)}`;
    const source =
      this.edge === "start" ? `In ${timecode(clip.trimStartFrame, rate)}` : `Out ${timecode(clip.trimEndFrame, rate)}`;
    return {
      ...EMPTY,
      clips,
      [this.mode === "trim" ? "faded" : "hidden"]: ids,
      pushes: this.#pushes.map((push) => ({ ...push, by: push.by * this.offset })),
      snapAt: this.#snapAt,
      refusal: this.refusal,
      edge: { clipId: clip.id, edge: this.edge },
      readout: [offsetText(this.offset, this.#limited, rate), this.mode === "roll" ? `${length} · ${source}` : length],
    };
  }
}
