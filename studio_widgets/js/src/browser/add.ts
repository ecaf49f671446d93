/** Adds media to the timeline at the playhead, one after the other, as one undo step. */
import { draggable, framesOf, sourceOf } from "../core/media.ts";
import type { MediaItem } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { trait } from "../core/traits.ts";
import { noticesOf } from "../core/ui/notices.ts";
import { freeTrack } from "./place.ts";

/** The playhead then stands after the last one, so that adding again appends. */
export async function addAtPlayhead(
  { model, document, signal }: StudioContext,
  items: readonly MediaItem[],
): Promise<void> {
  const value = document.value;
  // an asset browser shown alone has no timeline
  if (!value || signal.aborted || items.length === 0) return;
  const playhead = trait<number>(model, "playhead", 0);
  const group = `add-${Date.now()}`;
  let at = playhead.get();
  try {
    for (const item of items) {
      const frames = framesOf(item, value.rate);
      const track = freeTrack(document.value ?? value, item.kind, at, frames);
      const args = { source: sourceOf(draggable(item)), name: item.name, track, at };
      await document.edit("add", args, group, { name: item.name, durationFrames: frames });
      at += frames;
    }
    playhead.set(at);
  } catch (error) {
    noticesOf(model).error(error);
  }
}
