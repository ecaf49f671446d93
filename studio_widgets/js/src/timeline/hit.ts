/** What lies under the pointer. */
import type { Clip, Marker, Transition } from "../core/protocol.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import { clipAt, firstEndingAfter, laneAt, type Lane } from "./lanes.ts";
import { frameToX, xToFrame, type Viewport } from "./viewport.ts";

export const EDGE_PIXELS = 7;
/** Clips narrower than this have no edges to grab, so that they can still be moved. */
const MIN_WIDTH_WITH_EDGES = 20;
const MARKER_PIXELS = 7;
const PLAYHEAD_PIXELS = 6;

export type Hit =
  | { kind: "ruler"; frame: number }
  | { kind: "playhead" }
  | { kind: "marker"; marker: Marker }
  | { kind: "clip"; clip: Clip; lane: Lane }
  | { kind: "edge"; clip: Clip; lane: Lane; edge: "start" | "end"; cut: Clip | null }
  | { kind: "transition"; transition: Transition; lane: Lane }
  | { kind: "lane"; lane: Lane }
  | { kind: "nothing" };

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

/** The lanes' part; `y` counts from the top of the visible lanes. */
export function hitLanes(value: TimelineValue, lanes: readonly Lane[], view: Viewport, x: number, y: number): Hit {
  const inLane = y + view.top;
  const lane = laneAt(lanes, inLane);
  if (!lane) return { kind: "nothing" };
  const clips = value.lanes[lane.trackIndex] ?? [];
  const transition = hitTransition(value, view, lane, x, inLane);
  if (transition) return { kind: "transition", transition, lane };
  const edge = hitEdge(clips, view, lane, x);
  if (edge) return edge;
  const clip = clipAt(clips, Math.floor(xToFrame(view, x)));
  return clip ? { kind: "clip", clip, lane } : { kind: "lane", lane };
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

/** A transition is grabbed by its badge, in the lower third of the lane. */
function hitTransition(value: TimelineValue, view: Viewport, lane: Lane, x: number, y: number): Transition | null {
  if (y < lane.y + (lane.height * 2) / 3) return null;
  const frame = xToFrame(view, x);
  for (const transition of value.transitions) {
    if (value.byId.get(transition.rightClipId)?.trackIndex !== lane.trackIndex) continue;
    const range = transitionRange(value, transition);
    if (range && frame >= range[0] && frame < range[1]) return transition;
  }
  return null;
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
