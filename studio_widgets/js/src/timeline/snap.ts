/** Snapping: pulling a dragged frame onto cuts, markers and the playhead. */
import { clipEnd, type TimelineValue } from "../core/value.ts";

export const SNAP_PIXELS = 8;

/** The frames to snap to, sorted, without the edges of the clips in `ignore`. Made once per drag. */
export function snapTargets(value: TimelineValue, playhead: number, ignore: ReadonlySet<string>): Int32Array {
  const targets = new Int32Array(value.clips.length * 2 + value.markers.length + 2);
  let count = 0;
  targets[count++] = 0;
  targets[count++] = playhead;
  for (const marker of value.markers) if (!ignore.has(marker.id)) targets[count++] = marker.frame;
  for (const clip of value.clips) {
    if (ignore.has(clip.id)) continue;
    targets[count++] = clip.startFrame;
    targets[count++] = clipEnd(clip);
  }
  return targets.subarray(0, count).sort();
}

/** The target nearest to `frame`; NaN when there is none. */
export function nearestTarget(targets: Int32Array, frame: number): number {
  let low = 0;
  let high = targets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((targets[middle] as number) < frame) low = middle + 1;
    else high = middle;
  }
  const after = targets[low];
  const before = targets[low - 1];
  if (after === undefined) return before ?? NaN;
  if (before === undefined) return after;
  return frame - before <= after - frame ? before : after;
}

export interface Snap {
  /** Frames to add so that one of the edges lies on a target; 0 without a snap. */
  readonly shift: number;
  /** The target hit, null without a snap. */
  readonly at: number | null;
}

/** How far `edges` (moving together) must shift for the closest of them to lie on a target within `reach` frames. */
export function snapEdges(targets: Int32Array, edges: readonly number[], reach: number): Snap {
  let best: Snap = { shift: 0, at: null };
  let distance = reach;
  for (const edge of edges) {
    const target = nearestTarget(targets, edge);
    const away = Math.abs(target - edge);
    if (away <= distance && (best.at === null || away < distance)) {
      distance = away;
      best = { shift: target - edge, at: target };
    }
  }
  return best;
}
