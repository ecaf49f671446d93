/** Where a media file goes when it is added at the playhead. Pure. */
import type { MediaItem } from "../core/protocol.ts";
import type { Rate } from "../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";

const STILL_SECONDS = 5; // the engine's own choice for stills

/** Timeline frames a media file fills: all of it, or five seconds of a still. */
export function framesOf(item: Pick<MediaItem, "kind" | "durationSeconds">, rate: Rate): number {
  const seconds = item.kind === "image" ? STILL_SECONDS : (item.durationSeconds ?? 0);
  // a hair off: 1/3 s of 30 fps is ten frames, although its double times 30 may be a little more
  return Math.max(1, Math.ceil((seconds * rate.num) / rate.den - 1e-6));
}

/**
 * The lowest unlocked track of the right kind with `[at, at + frames)` free; a new one above them when none has.
 * Adding never covers or pushes what is there.
 */
export function freeTrack(value: TimelineValue, kind: MediaItem["kind"], at: number, frames: number): string {
  const letter = kind === "audio" ? "A" : "V";
  for (let number = 1; ; number++) {
    const id = `${letter}${number}`;
    const index = value.tracks.findIndex((track) => track.id === id);
    const track = value.tracks[index];
    if (!track) return id;
    const taken = value.lanes[index]?.some((clip) => clip.startFrame < at + frames && clipEnd(clip) > at);
    if (!track.locked && !taken) return id;
  }
}
