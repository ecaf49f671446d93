/** What the pointer does between down and up. Each gesture keeps its own arithmetic and shows itself as a ghost. */
import type { Clip, Marker, Track, Transition } from "../../core/protocol.ts";
import { offsetTimecode, type Rate } from "../../core/timecode.ts";
import type { Editor } from "../editor.ts";
import type { Edge, LanePush, Limits } from "../limits.ts";
import { SNAP_PIXELS, snapEdges, type Snap } from "../snap.ts";

/** Where the pointer is, in timeline terms. */
export interface Point {
  readonly frame: number;
  /** Pixels from the top of the lanes' area. */
  readonly y: number;
  readonly zoom: number;
  /** Whether to snap right now. */
  readonly snapping: boolean;
  /** Alt: without what is linked. */
  readonly alone?: boolean;
  /** Shift: what else the gesture can do. */
  readonly other?: boolean;
}

/** What to draw while a gesture is under way. */
export interface Ghost {
  readonly clips: readonly Clip[];
  /** Clips drawn faded, because the ghost stands for them. */
  readonly faded: ReadonlySet<string>;
  /** Clips not drawn at all, because the ghost lies where they are. */
  readonly hidden: ReadonlySet<string>;
  /** Clips that move along: of each track those from a frame on, by so many frames. */
  readonly pushes: readonly LanePush[];
  /** Frame of the snap line. */
  readonly snapAt: number | null;
  /** Why it cannot be dropped here. */
  readonly refusal: string | null;
  readonly readout: readonly string[];
  /** Rubber band, in frames and lane pixels. */
  readonly box: { frames: [number, number]; ys: [number, number] } | null;
  readonly marker: Marker | null;
  /** A transition as it would be. */
  readonly transition: Transition | null;
  /** Where a blade would cut, and on which tracks. */
  readonly blade: { frame: number; tracks: readonly number[] } | null;
  /** A track that is to be made: its kind; ghosts on it have the track index after the last. */
  readonly newTrack: Track["kind"] | null;
  /** An edge in hand. */
  readonly edge: { clipId: string; edge: Edge } | null;
}

export interface Gesture {
  readonly cursor: string;
  update(point: Point): void;
  ghost(): Ghost | null;
  /** What already follows the pointer while it moves. */
  follow?(editor: Editor): void;
  /** Does the edit. */
  commit?(editor: Editor): void;
}

/** A gesture that the keyboard can make too: its tool moved by frames. */
export interface Nudgeable extends Gesture {
  /** Moves it by frames, as far as it may go; false when it cannot move that way at all. */
  by(frames: number, alone?: boolean): boolean;
  /** Why it cannot. */
  readonly refusal: string | null;
}

const NONE: ReadonlySet<string> = new Set();

export const EMPTY: Ghost = {
  clips: [],
  faded: NONE,
  hidden: NONE,
  pushes: [],
  snapAt: null,
  refusal: null,
  readout: [],
  box: null,
  marker: null,
  transition: null,
  blade: null,
  newTrack: null,
  edge: null,
};

const NO_SNAP: Snap = { shift: 0, at: null };

/** `edges` (moving together) pulled onto a target near the pointer. */
export function snapped(targets: Int32Array, edges: readonly number[], point: Point): Snap {
  return point.snapping ? snapEdges(targets, edges, SNAP_PIXELS / point.zoom) : NO_SNAP;
}

/** `wanted` frames, as far as they may go. */
export function clampedTo({ min, max }: Limits, wanted: number): number {
  return Math.max(min, Math.min(max, wanted));
}

/** The offset for the readout; says when it can go no further. */
export function offsetText(offset: number, limited: boolean, rate: Rate): string {
  return `${offsetTimecode(offset, rate)}${limited ? "  limit" : ""}`;
}

/** The argument that leaves links out of account, where it is needed. */
export function aloneArg(alone: boolean, clips: readonly Clip[]): { alone?: true } {
  return alone && clips.some((clip) => clip.link) ? { alone: true } : {};
}
