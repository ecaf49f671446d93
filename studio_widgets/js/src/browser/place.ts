/** Where a media file goes when it is added at the playhead. Pure. */
import type { MediaItem } from "../core/protocol.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";

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
