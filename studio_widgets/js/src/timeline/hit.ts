/** What lies under the pointer. */
import type { Clip, Marker, Transition } from "../core/protocol.ts";
import { hasSound } from "../core/handles.ts";
import { clipAt, firstEndingAfter } from "../core/search.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import { CLIP_INSET, HEAD_HEIGHT, laneAt, type Lane } from "./lanes.ts";
import type { Edge } from "./limits.ts";
import { frameToX, xToFrame, type Viewport } from "./viewport.ts";

export const EDGE_PIXELS = 7;
/** Clips narrower than this have no edges to grab, so that they can still be moved. */
const MIN_WIDTH_WITH_EDGES = 20;
/** Transitions narrower than this have no ends to grab. */
const MIN_TRANSITION_WITH_EDGES = 16;
/** Clips narrower than this have no grips for fades. */
const MIN_WIDTH_WITH_GRIPS = 56;
const GRIP_PIXELS = 7;
/** From the row of the picture's grips down to that of the sound's. */
const GRIP_ROW = 13;
const MARKER_PIXELS = 7;
const PLAYHEAD_PIXELS = 6;

/** What a fade is of. */
export type Faded = "picture" | "sound";

export type Hit =
  | { kind: "ruler"; frame: number }
  | { kind: "playhead" }
  | { kind: "marker"; marker: Marker }
  /** `edge` is the nearer end. */
  | { kind: "clip"; clip: Clip; lane: Lane; edge: Edge }
  /** The grip of a fade. */
  | { kind: "fade"; clip: Clip; lane: Lane; edge: Edge; of: Faded }
  | { kind: "edge"; clip: Clip; lane: Lane; edge: Edge; cut: Clip | null }
  | { kind: "transition" | "transition-edge"; transition: Transition; lane: Lane }
  | { kind: "lane"; lane: Lane }
  | { kind: "nothing" };

export interface Placed {
  readonly transition: Transition;
  /** `[start, end)`, centred on its cut. */
  readonly range: readonly [number, number];
  readonly clips: readonly [Clip, Clip];
}

const placed = new WeakMap<TimelineValue, readonly (readonly Placed[])[]>();

/** The transitions of each track, in order; made once per timeline. */
export function transitionsByLane(value: TimelineValue): readonly (readonly Placed[])[] {
  let lanes = placed.get(value);
  if (lanes) return lanes;
  const found: Placed[][] = value.tracks.map(() => []);
  for (const transition of value.transitions) {
    const range = transitionRange(value, transition);
    const [left, right] = [value.byId.get(transition.leftClipId), value.byId.get(transition.rightClipId)];
    if (range && left && right) found[right.trackIndex]?.push({ transition, range, clips: [left, right] });
  }
  for (const lane of found) lane.sort((a, b) => a.range[0] - b.range[0]);
  placed.set(value, (lanes = found));
  return lanes;
}

/** Index of the first transition of a lane that ends after `frame`. */
export function firstTransitionAfter(lane: readonly Placed[], frame: number): number {
  let low = 0;
  let high = lane.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lane[middle]!.range[1] > frame) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** `[start, end)` of a transition: centred on its cut. */
export function transitionRange(value: TimelineValue, transition: Transition): [number, number] | null {
  const right = value.byId.get(transition.rightClipId);
  if (!right) return null;
  const start = right.startFrame - Math.floor(transition.durationFrames / 2);
  return [start, start + transition.durationFrames];
}

/** The ruler's part: markers, the playhead's head, or a place to seek to. */
export function hitRuler(
  value: TimelineValue,
  view: Viewport,
  playhead: number,
  x: number,
  y: number,
  rulerHeight: number,
): Hit {
  const lower = y >= rulerHeight / 2;
  if (lower && Math.abs(frameToX(view, playhead) - x) <= PLAYHEAD_PIXELS) return { kind: "playhead" };
  for (const marker of value.markers) {
    const away = x - frameToX(view, marker.frame);
    if (away >= -MARKER_PIXELS && away <= MARKER_PIXELS) return { kind: "marker", marker };
  }
  return { kind: "ruler", frame: Math.max(0, Math.round(xToFrame(view, x))) };
}

/** The lanes' part; `y` counts from the top of the visible lanes. Of `gripped` clips the fades can be taken. */
export function hitLanes(
  value: TimelineValue,
  lanes: readonly Lane[],
  view: Viewport,
  x: number,
  y: number,
  gripped?: (clip: Clip) => boolean,
): Hit {
  const inLane = y + view.top;
  const lane = laneAt(lanes, inLane);
  if (!lane) return { kind: "nothing" };
  const clips = value.lanes[lane.trackIndex] ?? [];
  const frame = xToFrame(view, x);
  const clip = clipAt(clips, Math.floor(frame));
  const grip = clip && gripped?.(clip) ? hitGrip(clip, lane, view, x, inLane) : null;
  if (clip && grip) return { kind: "fade", clip, lane, ...grip };
  const transition = hitTransition(value, view, lane, x, inLane);
  if (transition) return transition;
  const edge = hitEdge(clips, view, lane, x);
  if (edge) return edge;
  if (!clip) return { kind: "lane", lane };
  return { kind: "clip", clip, lane, edge: frame < clip.startFrame + clip.durationFrames / 2 ? "start" : "end" };
}

/** Where the grips of one kind of fades are, in lane pixels. */
export interface Grips {
  readonly of: Faded;
  readonly y: number;
  readonly start: number;
  readonly end: number;
}

