/**
 * The clips that trim, ripple, roll, slip and slide change, as they would be: for predictions, and for what is drawn
 * while the mouse drags. Must be kept in step with `engine/timeline/edits/between.py` and `ripple.py`.
 */
import { isEndless } from "./handles.ts";
import { members, withEnds } from "./links.ts";
import { trimmed } from "./predict.ts";
import type { Clip } from "./protocol.ts";
import { neighbours } from "./search.ts";
import { clipEnd, type TimelineValue } from "./value.ts";

/** The clips with their ends moved, those around them as they are. */
export function withTrim(value: TimelineValue, clip: Clip, start: number, end: number, alone: boolean): Clip[] {
  return withEnds(value, clip, start, end, alone).map((item) => trimmed(item.clip, item.start, item.end));
}

/** The clips with their ends moved that start where they did; what follows is `offsetsOf`. */
export function withRipple(value: TimelineValue, clip: Clip, start: number, end: number, alone: boolean): Clip[] {
  return withEnds(value, clip, start, end, alone).map((item) => ({
    ...trimmed(item.clip, item.start, item.end),
    startFrame: item.clip.startFrame,
  }));
}

/** The clips on both sides of the rolled cuts. */
export function withRoll(value: TimelineValue, clip: Clip, start: number, end: number, alone: boolean): Clip[] {
  const ends = new Ends();
  for (const item of withEnds(value, clip, start, end, alone)) {
    const [before, after] = neighbours(value, item.clip);
    ends.add(item.clip, item.start, item.end);
    if (item.start !== 0 && before) ends.add(before, 0, item.start);
    if (item.end !== 0 && after) ends.add(after, item.end, 0);
  }
  return ends.trimmed();
}

/** The clips that show another range of their source; stills and titles look the same at any. */
export function withSlip(value: TimelineValue, clip: Clip, by: number, alone: boolean): Clip[] {
  return members(value, clip, alone)
    .filter((item) => !isEndless(item))
    .map((item) => ({
      ...item,
      trimStartFrame: item.trimStartFrame + by,
      trimEndFrame: item.trimEndFrame + by,
    }));
}

/** The clips that slide, and the neighbours that make room for them. */
export function withSlide(value: TimelineValue, clip: Clip, by: number, alone: boolean): Clip[] {
  const sliding = members(value, clip, alone);
  const ids = new Set(sliding.map((item) => item.id));
  const ends = new Ends();
  for (const item of sliding) {
    const [before, after] = neighbours(value, item);
    if (before && !ids.has(before.id) && clipEnd(before) === item.startFrame) ends.add(before, 0, by);
    if (after && !ids.has(after.id) && after.startFrame === clipEnd(item)) ends.add(after, by, 0);
  }
  return [...sliding.map((item) => ({ ...item, startFrame: item.startFrame + by })), ...ends.trimmed()];
}

/** How far the ends of clips move, added up for those that are named more than once. */
class Ends {
  readonly #moves = new Map<string, { clip: Clip; start: number; end: number }>();

  add(clip: Clip, start: number, end: number): void {
    const move = this.#moves.get(clip.id) ?? { clip, start: 0, end: 0 };
    this.#moves.set(clip.id, { clip, start: start || move.start, end: end || move.end });
  }

  trimmed(): Clip[] {
    return [...this.#moves.values()].map(({ clip, start, end }) => trimmed(clip, start, end));
  }
}
