/**
 * Linked clips, which are edited as one. Must be kept in step with `engine/timeline/edits/together.py`, for predictions
 * and for what the mouse sends.
 */
import type { Clip, Track } from "./protocol.ts";
import { clipEnd, mergeClips, withChanges, type TimelineValue } from "./value.ts";

/** The clips that an edit of `clip` edits: itself, first, and those linked with it unless `alone`. */
export function members(value: TimelineValue, clip: Clip, alone: boolean): Clip[] {
  if (alone || !clip.link) return [clip];
  return [clip, ...value.clips.filter((other) => other.link === clip.link && other.id !== clip.id)];
}

/** The clips and all that is linked with one of them, each once. */
export function withLinked(value: TimelineValue, clips: readonly Clip[]): Clip[] {
  const found = new Map<string, Clip>();
  for (const clip of clips) for (const member of members(value, clip, false)) found.set(member.id, member);
  return [...found.values()];
}

/** Of clips that are linked with each other only the first: an edit of one of them edits all. */
export function oneOfEach(clips: readonly Clip[]): Clip[] {
  const seen = new Set<string>();
  return clips.filter((clip) => {
    if (!clip.link) return true;
    const first = !seen.has(clip.link);
    seen.add(clip.link);
    return first;
  });
}

/** By how many frames the start and the end of each clip move when those of `clip` do: of linked ones, common ends. */
export function withEnds(
  value: TimelineValue,
  clip: Clip,
  start: number,
  end: number,
  alone: boolean,
): { clip: Clip; start: number; end: number }[] {
  return members(value, clip, alone)
    .map((item) => ({
      clip: item,
      start: item.startFrame === clip.startFrame ? start : 0,
      end: clipEnd(item) === clipEnd(clip) ? end : 0,
    }))
    .filter((item) => item.clip === clip || item.start !== 0 || item.end !== 0);
}

/** The value, no link of `links` holding a single clip. */
export function settled(value: TimelineValue, links: Iterable<string | null | undefined>): TimelineValue {
  const lone = [...new Set(links)].flatMap((link) => {
    const clips = link ? value.clips.filter((clip) => clip.link === link) : [];
    return clips.length === 1 ? clips.map((clip) => relinked(clip, null)) : [];
  });
  return lone.length > 0 ? withChanges(value, { clips: mergeClips(value.clips, lone) }) : value;
}

/** The value with the clips of each link that start at `at` or later in a link of their own, as a split leaves them. */
export function inTwo(value: TimelineValue, links: Iterable<string>, at: number): TimelineValue {
  let next = value;
  for (const link of new Set(links)) {
    const clips = next.clips.filter((clip) => clip.link === link);
    const right = clips.filter((clip) => clip.startFrame >= at);
    const left = clips.filter((clip) => clip.startFrame < at);
    if (right.length === 0) continue;
    const number = next.nextIds.link ?? 1;
    const name = right.length > 1 ? `link-${number}` : null;
    const moved = right.map((clip) => relinked(clip, name));
    if (left.length === 1) moved.push(...left.map((clip) => relinked(clip, null)));
    const nextIds = name ? { ...next.nextIds, link: number + 1 } : next.nextIds;
    next = withChanges(next, { clips: mergeClips(next.clips, moved), nextIds });
  }
  return next;
}

function relinked(clip: Clip, link: string | null): Clip {
  const { link: _, ...plain } = clip;
  return link ? { ...plain, link } : plain;
}

/** The place of a track among those of its kind, counted from 1: the number in its id. */
export function trackNumber(track: Track): number {
  return Number(track.id.slice(1));
}
