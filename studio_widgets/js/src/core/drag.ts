/** What the asset browser hands to the timeline when tiles are dragged. */

export const MEDIA_DRAG_TYPE = "application/x-studio-media";

export interface MediaDrag {
  id: string;
  recording: boolean;
  kind: "video" | "image" | "audio";
  durationSeconds?: number | null;
  name: string;
}

/** The assets in hand, page-wide: the browser and the timeline may be widgets of their own, each with its own bundle. */
const hand = ((globalThis as Record<symbol, unknown>)[Symbol.for("studio-widgets.media-drag")] ??= {
  media: [],
}) as { media: readonly MediaDrag[] };

/** Starts a drag. The payload is also kept in the page, because browsers hide it from `dragover`. */
export function startMediaDrag(event: DragEvent, media: readonly MediaDrag[]): void {
  hand.media = media;
  if (!event.dataTransfer) return;
  event.dataTransfer.effectAllowed = "copy";
  event.dataTransfer.setData(MEDIA_DRAG_TYPE, JSON.stringify(media));
  event.dataTransfer.setData("text/plain", media.map(({ name }) => name).join("\n"));
}

/** Call on `dragend`. */
export function endMediaDrag(): void {
  hand.media = [];
}

/** Whether the dragged things are studio assets. */
export function isMediaDrag(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(MEDIA_DRAG_TYPE) ?? false;
}

/** The dragged assets; during `dragover` only known when the drag began on this page. */
export function mediaDrag(event: DragEvent): readonly MediaDrag[] {
  if (!isMediaDrag(event)) return [];
  const text = event.dataTransfer?.getData(MEDIA_DRAG_TYPE);
  if (!text) return hand.media;
  try {
    const value = JSON.parse(text) as MediaDrag[];
    return value.every(({ id }) => typeof id === "string" && id) ? value : [];
  } catch {
    return [];
  }
}
