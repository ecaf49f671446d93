/**
 * What the timeline allows: how far a hand may go. The engine refuses what goes beyond and names the most; the mouse
 * stops there. Where the two differ the engine is right, and its refusal is shown.
 */
import { headHandle, isEndless, tailHandle } from "../core/handles.ts";
import { members, withEnds } from "../core/links.ts";
import type { Clip, Transition, TransitionKind } from "../core/protocol.ts";
import { firstFrom, firstInTheWay, neighbours } from "../core/search.ts";
import { offsetsOf } from "../core/shift.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";

export type Edge = "start" | "end";
/** What moving an edge does to what lies beside it. */
export type EdgeMode = "trim" | "ripple" | "roll";

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** How far something may go, and why not at all. */
export interface Limits extends Range {
  readonly refusal: string | null;
}

/** Clips of a track that move by `by` times what the hand moves, from a frame on. */
export interface LanePush {
  readonly trackIndex: number;
  readonly frame: number;
  readonly by: number;
}

const FREE: Range = { min: -Infinity, max: Infinity };
const refused = (refusal: string): Limits => ({ min: 0, max: 0, refusal });

function within(...ranges: Range[]): Limits {
  const min = Math.max(...ranges.map((range) => range.min));
  const max = Math.min(...ranges.map((range) => range.max));
  return { min: Math.min(min, 0) || 0, max: Math.max(max, 0) || 0, refusal: null };
}

/** How far an edge may go before the source or the clip ends. */
export function handleRange(clip: Clip, edge: Edge): Range {
  const most = clip.durationFrames - 1;
  return edge === "start" ? { min: -headHandle(clip), max: most } : { min: -most, max: tailHandle(clip) };
}

/** How many frames `edge` may move (negative: to the left) without leaving the source or touching a neighbour. */
export function trimRange(value: TimelineValue, clip: Clip, edge: Edge, moving?: ReadonlySet<string>): Range {
  const [before, after] = neighbours(value, clip);
  const { min, max } = handleRange(clip, edge);
  if (edge === "start") {
    const free = before && moving?.has(before.id);
    const room = before ? clip.startFrame - clipEnd(before) : clip.startFrame;
    return { min: Math.max(free ? -Infinity : -room, min) || 0, max };
  }
  const room = after && !moving?.has(after.id) ? after.startFrame - clipEnd(clip) : Infinity;
  return { min, max: Math.min(room, max) };
}

/** How far the edge of a clip may go, with those of linked clips that lie at the same frame. */
export function edgeLimits(
  value: TimelineValue,
  mode: EdgeMode,
  clip: Clip,
  edge: Edge,
  alone: boolean,
  pushes: readonly LanePush[] = [],
): Limits {
  const meant = withEnds(value, clip, edge === "start" ? 1 : 0, edge === "end" ? 1 : 0, alone).map((item) => item.clip);
  const locked = lockedTrack(value, members(value, clip, alone));
  if (locked) return refused(`${locked} is locked`);
  const ids = new Set(meant.map((item) => item.id));
  if (mode === "trim") return within(...meant.map((item) => trimRange(value, item, edge, ids)));
  const own = meant.map((item) => handleRange(item, edge));
  if (mode === "ripple") return ripple(value, own, ids, pushes, edge);
  const beside = meant.map((item) => neighbours(value, item)[edge === "start" ? 0 : 1]);
  const touching = (other: Clip | null, index: number): boolean => {
    const item = meant[index] as Clip;
    return (
      other !== null && (edge === "start" ? clipEnd(other) === item.startFrame : other.startFrame === clipEnd(item))
    );
  };
  if (!beside.every(touching)) return refused("No clip touches it there: a roll moves the cut between two clips");
  const across = edge === "start" ? "end" : "start";
  return within(...own, ...beside.map((other) => handleRange(other as Clip, across)));
}

function ripple(
  value: TimelineValue,
  own: readonly Range[],
  fixed: ReadonlySet<string>,
  pushes: readonly LanePush[],
  edge: Edge,
): Limits {
  const locked = pushes.map(({ trackIndex }) => value.tracks[trackIndex]).find((track) => track?.locked);
  if (locked) return refused(`${locked.id} is locked, and a clip on it moves along`);
  // What is pulled earlier must not run into what stays.
  const rooms = pushes.map(({ trackIndex, frame }): Range => {
    const lane = value.lanes[trackIndex] ?? [];
    const index = firstFrom(lane, frame);
    const [before, first] = [lane[index - 1], lane[index]];
    if (!first || (before && fixed.has(before.id))) return FREE;
    const room = first.startFrame - (before ? clipEnd(before) : 0);
    return edge === "start" ? { min: -Infinity, max: room } : { min: -room, max: Infinity };
  });
  return within(...own, ...rooms);
}

