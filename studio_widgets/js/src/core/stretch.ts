/** The clips that a stretch changes. Must be kept in step with `engine/timeline/edits/pace.py`. */
import { members } from "./links.ts";
import { stretchedBy, stretchedTo } from "./pace.ts";
import type { Clip } from "./protocol.ts";
import { clipEnd, type TimelineValue } from "./value.ts";

/** The clip and what is linked with it and in step, filling `duration` frames or at a speed; null when it is refused. */
export function withStretch(value: TimelineValue, clip: Clip, to: number | string, alone: boolean): Clip[] | null {
  const found: Clip[] = [];
  for (const item of members(value, clip, alone)) {
    if (item.id !== clip.id && !inStep(clip, item)) continue;
    if (item.startFrame !== clip.startFrame || clipEnd(item) !== clipEnd(clip)) return null;
    const changed = typeof to === "number" ? stretchedTo(item, to) : stretchedBy(item, to);
    if (!changed) return null;
    found.push(changed);
  }
  return found;
}

function fileOf({ source }: Clip): string {
  return "mediaFileId" in source ? `media:${source.mediaFileId}` : "recordingId" in source ? source.recordingId : "";
}

function inStep(one: Clip, other: Clip): boolean {
  return (
    fileOf(one) === fileOf(other) &&
    one.retime?.speed === other.retime?.speed &&
    one.startFrame - one.trimStartFrame === other.startFrame - other.trimStartFrame
  );
}
