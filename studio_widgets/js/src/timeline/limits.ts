/** What the timeline allows: how far a clip may be trimmed, where it may go, how long a crossfade may be. */
import type { Clip, Transition } from "../core/protocol.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import { firstEndingAfter, firstInTheWay } from "./lanes.ts";

/** Frames the source can feed; Infinity for titles and stills. */
export function sourceFrames(clip: Clip): number {
  const { source } = clip;
  return source.type === "media_file" || source.type === "recording" ? (source.frames ?? Infinity) : Infinity;
}

/** Whether the clip's source has no beginning and no end of its own (a still, a title). */
export function isEndless(clip: Clip): boolean {
  return sourceFrames(clip) === Infinity;
}

/** The clips before and after on the same track. */
export function neighbours(value: TimelineValue, clip: Clip): [Clip | null, Clip | null] {
  const lane = value.lanes[clip.trackIndex] ?? [];
  const index = firstEndingAfter(lane, clip.startFrame);
  return [lane[index - 1] ?? null, lane[index + 1] ?? null];
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** How many frames `edge` may move (negative: to the left) without leaving the source or touching a neighbour. */
export function trimRange(value: TimelineValue, clip: Clip, edge: "start" | "end"): Range {
  const [before, after] = neighbours(value, clip);
  if (edge === "start") {
    const room = before ? clipEnd(before) - clip.startFrame : -clip.startFrame;
    const handle = isEndless(clip) ? Infinity : clip.trimStartFrame;
    return { min: Math.max(room, -handle) || 0, max: clip.durationFrames - 1 };
  }
  const room = after ? after.startFrame - clipEnd(clip) : Infinity;
  return { min: 1 - clip.durationFrames, max: Math.min(room, sourceFrames(clip) - clip.trimEndFrame) };
}

/** The clip right after `clip`, touching it. */
export function adjacentAfter(value: TimelineValue, clip: Clip): Clip | null {
  const [, after] = neighbours(value, clip);
  return after && after.startFrame === clipEnd(clip) ? after : null;
}

export function transitionAfter(value: TimelineValue, clip: Clip): Transition | null {
  return value.transitions.find((item) => item.leftClipId === clip.id) ?? null;
}

/** Shortest transition: a frame on each side of the cut. */
export const MIN_TRANSITION = 2;

/**
 * The longest crossfade at the cut between two adjacent clips, in frames. It lives off what both have beyond the cut: with
 * duration d the left clip lends `d - floor(d / 2)` frames after its end, the right one `floor(d / 2)` before its start.
 * Must be kept in step with `transition_room` of the engine (but for other transitions nearby, which it shortens to fit).
 */
export function longestCrossfade(left: Clip, right: Clip): number {
  const larger = Math.min(sourceFrames(left) - left.trimEndFrame, right.durationFrames);
  const smaller = Math.min(isEndless(right) ? Infinity : right.trimStartFrame, left.durationFrames);
  return Math.max(0, Math.min(2 * larger, 2 * smaller + 1));
}

export interface Refusal {
  readonly reason: string;
}

/** Why `clip` cannot lie at `start` on a track; null when it can. Clips in `moving` do not count as being in the way. */
export function refusePlace(
  value: TimelineValue,
  trackIndex: number,
  start: number,
  duration: number,
  kind: "video" | "audio",
  moving?: ReadonlySet<string>,
): Refusal | null {
  const track = value.tracks[trackIndex];
  if (!track) return { reason: "There is no track here" };
  if (track.kind !== kind) return { reason: `${track.id} takes ${track.kind === "audio" ? "only sound" : "pictures"}` };
  if (track.locked) return { reason: `${track.id} is locked` };
  if (start < 0) return { reason: "Before the start" };
  const other = firstInTheWay(value.lanes[trackIndex] ?? [], start, start + duration, moving);
  return other ? { reason: `“${other.name}” is in the way` } : null;
}