/** Which clips a ripple of the edge moves: of each track those from a frame on, and by how much for one frame. */
export function ripplePushes(value: TimelineValue, clip: Clip, edge: Edge, alone: boolean): LanePush[] {
  const meant = withEnds(value, clip, edge === "start" ? 1 : 0, edge === "end" ? 1 : 0, alone);
  const by = edge === "start" ? -1 : 1;
  const pushes = meant.map((item) => ({ trackIndex: item.clip.trackIndex, frame: clipEnd(item.clip), by }));
  const fixed = new Set(meant.map((item) => item.clip.id));
  const heads = edge === "start" ? meant.map((item): [Clip, number] => [item.clip, by]) : [];
  const from = new Map<number, number>();
  for (const id of offsetsOf(value, pushes, fixed, alone, heads).keys()) {
    const { trackIndex, startFrame } = value.byId.get(id) as Clip;
    from.set(trackIndex, Math.min(from.get(trackIndex) ?? Infinity, startFrame));
  }
  return [...from].map(([trackIndex, frame]) => ({ trackIndex, frame, by }));
}

/** How far a clip may be slipped: positive shows what comes later in the source. */
export function slipLimits(value: TimelineValue, clip: Clip, alone: boolean): Limits {
  if (isEndless(clip)) return refused("It is the same at any frame: there is nothing to slip");
  const meant = members(value, clip, alone);
  const locked = lockedTrack(value, meant);
  if (locked) return refused(`${locked} is locked`);
  return within(...meant.map((item) => ({ min: -headHandle(item), max: tailHandle(item) })));
}

/** How far a clip may slide between its neighbours. */
export function slideLimits(value: TimelineValue, clip: Clip, alone: boolean): Limits {
  const sliding = members(value, clip, alone);
  const locked = lockedTrack(value, sliding);
  if (locked) return refused(`${locked} is locked`);
  const [first, last] = neighbours(value, clip);
  if (!first || !last) return refused(`No clip comes ${first ? "after" : "before"} it: it slides between two`);
  const ids = new Set(sliding.map((item) => item.id));
  const ranges = sliding.flatMap((item): Range[] => {
    const [before, after] = neighbours(value, item);
    const left = before ? item.startFrame - clipEnd(before) : item.startFrame;
    const right = after ? after.startFrame - clipEnd(item) : Infinity;
    const leftFree = before && ids.has(before.id);
    const rightFree = after && ids.has(after.id);
    return [
      leftFree ? FREE : before && left === 0 ? handleRange(before, "end") : { min: -left, max: Infinity },
      rightFree ? FREE : after && right === 0 ? handleRange(after, "start") : { min: -Infinity, max: right },
    ];
  });
  return within(...ranges);
}

/** The id of the first locked track one of the clips lies on. */
export function lockedTrack(value: TimelineValue, clips: readonly Clip[]): string | null {
  return clips.map((clip) => value.tracks[clip.trackIndex]).find((track) => track?.locked)?.id ?? null;
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
 * The longest transition of a kind at the cut between two adjacent clips, in frames. It lives off what both have beyond
 * the cut: with duration d the left clip lends `d - floor(d / 2)` frames after its end, the right one `floor(d / 2)` before
 * its start; but a dip, which lies within them. Given the timeline it leaves room for the other transitions of both. Must be
 * kept in step with `transition_room`.
 */
export function longestTransition(left: Clip, right: Clip, kind: TransitionKind, value?: TimelineValue): number {
  const others = value?.transitions ?? [];
  const before = others.find((item) => item.rightClipId === left.id)?.durationFrames ?? 0;
  const after = others.find((item) => item.leftClipId === right.id)?.durationFrames ?? 0;
  const [tail, head] = kind === "dip" ? [Infinity, Infinity] : [tailHandle(left), headHandle(right)];
  const larger = Math.min(tail, right.durationFrames - Math.floor(after / 2));
  const smaller = Math.min(head, left.durationFrames - (before - Math.floor(before / 2)));
  return Math.max(0, Math.min(2 * larger, 2 * smaller + 1));
}

export interface Refusal {
  readonly reason: string;
  /** The clip that is in the way. */
  readonly clip?: Clip;
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
  const clip = firstInTheWay(value.lanes[trackIndex] ?? [], start, start + duration, moving);
  return clip ? { reason: `“${clip.name}” is in the way`, clip } : null;
}
