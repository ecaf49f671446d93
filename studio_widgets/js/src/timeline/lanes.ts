/** The tracks as stacked lanes, and finding clips in them without walking them all. */
import { trackNumber } from "../core/links.ts";
import type { Clip, Track } from "../core/protocol.ts";
import { clipEnd } from "../core/value.ts";

export interface Lane {
  readonly trackIndex: number;
  readonly track: Track;
  /** Pixels from the top of the first lane. */
  readonly y: number;
  readonly height: number;
}

export const VIDEO_HEIGHT = 56;
export const AUDIO_HEIGHT = 44;
/** The name strip on top of each clip, and the air above and below clips. */
export const HEAD_HEIGHT = 16;
export const CLIP_INSET = 2;
/** What is left for a clip's pictures. */
export const FILM_HEIGHT = VIDEO_HEIGHT - 2 * CLIP_INSET - HEAD_HEIGHT;
/** Empty pixels between the picture lanes and the sound lanes. */
export const KIND_GAP = 8;

/** Pictures on top, the highest track first (it covers the others); below them sound. A track's id says its place. */
export function layOut(tracks: readonly Track[]): readonly Lane[] {
  const indexed = tracks
    .map((track, trackIndex) => ({ track, trackIndex }))
    .sort((a, b) => trackNumber(a.track) - trackNumber(b.track));
  const video = indexed.filter(({ track }) => track.kind === "video").reverse();
  const audio = indexed.filter(({ track }) => track.kind === "audio");
  const lanes: Lane[] = [];
  let y = 0;
  for (const entry of video) {
    const height = entry.track.height || VIDEO_HEIGHT;
    lanes.push({ ...entry, y, height });
    y += height;
  }
  if (video.length > 0 && audio.length > 0) y += KIND_GAP;
  for (const entry of audio) {
    const height = entry.track.height || AUDIO_HEIGHT;
    lanes.push({ ...entry, y, height });
    y += height;
  }
  return lanes;
}

export function lanesHeight(lanes: readonly Lane[]): number {
  const last = lanes[lanes.length - 1];
  return last ? last.y + last.height : 0;
}

/** The lane at `y`. */
export function laneAt(lanes: readonly Lane[], y: number): Lane | null {
  return lanes.find((lane) => y >= lane.y && y < lane.y + lane.height) ?? null;
}

/** The lane of that kind nearest to `y`. */
export function nearestLane(lanes: readonly Lane[], y: number, kind: Track["kind"]): Lane | null {
  let best: Lane | null = null;
  let distance = Infinity;
  for (const lane of lanes) {
    if (lane.track.kind !== kind) continue;
    const away = y < lane.y ? lane.y - y : y >= lane.y + lane.height ? y - lane.y - lane.height + 1 : 0;
    if (away < distance) {
      distance = away;
      best = lane;
    }
  }
  return best;
}

/** Index of the first clip that ends after `frame` (binary search; clips of a lane never overlap). */
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
