/** Slip shows another range of the source in the same place; slide moves a clip between its neighbours. */
import { withSlide, withSlip } from "../../core/between.ts";
import type { Clip } from "../../core/protocol.ts";
import { timecode } from "../../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../../core/value.ts";
import type { Editor } from "../editor.ts";
import { slideLimits, slipLimits, type Limits } from "../limits.ts";
import { snapTargets } from "../snap.ts";
import { aloneArg, clampedTo, EMPTY, offsetText, snapped, type Ghost, type Nudgeable, type Point } from "./gesture.ts";

/** What both have: a clip that is moved by frames within limits, with what is linked or without. */
abstract class WithinLimits implements Nudgeable {
  readonly cursor = "ew-resize";
  readonly clip: Clip;
  offset = 0;
  alone = false;
  protected readonly value: TimelineValue;
  protected readonly grabFrame: number;
  protected limited = false;
  #limits: Limits | null = null;

  constructor(value: TimelineValue, clip: Clip, frame: number) {
    this.value = value;
    this.clip = clip;
    this.grabFrame = frame;
  }

  protected abstract limitsOf(alone: boolean): Limits;
  protected abstract readonly op: string;
  abstract update(point: Point): void;
  abstract ghost(): Ghost;

  protected get limits(): Limits {
    return (this.#limits ??= this.limitsOf(this.alone));
  }

  get refusal(): string | null {
    return this.limits.refusal;
  }

  protected mean(alone: boolean): void {
    if (alone === this.alone) return;
    this.alone = alone;
    this.#limits = null;
  }

  protected go(asked: number): void {
    this.offset = clampedTo(this.limits, asked);
    this.limited = this.offset !== asked;
  }

  by(frames: number, alone = false): boolean {
    this.mean(alone);
    this.go(frames);
    return this.offset !== 0;
  }

  commit(editor: Editor): void {
    if (this.refusal) editor.show(`Not changed: ${this.refusal}`);
    else if (this.offset !== 0) {
      const args = { clip: this.clip.id, by: this.offset, ...aloneArg(this.alone, [this.clip]) };
      void editor.attempt(editor.document.edit(this.op, args));
    }
  }
}

/** The pictures follow the hand: to the right comes what was before. */
export class SlipGesture extends WithinLimits {
  protected readonly op = "slip";

  protected limitsOf(alone: boolean): Limits {
    return slipLimits(this.value, this.clip, alone);
  }

  update(point: Point): void {
    this.mean(point.alone === true);
    this.go(-Math.round(point.frame - this.grabFrame));
  }

  ghost(): Ghost {
    const { rate } = this.value;
    const clips = withSlip(this.value, this.clip, this.offset, this.alone);
    const clip = clips.find((item) => item.id === this.clip.id) ?? this.clip;
    const range = `In ${timecode(clip.trimStartFrame, rate)} · Out ${timecode(clip.trimEndFrame, rate)}`;
    return {
      ...EMPTY,
      clips,
      hidden: new Set(clips.map((item) => item.id)),
      refusal: this.refusal,
      readout: [offsetText(this.offset, this.limited, rate), range],
    };
  }
}

export class SlideGesture extends WithinLimits {
  protected readonly op = "slide";
  readonly #playhead: number;
  #targets: Int32Array | null = null;
  #snapAt: number | null = null;

  constructor(value: TimelineValue, clip: Clip, frame: number, playhead: number) {
    super(value, clip, frame);
    this.#playhead = playhead;
  }

  protected limitsOf(alone: boolean): Limits {
    this.#targets = null;
    return slideLimits(this.value, this.clip, alone);
  }

  update(point: Point): void {
    this.mean(point.alone === true);
    this.#targets ??= snapTargets(
      this.value,
      this.#playhead,
      new Set(withSlide(this.value, this.clip, 1, this.alone).map((item) => item.id)),
    );
    const wanted = Math.round(point.frame - this.grabFrame);
    const snap = snapped(this.#targets, [this.clip.startFrame + wanted, clipEnd(this.clip) + wanted], point);
    this.go(wanted + snap.shift);
    this.#snapAt = this.limited ? null : snap.at;
  }

  ghost(): Ghost {
    const { rate } = this.value;
    const clips = withSlide(this.value, this.clip, this.offset, this.alone);
    const start = this.clip.startFrame + this.offset;
    return {
      ...EMPTY,
      clips,
      hidden: new Set(clips.map((item) => item.id)),
      snapAt: this.#snapAt,
      refusal: this.refusal,
      readout: [
        offsetText(this.offset, this.limited, rate),
        `${timecode(start, rate)} · Duration ${timecode(this.clip.durationFrames, rate)}`,
      ],
    };
  }
}
