/** What is dragged on a clip or a cut and moves no clip: fades by their grips, transitions by their ends. */
import type { Clip, Transition } from "../../core/protocol.ts";
import { timecode } from "../../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../../core/value.ts";
import type { Editor } from "../editor.ts";
import { longestTransition, MIN_TRANSITION, type Edge } from "../limits.ts";
import { EMPTY, type Gesture, type Ghost, type Point } from "./gesture.ts";

export class FadeGesture implements Gesture {
  readonly cursor = "ew-resize";
  readonly clip: Clip;
  readonly edge: Edge;
  length: number;
  readonly #value: TimelineValue;
  readonly #before: number;
  #limited = false;

  constructor(value: TimelineValue, clip: Clip, edge: Edge) {
    this.#value = value;
    this.clip = clip;
    this.edge = edge;
    this.length = this.#before = (edge === "start" ? clip.audio?.fadeInFrames : clip.audio?.fadeOutFrames) ?? 0;
  }

  update(point: Point): void {
    const { clip, edge } = this;
    const asked = Math.round(edge === "start" ? point.frame - clip.startFrame : clipEnd(clip) - point.frame);
    const other = (edge === "start" ? clip.audio?.fadeOutFrames : clip.audio?.fadeInFrames) ?? 0;
    this.length = Math.max(0, Math.min(asked, clip.durationFrames - other));
    this.#limited = asked > this.length;
  }

  get faded(): Clip {
    const name = this.edge === "start" ? "fadeInFrames" : "fadeOutFrames";
    return { ...this.clip, audio: { ...this.clip.audio, [name]: this.length } };
  }

  commit(editor: Editor): void {
    if (this.length === this.#before) return;
    const args = { clip: this.clip.id, [this.edge === "start" ? "fade_in" : "fade_out"]: this.length };
    void editor.attempt(editor.document.edit("set_audio", args), this.#text());
  }

  #text(): string {
    return `Fade ${this.edge === "start" ? "in" : "out"} ${timecode(this.length, this.#value.rate)}`;
  }

  ghost(): Ghost {
    const hidden = new Set([this.clip.id]);
    return { ...EMPTY, clips: [this.faded], hidden, readout: [`${this.#text()}${this.#limited ? "  limit" : ""}`] };
  }
}

/** A transition stays centred on its cut: both of its ends move. */
export class TransitionGesture implements Gesture {
  readonly cursor = "ew-resize";
  readonly transition: Transition;
  duration: number;
  readonly #value: TimelineValue;
  readonly #cut: number;
  readonly #most: number;
  #limited = false;

  constructor(value: TimelineValue, transition: Transition) {
    const left = value.byId.get(transition.leftClipId) as Clip;
    const right = value.byId.get(transition.rightClipId) as Clip;
    this.#value = value;
    this.transition = transition;
    this.duration = transition.durationFrames;
    this.#cut = right.startFrame;
    this.#most = Math.max(MIN_TRANSITION, longestTransition(left, right, transition.kind ?? "crossfade", value));
  }

  update(point: Point): void {
    this.#go(Math.round(2 * Math.abs(point.frame - this.#cut)));
  }

  by(frames: number): void {
    this.#go(this.transition.durationFrames + frames);
  }

  #go(asked: number): void {
    this.duration = Math.max(MIN_TRANSITION, Math.min(this.#most, asked));
    this.#limited = this.duration !== asked;
  }

  commit(editor: Editor): void {
    if (this.duration === this.transition.durationFrames) {
      const short = this.transition.kind === "dip" ? "room in its clips" : "footage beyond the cut";
      if (this.#limited) editor.show(`Not changed: there is no more ${short}`);
      return;
    }
    const args = { transition: this.transition.id, duration: this.duration };
    void editor.attempt(editor.document.edit("set_transition", args), this.#text());
  }

  #text(): string {
    return `Duration ${timecode(this.duration, this.#value.rate)}`;
  }

  ghost(): Ghost {
    const transition = { ...this.transition, durationFrames: this.duration };
    return { ...EMPTY, transition, readout: [`${this.#text()}${this.#limited ? "  limit" : ""}`] };
  }
}
