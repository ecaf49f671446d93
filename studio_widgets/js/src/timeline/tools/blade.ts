/** The blade: cuts the clip under the pointer when the button is let go; with Shift those on all tracks. */
import type { Clip } from "../../core/protocol.ts";
import { clipAt } from "../../core/search.ts";
import { timecode } from "../../core/timecode.ts";
import type { TimelineValue } from "../../core/value.ts";
import { underBlade } from "../edits.ts";
import type { Editor } from "../editor.ts";
import { laneAt, type Lane } from "../lanes.ts";
import { snapTargets } from "../snap.ts";
import { aloneArg, EMPTY, snapped, type Gesture, type Ghost, type Point } from "./gesture.ts";

const NONE: ReadonlySet<string> = new Set();

export class BladeGesture implements Gesture {
  readonly cursor = "";
  readonly value: TimelineValue;
  readonly #lanes: readonly Lane[];
  readonly #targets: Int32Array;
  frame = 0;
  clips: readonly Clip[] = [];
  #all = false;
  #alone = false;
  #snapAt: number | null = null;
  refusal: string | null = null;

  constructor(value: TimelineValue, lanes: readonly Lane[], playhead: number) {
    this.value = value;
    this.#lanes = lanes;
    this.#targets = snapTargets(value, playhead, NONE);
  }

  update(point: Point): void {
    const wanted = Math.max(0, Math.round(point.frame));
    const snap = snapped(this.#targets, [wanted], point);
    this.frame = wanted + snap.shift;
    this.#snapAt = snap.at;
    this.#all = point.other === true;
    this.#alone = point.alone === true;
    const lane = laneAt(this.#lanes, point.y);
    const clip = lane && clipAt(this.value.lanes[lane.trackIndex] ?? [], this.frame);
    const one = clip && clip.startFrame < this.frame ? [clip] : [];
    this.clips = this.#all ? underBlade(this.value, [], this.frame) : one;
    this.refusal = !this.#all && lane?.track.locked ? `${lane.track.id} is locked` : null;
  }

  commit(editor: Editor): void {
    if (this.refusal || this.clips.length === 0) {
      editor.show(`Not cut: ${this.refusal ?? "there is no clip on both sides of that frame"}`);
      return;
    }
    const track = this.#all ? {} : { track: this.value.tracks[this.clips[0]!.trackIndex]?.id };
    const args = { at: this.frame, ...track, ...aloneArg(this.#alone, this.clips) };
    void editor.attempt(editor.document.edit("split", args), `Split at ${timecode(this.frame, this.value.rate)}`);
  }

  ghost(): Ghost {
    const tracks = this.clips.map((clip) => clip.trackIndex);
    return {
      ...EMPTY,
      snapAt: this.#snapAt,
      refusal: this.refusal,
      blade: tracks.length > 0 ? { frame: this.frame, tracks } : null,
      readout: tracks.length > 0 ? [timecode(this.frame, this.value.rate)] : [],
    };
  }
}
