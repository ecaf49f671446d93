/** What was picked, over many pages and questions, and where it goes. Pure. */
import type { MediaItem } from "../core/protocol.ts";

/**
 * The picks after `ids` were selected on a page: those of other pages stay, those of this page that are not selected go,
 * new ones come last.
 */
export function mergePicks(
  picked: readonly MediaItem[],
  page: readonly MediaItem[],
  ids: readonly string[],
): readonly MediaItem[] {
  const here = new Set(page.map((item) => item.id));
  const kept = picked.filter((item) => !here.has(item.id) || ids.includes(item.id));
  const known = new Set(kept.map((item) => item.id));
  const fresh = ids.filter((id) => !known.has(id)).map((id) => page.find((item) => item.id === id));
  return [...kept, ...fresh.filter((item) => item !== undefined)];
}

export interface Target {
  /** A track's id; "": for each the lowest with room. */
  track: string;
  place: "end" | "playhead" | "time";
  /** What was typed for `place` "time". */
  time: string;
}

export const ANYWHERE: Target = { track: "", place: "end", time: "" };

/** The `at` of an import: null is the end, digits alone are a frame, other text a time that the kernel reads. */
export function placeOf({ place, time }: Target, playhead: number): number | string | null {
  if (place === "end") return null;
  if (place === "playhead") return playhead;
  const text = time.trim();
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** The target that stands for a trait: null is the end. */
export function targetOf(track: string, at: number | string | null): Target {
  return at === null ? { ...ANYWHERE, track } : { track, place: "time", time: String(at) };
}

export interface TrackChoice {
  id: string;
  label: string;
  disabled: boolean;
}

/** The tracks to choose from: those there are and one more of each kind; those that cannot take the picks disabled. */
export function trackChoices(
  tracks: readonly string[],
  kinds: readonly MediaItem["kind"][],
  locked: readonly string[] = [],
): TrackChoice[] {
  const sounds = kinds.includes("audio");
  const pictures = kinds.some((kind) => kind !== "audio");
  return ["V", "A"].flatMap((letter) => {
    const unfit = letter === "V" ? sounds : pictures;
    const numbers = tracks.filter((id) => id[0] === letter).map((id) => Number(id.slice(1)));
    const there = numbers.sort((a, b) => a - b).map((number) => `${letter}${number}`);
    const next = `${letter}${Math.max(0, ...numbers) + 1}`;
    return [
      ...there.map((id) => ({
        id,
        label: locked.includes(id) ? `${id} (locked)` : id,
        disabled: unfit || locked.includes(id),
      })),
      { id: next, label: `${next} (new)`, disabled: unfit },
    ];
  });
}

/** The target whose track can take the picks: automatic where the chosen one cannot. */
export function fitting(target: Target, choices: readonly TrackChoice[]): Target {
  const chosen = choices.find(({ id }) => id === target.track);
  return target.track === "" || (chosen && !chosen.disabled) ? target : { ...target, track: "" };
}
