/** Dragging the end of a clip with the stretch tool: the same part of its source, faster or slower. */
import { paceText, stretchRange, stretchedTo } from "../../core/pace.ts";
import type { Clip } from "../../core/protocol.ts";
import { neighbours } from "../../core/search.ts";
import { timecode } from "../../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../../core/value.ts";
import { isEndless } from "../../core/handles.ts";
import { withStretch } from "../../core/stretch.ts";
import type { Editor } from "../editor.ts";
import type { Limits } from "../limits.ts";
import { snapTargets } from "../snap.ts";
import { aloneArg, clampedTo, EMPTY, offsetText, snapped, type Ghost, type Nudgeable, type Point } from "./gesture.ts";

export class StretchGesture implements Nudgeable {
  readonly cursor = "ew-resize";
  readonly clip: Clip;
  readonly refusal: string | null;
  offset = 0;
  alone = false;
  readonly #value: TimelineValue;
  readonly #grabFrame: number;
  readonly #targets: Int32Array;
  #snapAt: number | null = null;
  #limited = false;

  constructor(value: TimelineValue, clip: Clip, frame: number, playhead: number) {
    this.#value = value;
    this.clip = clip;
    this.#grabFrame = frame;
    this.refusal = isEndless(clip) ? "It stands still and has no speed" : null;
    this.#targets = snapTargets(value, playhead, new Set([clip.id]));
  }

  /** How far the end may go: to the next clip of each track that is stretched, and to the slowest and fastest speed. */
  #range(): Limits {
    const [least, most] = stretchRange(this.clip);
    let max = most - this.clip.durationFrames;
    for (const item of withStretch(this.#value, this.clip, this.clip.durationFrames, this.alone) ?? [this.clip]) {
      const after = neighbours(this.#value, item)[1];
      if (after) max = Math.min(max, after.startFrame - clipEnd(item));
    }
    return { min: least - this.clip.durationFrames, max, refusal: null };
  }

  update(point: Point): void {
    this.alone = point.alone === true;
    const wanted = Math.round(point.frame - this.#grabFrame);
    const snap = snapped(this.#targets, [clipEnd(this.clip) + wanted], point);
    this.#go(wanted + snap.shift);
    this.#snapAt = this.#limited ? null : snap.at;
  }

  by(frames: number, alone = false): boolean {
    this.alone = alone;
    this.#go(frames);
    return this.offset !== 0;
  }

  #go(asked: number): void {
    this.offset = this.refusal ? 0 : clampedTo(this.#range(), asked);
    this.#limited = this.offset !== asked;
  }

  commit(editor: Editor): void {
    if (this.refusal) editor.show(`Not changed: ${this.refusal}`);
    else if (this.offset !== 0) {
      const args = { clip: this.clip.id, duration: this.clip.durationFrames + this.offset };
      void editor.attempt(editor.document.edit("stretch", { ...args, ...aloneArg(this.alone, [this.clip]) }));
    }
  }

  ghost(): Ghost {
    const { rate } = this.#value;
    const duration = this.clip.durationFrames + this.offset;
    const clips = this.refusal
      ? [this.clip]
      : (withStretch(this.#value, this.clip, duration, this.alone) ?? [this.clip]);
    const pace = paceText(stretchedTo(this.clip, duration)) || "1×";
    return {
      ...EMPTY,
      clips,
      faded: new Set(clips.map((item) => item.id)),
      snapAt: this.#snapAt,
      refusal: this.refusal,
      edge: { clipId: this.clip.id, edge: "end" },
      readout: this.refusal
        ? [this.refusal]
        : [offsetText(this.offset, this.#limited, rate), `Speed ${pace} · Duration ${timecode(duration, rate)}`],
    };
  }
}
