/** What the pointer does between down and up. Each gesture keeps its own arithmetic and shows itself as a ghost. */
import { trimmed } from "../core/predict.ts";
import type { Clip, Marker, Track } from "../core/protocol.ts";
import { offsetTimecode, timecode } from "../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import { clipsInBox } from "./hit.ts";
import type { Lane } from "./lanes.ts";
import { laneAt } from "./lanes.ts";
import { refusePlace, trimRange, type Range } from "./limits.ts";
import { SNAP_PIXELS, snapEdges, snapTargets, type Snap } from "./snap.ts";

/** Where the pointer is, in timeline terms. */
export interface Point {
  readonly frame: number;
  /** Pixels from the top of the first lane. */
  readonly y: number;
  readonly zoom: number;
  /** Whether to snap right now. */
  readonly snapping: boolean;
}

/** What to draw while a gesture is under way. */
export interface Ghost {
  readonly clips: readonly Clip[];
  /** Clips drawn faded, because the ghost stands for them. */
  readonly faded: ReadonlySet<string>;
  /** Frame of the snap line. */
  readonly snapAt: number | null;
  /** Why it cannot be dropped here. */
  readonly refusal: string | null;
  readonly readout: readonly string[];
  /** Rubber band, in frames and lane pixels. */
  readonly box: { frames: [number, number]; ys: [number, number] } | null;
  readonly marker: Marker | null;
}

export interface Gesture {
  readonly cursor: string;
  update(point: Point): void;
  ghost(): Ghost | null;
}

const NONE: ReadonlySet<string> = new Set();
const EMPTY: Ghost = { clips: [], faded: NONE, snapAt: null, refusal: null, readout: [], box: null, marker: null };
const NO_SNAP: Snap = { shift: 0, at: null };

/** Dragging clips along and across tracks. They move as a block. */
export class MoveGesture implements Gesture {
  readonly cursor = "grabbing";
  readonly clips: readonly Clip[];
  readonly ids: ReadonlySet<string>;
  /** Frames and tracks (in lane order, of the block's kind) moved so far. */
  offset = 0;
  moved: readonly Clip[];
  refusal: string | null = null;
  readonly #value: TimelineValue;
  readonly #lanes: readonly Lane[];
  readonly #grabbed: Clip;
  readonly #grabFrame: number;
  readonly #targets: Int32Array;
  readonly #edges: readonly number[];
  /** The one kind all clips are of; a mixed block stays on its tracks. */
  readonly #kind: Track["kind"] | null;
  #snapAt: number | null = null;

  constructor(
    value: TimelineValue,
    lanes: readonly Lane[],
    clips: readonly Clip[],
    grabbed: Clip,
    frame: number,
    playhead: number,
  ) {
    this.#value = value;
    this.#lanes = lanes;
    this.clips = clips;
    this.moved = clips;
    this.ids = new Set(clips.map((clip) => clip.id));
    this.#grabbed = grabbed;
    this.#grabFrame = frame;
    this.#targets = snapTargets(value, playhead, this.ids);
    // All edges of a few clips snap; of many, only those of the block and of the clip in hand.
    const first = Math.min(...clips.map((clip) => clip.startFrame));
    const last = Math.max(...clips.map(clipEnd));
    const hand = [grabbed.startFrame, clipEnd(grabbed)];
    const all = clips.length <= 20 ? clips.flatMap((clip) => [clip.startFrame, clipEnd(clip)]) : [first, last];
    this.#edges = [...new Set([...hand, ...all])];
    const kinds = new Set(clips.map((clip) => value.tracks[clip.trackIndex]?.kind));
    this.#kind = kinds.size === 1 ? ([...kinds][0] ?? null) : null;
  }

