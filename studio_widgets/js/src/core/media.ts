/** What a media file or take is on a timeline. Pure. */
import type { MediaDrag } from "./drag.ts";
import type { MediaItem, Source } from "./protocol.ts";
import type { Rate } from "./timecode.ts";

const STILL_SECONDS = 5; // the engine's own choice for stills

/** Timeline frames a media file fills: all of it, or five seconds of a still. */
export function framesOf(item: Pick<MediaItem, "kind" | "durationSeconds">, rate: Rate): number {
  const seconds = item.kind === "image" ? STILL_SECONDS : (item.durationSeconds ?? 0);
  // a hair off: 1/3 s of 30 fps is ten frames, although its double times 30 may be a little more
  return Math.max(1, Math.ceil((seconds * rate.num) / rate.den - 1e-6));
}

/** The tile as what is dragged. */
export function draggable({ id, name, kind, sourceType, durationSeconds }: MediaItem): MediaDrag {
  return { id, name, kind, durationSeconds, recording: sourceType === "recording" };
}

/** The source of a clip that shows it. */
export function sourceOf({ id, recording, kind }: MediaDrag): Source {
  return recording ? { type: "recording", recordingId: id, kind } : { type: "media_file", mediaFileId: id, kind };
}
