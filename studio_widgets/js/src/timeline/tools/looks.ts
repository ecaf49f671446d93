/** What is dragged on a clip or a cut and moves no clip: fades by their grips, transitions by their ends. */
import type { Clip, Transition } from "../../core/protocol.ts";
import { timecode } from "../../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../../core/value.ts";
import type { Editor } from "../editor.ts";
import { fadesOf, type Faded } from "../hit.ts";
import { longestTransition, MIN_TRANSITION, type Edge } from "../limits.ts";
import { EMPTY, type Gesture, type Ghost, type Point } from "./gesture.ts";

export class FadeGesture implements Gesture {
  readonly cursor = "ew-resize";
  readonly clip: Clip;
  readonly edge: Edge;
  readonly of: Faded;
  length: number;
  readonly #value: TimelineValue;
  readonly #before: number;
  readonly #other: number;
  #limited = false;

  constructor(value: TimelineValue, clip: Clip, edge: Edge, of: Faded) {
    const [fadeIn, fadeOut] = fadesOf(clip, of);
    this.#value = value;
    this.clip = clip;
    this.edge = edge;
    this.of = of;
    this.length = this.#before = edge === "start" ? fadeIn : fadeOut;
    this.#other = edge === "start" ? fadeOut : fadeIn;
  }

  update(point: Point): void {
    const { clip, edge } = this;
    const asked = Math.round(edge === "start" ? point.frame - clip.startFrame : clipEnd(clip) - point.frame);
    this.length = Math.max(0, Math.min(asked, clip.durationFrames - this.#other));
    this.#limited = asked > this.length;
  }

  get faded(): Clip {
    const first = this.edge === "start";
    if (this.of === "picture") {
      return { ...this.clip, fades: { ...this.clip.fades, [first ? "inFrames" : "outFrames"]: this.length } };
    }
    return { ...this.clip, audio: { ...this.clip.audio, [first ? "fadeInFrames" : "fadeOutFrames"]: this.length } };
  }

  commit(editor: Editor): void {
    if (this.length === this.#before) return;
    const args = { clip: this.clip.id, [this.edge === "start" ? "fade_in" : "fade_out"]: this.length };
    const op = this.of === "picture" ? "set_fades" : "set_audio";
    void editor.attempt(editor.document.edit(op, args), this.#text());
  }

  #text(): string {
    const what = this.of === "picture" ? "Picture fade" : "Fade";
    return `${what} ${this.edge === "start" ? "in" : "out"} ${timecode(this.length, this.#value.rate)}`;
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
