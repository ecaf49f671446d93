/** The timeline as the views hold it: the wire's JSON, with lookups made once per revision. */
import type {
  Caption,
  Clip,
  Counters,
  Marker,
  Timeline,
  TimelineDelta,
  TimelineJson,
  Track,
  Transition,
} from "./protocol.ts";
import { parseRate, type Rate } from "./timecode.ts";

/** An immutable timeline. `lanes[i]` are the clips of track i by start; they never overlap. */
export interface TimelineValue {
  readonly rate: Rate;
  readonly rateText: string;
  readonly width: number;
  readonly height: number;
  readonly totalFrames: number;
  readonly tracks: readonly Track[];
  readonly clips: readonly Clip[];
  readonly lanes: readonly (readonly Clip[])[];
  readonly byId: ReadonlyMap<string, Clip>;
  readonly transitions: readonly Transition[];
  readonly markers: readonly Marker[];
  readonly captions: readonly Caption[];
  readonly nextIds: Counters;
}

/** First frame after the clip. */
export function clipEnd(clip: Clip): number {
  return clip.startFrame + clip.durationFrames;
}

const byPlace = (a: Clip, b: Clip): number => a.trackIndex - b.trackIndex || a.startFrame - b.startFrame;
const byFrame = (a: Marker, b: Marker): number => a.frame - b.frame;
const byStart = (a: Caption, b: Caption): number => a.startFrame - b.startFrame;

/** Builds the value from the JSON of a snapshot. */
export function fromJson(json: TimelineJson | Timeline): TimelineValue {
  return indexed({
    rateText: json.rate ?? "30",
    width: json.width ?? 1920,
    height: json.height ?? 1080,
    tracks: json.tracks ?? [],
    clips: json.clips ?? [],
    transitions: json.transitions ?? [],
    markers: json.markers ?? [],
    captions: json.captions ?? [],
    nextIds: json.nextIds ?? {},
  });
}

type Fields = Pick<
  TimelineValue,
  "rateText" | "width" | "height" | "tracks" | "clips" | "transitions" | "markers" | "captions" | "nextIds"
>;

/** The value with `changes`, lookups rebuilt. */
export function withChanges(value: TimelineValue, changes: Partial<Fields>): TimelineValue {
  return indexed({ ...value, ...changes });
}

function indexed(fields: Fields): TimelineValue {
  const lanes: Clip[][] = fields.tracks.map(() => []);
  const byId = new Map<string, Clip>();
  let totalFrames = 0;
  for (const clip of fields.clips) {
    (lanes[clip.trackIndex] ??= []).push(clip);
    byId.set(clip.id, clip);
    totalFrames = Math.max(totalFrames, clipEnd(clip));
  }
  return { ...fields, rate: parseRate(fields.rateText), totalFrames, lanes, byId };
}

interface Identified {
  readonly id: string;
}

/** `items` with those of `upsert` replaced or added and those of `remove` gone, sorted by `order`. */
export function merge<T extends Identified>(
  items: readonly T[],
  upsert: readonly T[] | null | undefined,
  remove: readonly string[] | null | undefined,
  order?: (a: T, b: T) => number,
): readonly T[] {
  if (!upsert?.length && !remove?.length) return items;
  const fresh = new Map((upsert ?? []).map((item) => [item.id, item]));
  const gone = new Set(remove ?? []);
  const merged: T[] = [];
  for (const item of items) {
    if (gone.has(item.id)) continue;
    merged.push(fresh.get(item.id) ?? item);
    fresh.delete(item.id);
  }
  merged.push(...fresh.values());
  return order ? merged.sort(order) : merged;
}

/** `clips` merged and in their order. */
export function mergeClips(
  clips: readonly Clip[],
  upsert: readonly Clip[] | null | undefined,
  remove?: readonly string[] | null,
): readonly Clip[] {
  return merge(clips, upsert, remove, byPlace);
}

/** `markers` merged and in their order. */
export function mergeMarkers(markers: readonly Marker[], upsert: readonly Marker[]): readonly Marker[] {
  return merge(markers, upsert, null, byFrame);
}

/** The value one delta later. */
export function patched(value: TimelineValue, delta: TimelineDelta): TimelineValue {
  const { upsert, remove, settings } = delta;
  return indexed({
    rateText: settings?.rate ?? value.rateText,
    width: settings?.width ?? value.width,
    height: settings?.height ?? value.height,
    nextIds: settings?.nextIds ?? value.nextIds,
    // The whole list: an undone edit may take away the track it made.
    tracks: upsert.tracks ?? value.tracks,
    clips: mergeClips(value.clips, upsert.clips, remove.clips),
    transitions: merge(value.transitions, upsert.transitions, remove.transitions),
    markers: merge(value.markers, upsert.markers, remove.markers, byFrame),
    captions: merge(value.captions, upsert.captions, remove.captions, byStart),
  });
}