  update(point: Point): void {
    const first = Math.min(...this.clips.map((clip) => clip.startFrame));
    const wanted = Math.max(-first, Math.round(point.frame - this.#grabFrame));
    const snap = point.snapping
      ? snapEdges(
          this.#targets,
          this.#edges.map((edge) => edge + wanted),
          SNAP_PIXELS / point.zoom,
        )
      : NO_SNAP;
    this.offset = Math.max(-first, wanted + snap.shift);
    this.#snapAt = this.offset === wanted + snap.shift ? snap.at : null;
    const places = this.#places(point.y);
    this.moved = this.clips.map((clip, index) => ({
      ...clip,
      trackIndex: places?.[index] ?? clip.trackIndex,
      startFrame: clip.startFrame + this.offset,
    }));
    this.refusal = this.#refuse();
  }

  /** The track of each clip with the one in hand under the pointer; null when the block does not fit there. */
  #places(y: number): number[] | null {
    const kind = this.#kind;
    const under = laneAt(this.#lanes, y);
    if (kind === null || !under || under.track.kind !== kind) return null;
    const tracks = this.#lanes.filter((lane) => lane.track.kind === kind).map((lane) => lane.trackIndex);
    const shift = tracks.indexOf(under.trackIndex) - tracks.indexOf(this.#grabbed.trackIndex);
    const places = this.clips.map((clip) => tracks[tracks.indexOf(clip.trackIndex) + shift]);
    return places.every((place) => place !== undefined) ? places : null;
  }

  #refuse(): string | null {
    for (const clip of this.moved) {
      const kind = this.#value.tracks[clip.trackIndex]?.kind ?? "video";
      const refusal = refusePlace(this.#value, clip.trackIndex, clip.startFrame, clip.durationFrames, kind, this.ids);
      if (refusal) return refusal.reason;
    }
    return null;
  }

  ghost(): Ghost {
    const { rate, tracks } = this.#value;
    const hand = this.moved[this.clips.indexOf(this.#grabbed)] ?? this.#grabbed;
    const to = hand.trackIndex === this.#grabbed.trackIndex ? "" : ` → ${tracks[hand.trackIndex]?.id ?? ""}`;
    return {
      ...EMPTY,
      clips: this.moved,
      faded: this.ids,
      snapAt: this.#snapAt,
      refusal: this.refusal,
      readout: [`${offsetTimecode(this.offset, rate)}${to}`, timecode(hand.startFrame, rate)],
    };
  }
}

/** Dragging one end of a clip, within its source and up to its neighbours. */
export class TrimGesture implements Gesture {
  readonly cursor = "ew-resize";
  readonly clip: Clip;
  readonly edge: "start" | "end";
  offset = 0;
  readonly #value: TimelineValue;
  readonly #range: Range;
  readonly #targets: Int32Array;
  readonly #grabFrame: number;
  #snapAt: number | null = null;
  #limited = false;

  constructor(value: TimelineValue, clip: Clip, edge: "start" | "end", frame: number, playhead: number) {
    this.#value = value;
    this.clip = clip;
    this.edge = edge;
    this.#range = trimRange(value, clip, edge);
    this.#targets = snapTargets(value, playhead, new Set([clip.id]));
    this.#grabFrame = frame;
  }

  update(point: Point): void {
    const from = this.edge === "start" ? this.clip.startFrame : clipEnd(this.clip);
    const wanted = Math.round(point.frame - this.#grabFrame);
    const snap = point.snapping ? snapEdges(this.#targets, [from + wanted], SNAP_PIXELS / point.zoom) : NO_SNAP;
    const asked = wanted + snap.shift;
    this.offset = Math.max(this.#range.min, Math.min(this.#range.max, asked));
    this.#limited = this.offset !== asked;
    this.#snapAt = this.#limited ? null : snap.at;
  }

  /** The clip as it would be. */
  get trimmed(): Clip {
    return this.edge === "start" ? trimmed(this.clip, this.offset, 0) : trimmed(this.clip, 0, this.offset);
  }

  ghost(): Ghost {
    const { rate } = this.#value;
    const clip = this.trimmed;
    const offset = `${offsetTimecode(this.offset, rate)}${this.#limited ? "  limit" : ""}`;
    return {
      ...EMPTY,
      clips: [clip],
      faded: new Set([clip.id]),
      snapAt: this.#snapAt,
      readout: [offset, `Duration ${timecode(clip.durationFrames, rate)}`],
    };
  }
}

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

  ghost(): Ghost {
    return { ...EMPTY, box: this.#box() };
  }
}

/** Dragging the playhead, or over the ruler. */
export class SeekGesture implements Gesture {
  readonly cursor = "ew-resize";
  frame = 0;
  readonly #targets: Int32Array;
  #snapAt: number | null = null;

  constructor(value: TimelineValue) {
    // The playhead must not snap to itself; frame 0 stands in for it.
    this.#targets = snapTargets(value, 0, NONE);
  }

  update(point: Point): void {
    const wanted = Math.max(0, Math.round(point.frame));
    const snap = point.snapping ? snapEdges(this.#targets, [wanted], SNAP_PIXELS / 2 / point.zoom) : NO_SNAP;
    this.frame = wanted + snap.shift;
    this.#snapAt = snap.at;
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
    const snap = point.snapping ? snapEdges(this.#targets, [wanted], SNAP_PIXELS / point.zoom) : NO_SNAP;
    this.frame = wanted + snap.shift;
    this.#snapAt = snap.at;
  }

  ghost(): Ghost {
    const marker = { ...this.marker, frame: this.frame };
    const readout = [marker.name, timecode(this.frame, this.#value.rate)];
    return { ...EMPTY, marker, faded: new Set([marker.id]), snapAt: this.#snapAt, refusal: this.refusal, readout };
  }
}

/** Assets from the browser held over the lanes: one after the other, each on a track of its kind. */
export class DropGesture implements Gesture {
  readonly cursor = "copy";
  clips: readonly Clip[];
  refusal: string | null = null;
  readonly #value: TimelineValue;
  readonly #pick: (y: number, kind: Track["kind"]) => Lane | null;
  readonly #targets: Int32Array;
  #snapAt: number | null = null;

  /** `clips` are the new clips; `pick` chooses the lane of a kind for a height. */
  constructor(
    value: TimelineValue,
    clips: readonly Clip[],
    pick: (y: number, kind: Track["kind"]) => Lane | null,
    playhead: number,
  ) {
    this.#value = value;
    this.clips = clips;
    this.#pick = pick;
    this.#targets = snapTargets(value, playhead, NONE);
  }

  update(point: Point): void {
    const length = this.clips.reduce((sum, clip) => sum + clip.durationFrames, 0);
    // The pointer holds the first clip near its head, so that the start is easy to place.
    const wanted = Math.max(0, Math.round(point.frame - 8 / point.zoom));
    const snap = point.snapping
      ? snapEdges(this.#targets, [wanted, wanted + length], SNAP_PIXELS / point.zoom)
      : NO_SNAP;
    let at = Math.max(0, wanted + snap.shift);
    this.#snapAt = at === wanted + snap.shift ? snap.at : null;
    this.refusal = null;
    this.clips = this.clips.map((clip) => {
      const kind = (clip.source as { kind?: string }).kind === "audio" ? "audio" : "video";
      const lane = this.#pick(point.y, kind);
      const placed = { ...clip, startFrame: at, trackIndex: lane?.trackIndex ?? -1 };
      this.refusal ??= lane
        ? (refusePlace(this.#value, lane.trackIndex, at, clip.durationFrames, kind)?.reason ?? null)
        : "There is no track for it here";
      at += clip.durationFrames;
      return placed;
    });
  }

  ghost(): Ghost {
    const [first, ...more] = this.clips;
    if (!first) return EMPTY;
    const what = more.length > 0 ? `${more.length + 1} clips` : first.name;
    const track = this.#value.tracks[first.trackIndex]?.id ?? "";
    const readout = [`${track} ${what}`.trim(), timecode(first.startFrame, this.#value.rate)];
    return { ...EMPTY, clips: this.clips, snapAt: this.#snapAt, refusal: this.refusal, readout };
  }
}
