/** What a click selects. Selections are lists of ids: of clips, transitions and markers. */
import type { Clip } from "../core/protocol.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";

export interface ClickKeys {
  readonly shift: boolean;
  /** Ctrl, or Command on a Mac. */
  readonly toggle: boolean;
}

/** The selection after a click on `id`; `anchor` is the clip the last plain click was on. */
export function clicked(
  value: TimelineValue,
  selection: readonly string[],
  anchor: string | null,
  id: string,
  keys: ClickKeys,
): readonly string[] {
  if (keys.toggle) return selection.includes(id) ? selection.filter((item) => item !== id) : [...selection, id];
  const from = anchor === null ? undefined : value.byId.get(anchor);
  const to = value.byId.get(id);
  if (keys.shift && from && to) return [...new Set([...between(value, from, to)])];
  return [id];
}

/** The clips of the block that two clips span: their frames, on their tracks and those between. */
function between(value: TimelineValue, one: Clip, other: Clip): string[] {
  const start = Math.min(one.startFrame, other.startFrame);
  const end = Math.max(clipEnd(one), clipEnd(other));
  const first = Math.min(one.trackIndex, other.trackIndex);
  const last = Math.max(one.trackIndex, other.trackIndex);
  return value.clips
    .filter(
      (clip) => clip.trackIndex >= first && clip.trackIndex <= last && clip.startFrame < end && clipEnd(clip) > start,
    )
    .map((clip) => clip.id);
}

/** `selection` without what is no longer there; the same array when nothing is gone. */
export function pruned(value: TimelineValue, selection: readonly string[]): readonly string[] {
  const known = (id: string): boolean =>
    value.byId.has(id) ||
    value.transitions.some((item) => item.id === id) ||
    value.markers.some((item) => item.id === id);
  return selection.every(known) ? selection : selection.filter(known);
}

/** The selected clips, in timeline order. */
export function selectedClips(value: TimelineValue, selection: readonly string[]): Clip[] {
  const clips = selection.map((id) => value.byId.get(id)).filter((clip) => clip !== undefined);
  return clips.sort((a, b) => a.trackIndex - b.trackIndex || a.startFrame - b.startFrame);
}
