/** Assets from the browser held over the lanes: one after the other, each on a track of its kind. */
import type { Clip, Track } from "../../core/protocol.ts";
import { firstEndingAfter, firstFrom } from "../../core/search.ts";
import { timecode } from "../../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../../core/value.ts";
import { nearestLane, newTrackAt, type Lane } from "../lanes.ts";
import { snapTargets } from "../snap.ts";
import { EMPTY, snapped, type Gesture, type Ghost, type Point } from "./gesture.ts";

/** What a drop does where clips lie: makes room, or takes theirs. On free frames both only add. */
export type DropMode = "insert" | "overwrite";

const NONE: ReadonlySet<string> = new Set();

/** The edit that puts the clips on their track. */
export type DropOp = "add" | DropMode;

export class DropGesture implements Gesture {
  readonly cursor = "copy";
  clips: readonly Clip[];
  refusal: string | null = null;
  mode: DropMode;
  readonly #value: TimelineValue;
  readonly #lanes: readonly Lane[];
  readonly #targets: Int32Array;
  readonly #usual: DropMode;
  #snapAt: number | null = null;
  #newTrack: Track["kind"] | null = null;

  /** `clips` are the new clips; Shift turns `mode` into the other. */
  constructor(value: TimelineValue, clips: readonly Clip[], lanes: readonly Lane[], mode: DropMode, playhead: number) {
    this.#value = value;
    this.clips = clips;
    this.#lanes = lanes;
    this.mode = this.#usual = mode;
    this.#targets = snapTargets(value, playhead, NONE);
  }

  update(point: Point): void {
    const length = this.clips.reduce((sum, clip) => sum + clip.durationFrames, 0);
    // The pointer holds the first clip near its head, so that the start is easy to place.
    const wanted = Math.max(0, Math.round(point.frame - 8 / point.zoom));
    const snap = snapped(this.#targets, [wanted, wanted + length], point);
    let at = Math.max(0, wanted + snap.shift);
    this.#snapAt = at === wanted + snap.shift ? snap.at : null;
    this.mode = point.other === true ? (this.#usual === "insert" ? "overwrite" : "insert") : this.#usual;
    this.refusal = null;
    this.#newTrack = null;
    this.clips = this.clips.map((clip) => {
      const trackIndex = this.#trackFor(kindOf(clip), point.y);
      const placed = { ...clip, startFrame: at, trackIndex };
      at += clip.durationFrames;
      return placed;
    });
  }

  #trackFor(kind: Track["kind"], y: number): number {
    if (newTrackAt(this.#lanes, y) === kind) {
      this.#newTrack = kind;
      return this.#value.tracks.length;
    }
    const lane = nearestLane(this.#lanes, y, kind);
    if (lane?.track.locked) this.refusal ??= `${lane.track.id} is locked`;
    if (!lane) this.refusal ??= "There is no track for it here";
    return lane?.trackIndex ?? -1;
  }

  /** The id of the track a clip goes to. */
  trackOf(clip: Clip): string | undefined {
    const { tracks } = this.#value;
    if (clip.trackIndex < tracks.length) return tracks[clip.trackIndex]?.id;
    const kind = kindOf(clip);
    return `${kind === "video" ? "V" : "A"}${tracks.filter((track) => track.kind === kind).length + 1}`;
  }

  /** What it takes to put a clip there: nothing moves and nothing goes where its frames are free. */
  opFor(clip: Clip): DropOp {
    return this.#under(clip) > 0 || (this.mode === "insert" && this.#after(clip)) ? this.mode : "add";
  }

  /** How many clips share a frame with it. */
  #under(clip: Clip): number {
    const lane = this.#value.lanes[clip.trackIndex] ?? [];
    return firstFrom(lane, clipEnd(clip)) - firstEndingAfter(lane, clip.startFrame);
  }

  #after(clip: Clip): boolean {
    const lane = this.#value.lanes[clip.trackIndex] ?? [];
    return firstFrom(lane, clip.startFrame) < lane.length;
  }

  /** How many clips lose frames. */
  get covered(): number {
    return this.mode === "insert" ? 0 : this.clips.reduce((sum, clip) => sum + this.#under(clip), 0);
  }

  ghost(): Ghost {
    const [first, ...more] = this.clips;
    if (!first) return EMPTY;
    const what = more.length > 0 ? `${more.length + 1} clips` : first.name;
    const { rate } = this.#value;
    const length = this.clips.reduce((sum, clip) => sum + clip.durationFrames, 0);
    const ops = this.clips.map((clip) => this.opFor(clip));
    const doing = ops.find((op) => op !== "add") ?? "add";
    const track = `${this.#newTrack ? "new " : ""}${this.trackOf(first) ?? ""}`;
    return {
      ...EMPTY,
      clips: this.clips,
      snapAt: this.#snapAt,
      refusal: this.refusal,
      newTrack: this.#newTrack,
      // While it is held there, what follows makes room.
      pushes:
        doing === "insert" && this.mode === "insert"
          ? [...new Set(this.clips.map((clip) => clip.trackIndex))].map((trackIndex) => ({
              trackIndex,
              frame: first.startFrame,
              by: length,
            }))
          : [],
      readout: [
        `${WORDS[doing]} ${track} ${what}`.trim(),
        `${timecode(first.startFrame, rate)} · Duration ${timecode(length, rate)}`,
      ],
    };
  }
}

const WORDS: Record<DropOp, string> = { add: "Add", insert: "Insert", overwrite: "Overwrite" };

export function kindOf(clip: Clip): Track["kind"] {
  return (clip.source as { kind?: string }).kind === "audio" ? "audio" : "video";
}
