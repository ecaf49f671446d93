/** Adds media to the timeline at the playhead, one after the other, as one undo step. */
import { draggable, framesOf, sourceOf } from "../core/media.ts";
import type { MediaItem } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { trait } from "../core/traits.ts";
import { noticesOf } from "../core/ui/notices.ts";
import type { TimelineValue } from "../core/value.ts";
import { freeTrack } from "./place.ts";

/** The playhead then stands after the last one, so that adding again appends. */
export async function addAtPlayhead(context: StudioContext, items: readonly MediaItem[]): Promise<void> {
  const { model, document, signal } = context;
  const value = document.value;
  // an asset browser shown alone has no timeline
  if (!value || signal.aborted || items.length === 0) return;
  const playhead = trait<number>(model, "playhead", 0);
  const at = playhead.get();
  try {
    playhead.set(items.length === 1 ? await addOne(context, value, items[0]!, at) : await addAll(context, items, at));
  } catch (error) {
    noticesOf(model).error(error);
  }
}

/** One file is one edit, which is seen before the kernel has answered; resolves with the frame after it. */
async function addOne({ document }: StudioContext, value: TimelineValue, item: MediaItem, at: number): Promise<number> {
  const frames = framesOf(item, value.rate);
  const track = freeTrack(value, item.kind, at, frames);
  const args = { source: sourceOf(draggable(item)), name: item.name, track, at };
  await document.edit("add", args, undefined, { name: item.name, durationFrames: frames });
  return at + frames;
}

/** Several are one import: the kernel puts all of them there, or none, in one transaction. */
async function addAll({ channel }: StudioContext, items: readonly MediaItem[], at: number): Promise<number> {
  const { body } = await channel.request("projects.import", { ids: items.map(({ id }) => id), at });
  return body.end;
}
