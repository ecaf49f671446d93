/**
 * Moving what follows: which clips an edit that pushes or pulls takes along. Must be kept in step with
 * `engine/timeline/edits/shift.py`, for predictions and for what is drawn while the mouse drags.
 */
import type { Clip } from "./protocol.ts";
import { firstFrom } from "./search.ts";
import type { TimelineValue } from "./value.ts";

/** Clips of the track that start at or after the frame move by `by`. */
export interface Push {
  readonly trackIndex: number;
  readonly frame: number;
  readonly by: number;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * By how many frames each clip moves, by id: what the pushes move and, unless `alone`, what is linked with it, with all
 * that follows there. Clips in `fixed` are placed by the edit itself; `heads` are those of them whose source moves
 * against the timeline, and by how much: what is linked with them goes along.
 */
export function offsetsOf(
  value: TimelineValue,
  pushes: readonly Push[],
  fixed: ReadonlySet<string> = NONE,
  alone = false,
  heads: readonly [Clip, number][] = [],
): Map<string, number> {
  const offsets = new Map<string, number>();
  const moved: [Clip, number][] = [];
  for (const { trackIndex, frame, by } of pushes) {
    const lane = value.lanes[trackIndex] ?? [];
    for (let index = firstFrom(lane, frame); index < lane.length; index++) {
      const clip = lane[index] as Clip;
      if (!fixed.has(clip.id)) offsets.set(clip.id, (offsets.get(clip.id) ?? 0) + by);
    }
  }
  if (alone) return offsets;
  const links = linksOf(value);
  if (links.size === 0) return offsets;
  for (const [id, by] of offsets) moved.push([value.byId.get(id) as Clip, by]);
  moved.push(...heads);
  for (let next = moved.pop(); next; next = moved.pop()) {
    const [{ link }, by] = next;
    if (!link || by === 0) continue;
    for (const other of links.get(link) ?? []) {
      if (offsets.has(other.id) || fixed.has(other.id)) continue;
      const lane = value.lanes[other.trackIndex] ?? [];
      for (let index = firstFrom(lane, other.startFrame); index < lane.length; index++) {
        const follower = lane[index] as Clip;
        if (offsets.has(follower.id) || fixed.has(follower.id)) continue;
        offsets.set(follower.id, by);
        moved.push([follower, by]);
      }
    }
  }
  return offsets;
}

function linksOf(value: TimelineValue): Map<string, Clip[]> {
  const links = new Map<string, Clip[]>();
  for (const clip of value.clips) {
    if (!clip.link) continue;
    const clips = links.get(clip.link);
    if (clips) clips.push(clip);
    else links.set(clip.link, [clip]);
  }
  return links;
}

/** The clips that `offsets` names, at their new places. */
export function movedBy(value: TimelineValue, offsets: ReadonlyMap<string, number>): Clip[] {
  const moved: Clip[] = [];
  for (const [id, by] of offsets) {
    const clip = value.byId.get(id);
    if (clip && by !== 0) moved.push({ ...clip, startFrame: clip.startFrame + by });
  }
  return moved;
}
