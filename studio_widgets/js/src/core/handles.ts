/** What a clip's source has beyond the clip's ends. Must be kept in step with `Clip.head_handle` of the engine. */
import { paceOf, playedFrames } from "./pace.ts";
import type { Clip } from "./protocol.ts";

/** Frames the source can feed as it plays; Infinity for titles, stills and freeze frames. */
export function sourceFrames({ source, retime }: Clip): number {
  if (source.type !== "media_file" && source.type !== "recording") return Infinity;
  return retime ? playedFrames(source.frames ?? Infinity, paceOf(retime)) : (source.frames ?? Infinity);
}

/** Whether the clip's source has no beginning and no end of its own (a still, a title). */
export function isEndless(clip: Clip): boolean {
  return sourceFrames(clip) === Infinity;
}

/** Frames before the clip's start that its source has. */
export function headHandle(clip: Clip): number {
  return isEndless(clip) ? Infinity : clip.trimStartFrame;
}

/** Frames after the clip's end that its source has. */
export function tailHandle(clip: Clip): number {
  return sourceFrames(clip) - clip.trimEndFrame;
}

/** Whether there is sound to set a gain or fade on. */
export function hasSound({ source }: Clip): boolean {
  return (
    (source.type === "media_file" || source.type === "recording") &&
    source.kind !== "image" &&
    source.hasAudio !== false
  );
}
