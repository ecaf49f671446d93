/** The tracks as stacked lanes. */
import { trackNumber } from "../core/links.ts";
import type { Track } from "../core/protocol.ts";

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

/** Room above the first lane, on which things are dropped to make a track. */
export const TOP_ROOM = 20;

/**
 * Pictures on top, the highest track first (it covers the others); below them sound. A track's id says its place.
 * `heights` are those of tracks that are being dragged.
 */
export function layOut(tracks: readonly Track[], heights?: ReadonlyMap<string, number>): readonly Lane[] {
  const indexed = tracks
    .map((track, trackIndex) => ({ track, trackIndex }))
    .sort((a, b) => trackNumber(a.track) - trackNumber(b.track));
  const video = indexed.filter(({ track }) => track.kind === "video").reverse();
  const audio = indexed.filter(({ track }) => track.kind === "audio");
  const lanes: Lane[] = [];
  let y = TOP_ROOM;
  for (const entry of video) {
    const height = (heights?.get(entry.track.id) ?? entry.track.height) || VIDEO_HEIGHT;
    lanes.push({ ...entry, y, height });
    y += height;
  }
  if (video.length > 0 && audio.length > 0) y += KIND_GAP;
  for (const entry of audio) {
    const height = (heights?.get(entry.track.id) ?? entry.track.height) || AUDIO_HEIGHT;
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

/** The kind of track that something held at `y` would make: pictures above all lanes, sound below them. */
export function newTrackAt(lanes: readonly Lane[], y: number): Track["kind"] | null {
  const first = lanes[0];
  if (!first || y < first.y) return "video";
  return y >= lanesHeight(lanes) ? "audio" : null;
}

/** Where a track that is to be made is drawn. */
export function newLane(lanes: readonly Lane[], kind: Track["kind"]): Lane {
  const track: Track = { id: "", kind };
  const trackIndex = lanes.length;
  if (kind === "video") return { trackIndex, track, y: 0, height: TOP_ROOM };
  return { trackIndex, track, y: lanesHeight(lanes), height: AUDIO_HEIGHT };
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
