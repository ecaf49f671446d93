/** Finding clips of a lane without walking them all: a lane's clips are sorted and never overlap. */
import type { Clip } from "./protocol.ts";
import { clipEnd, type TimelineValue } from "./value.ts";

/** Index of the first clip that ends after `frame`. */
export function firstEndingAfter(clips: readonly Clip[], frame: number): number {
  let low = 0;
  let high = clips.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (clipEnd(clips[middle] as Clip) > frame) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Index of the first clip that starts at `frame` or after it. */
export function firstFrom(clips: readonly Clip[], frame: number): number {
  const index = firstEndingAfter(clips, frame);
  const clip = clips[index];
  return clip && clip.startFrame < frame ? index + 1 : index;
}

/** The clip that covers `frame`. */
export function clipAt(clips: readonly Clip[], frame: number): Clip | null {
  const clip = clips[firstEndingAfter(clips, frame)];
  return clip && clip.startFrame <= frame ? clip : null;
}

/** The first clip sharing a frame with `[start, end)` that is not in `ignore`. */
export function firstInTheWay(
  clips: readonly Clip[],
  start: number,
  end: number,
  ignore?: ReadonlySet<string>,
): Clip | null {
  for (let index = firstEndingAfter(clips, start); index < clips.length; index++) {
    const clip = clips[index] as Clip;
    if (clip.startFrame >= end) return null;
    if (!ignore?.has(clip.id)) return clip;
  }
  return null;
}

/** The clips before and after on the same track, touching or not. */
export function neighbours(value: TimelineValue, clip: Clip): [Clip | null, Clip | null] {
  const lane = value.lanes[clip.trackIndex] ?? [];
  const index = firstEndingAfter(lane, clip.startFrame);
  return [lane[index - 1] ?? null, lane[index + 1] ?? null];
}

/** The gap under `frame` of a lane, `[start, end)`; null under a clip and after the last one. */
export function gapAt(clips: readonly Clip[], frame: number): [number, number] | null {
  const index = firstEndingAfter(clips, frame);
  const after = clips[index];
  if (!after || after.startFrame <= frame) return null;
  const before = clips[index - 1];
  return [before ? clipEnd(before) : 0, after.startFrame];
}