/** The grips of a clip's fades, a row for its picture and one for its sound; on a low lane, of one of the two. */
export function gripsOf(clip: Clip, lane: Lane, view: Viewport): Grips[] {
  if (clip.durationFrames * view.zoom < MIN_WIDTH_WITH_GRIPS) return [];
  const kinds: Faded[] = [];
  if (lane.track.kind === "video") kinds.push("picture");
  if (hasSound(clip)) kinds.push("sound");
  const first = lane.y + CLIP_INSET + HEAD_HEIGHT + 5;
  const fitting = first + GRIP_ROW + 5 <= lane.y + lane.height - CLIP_INSET ? kinds : kinds.slice(-1);
  return fitting.map((of, row) => {
    const [fadeIn, fadeOut] = fadesOf(clip, of);
    return {
      of,
      y: first + row * GRIP_ROW,
      start: Math.max(frameToX(view, clip.startFrame) + GRIP_PIXELS + 4, frameToX(view, clip.startFrame + fadeIn)),
      end: Math.min(frameToX(view, clipEnd(clip)) - GRIP_PIXELS - 4, frameToX(view, clipEnd(clip) - fadeOut)),
    };
  });
}

/** The lengths of a clip's fades, in and out. */
export function fadesOf({ audio, fades }: Clip, of: Faded): [number, number] {
  if (of === "picture") return [fades?.inFrames ?? 0, fades?.outFrames ?? 0];
  return [audio?.fadeInFrames ?? 0, audio?.fadeOutFrames ?? 0];
}

function hitGrip(clip: Clip, lane: Lane, view: Viewport, x: number, y: number): { edge: Edge; of: Faded } | null {
  const rows = gripsOf(clip, lane, view).filter((row) => Math.abs(y - row.y) <= GRIP_PIXELS);
  rows.sort((a, b) => Math.abs(y - a.y) - Math.abs(y - b.y));
  for (const { of, start, end } of rows) {
    if (Math.abs(x - start) <= GRIP_PIXELS) return { edge: "start", of };
    if (Math.abs(x - end) <= GRIP_PIXELS) return { edge: "end", of };
  }
  return null;
}

function hitEdge(clips: readonly Clip[], view: Viewport, lane: Lane, x: number): Hit | null {
  const reach = EDGE_PIXELS / view.zoom;
  const frame = xToFrame(view, x);
  for (let index = firstEndingAfter(clips, frame - reach); index < clips.length; index++) {
    const clip = clips[index] as Clip;
    if (clip.startFrame > frame + reach) break;
    if (clip.durationFrames * view.zoom < MIN_WIDTH_WITH_EDGES) continue;
    const before = clips[index - 1];
    const after = clips[index + 1];
    // Of two clips that touch, the side the pointer is on is trimmed.
    const touchesBefore = before !== undefined && clipEnd(before) === clip.startFrame;
    const touchesAfter = after !== undefined && clipEnd(clip) === after.startFrame;
    const fromStart = frame - clip.startFrame;
    const fromEnd = frame - clipEnd(clip);
    if (Math.abs(fromStart) <= reach && (fromStart >= 0 || !touchesBefore)) {
      return { kind: "edge", clip, lane, edge: "start", cut: touchesBefore ? before : null };
    }
    if (Math.abs(fromEnd) <= reach && (fromEnd < 0 || !touchesAfter)) {
      return { kind: "edge", clip, lane, edge: "end", cut: touchesAfter ? clip : null };
    }
  }
  return null;
}

/** A transition is grabbed by its badge, in the lower third of the lane: by its ends, or as a whole. */
function hitTransition(value: TimelineValue, view: Viewport, lane: Lane, x: number, y: number): Hit | null {
  if (y < lane.y + (lane.height * 2) / 3) return null;
  const frame = xToFrame(view, x);
  const found = transitionsByLane(value)[lane.trackIndex] ?? [];
  const reach = EDGE_PIXELS / view.zoom;
  const item = found[firstTransitionAfter(found, frame - reach)];
  if (!item || frame < item.range[0] - reach) return null;
  const { transition, range } = item;
  const wide = (range[1] - range[0]) * view.zoom >= MIN_TRANSITION_WITH_EDGES;
  const inner = reach / 2;
  if (wide && (Math.abs(frame - range[0]) <= inner || Math.abs(frame - range[1]) <= inner)) {
    return { kind: "transition-edge", transition, lane };
  }
  return frame >= range[0] && frame < range[1] ? { kind: "transition", transition, lane } : null;
}

/** The clips touched by a rectangle drawn from one corner to another, in lane coordinates. */
export function clipsInBox(
  value: TimelineValue,
  lanes: readonly Lane[],
  frames: readonly [number, number],
  ys: readonly [number, number],
): string[] {
  const [from, to] = frames[0] <= frames[1] ? frames : [frames[1], frames[0]];
  const [top, bottom] = ys[0] <= ys[1] ? ys : [ys[1], ys[0]];
  const ids: string[] = [];
  for (const lane of lanes) {
    if (lane.y + lane.height <= top || lane.y > bottom) continue;
    const clips = value.lanes[lane.trackIndex] ?? [];
    for (let index = firstEndingAfter(clips, from); index < clips.length; index++) {
      const clip = clips[index] as Clip;
      if (clip.startFrame > to) break;
      ids.push(clip.id);
    }
  }
  return ids;
}
