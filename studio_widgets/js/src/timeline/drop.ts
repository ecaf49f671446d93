/** Assets of the browser dropped on the lanes. */
import { isMediaDrag, mediaDrag, type MediaDrag } from "../core/drag.ts";
import { addMedia, dropClip } from "./edits.ts";
import type { Editor } from "./editor.ts";
import { DropGesture } from "./gestures.ts";
import { nearestLane } from "./lanes.ts";
import { RULER_HEIGHT } from "./paint.ts";
import { xToFrame } from "./viewport.ts";

/** Lets `element` take assets; `over` is told while one is held above it. */
export function acceptDrops(
  editor: Editor,
  element: HTMLElement,
  over: (yes: boolean) => void,
  signal: AbortSignal,
): void {
  let held: MediaDrag | null = null;

  const gestureFor = (media: MediaDrag): DropGesture | null => {
    const { value, lanes, playhead } = editor;
    if (!value) return null;
    if (editor.gesture instanceof DropGesture && held?.id === media.id) return editor.gesture;
    held = media;
    const kind = media.kind === "audio" ? "audio" : "video";
    return new DropGesture(value, dropClip(value, media), (y) => nearestLane(lanes, y, kind), playhead);
  };
  const update = (event: DragEvent, gesture: DropGesture): void => {
    const box = element.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const snapping = editor.snappingTrait.get() !== event.altKey;
    const { view } = editor;
    editor.pointer = { x, y };
    gesture.update({ frame: xToFrame(view, x), y: y - RULER_HEIGHT + view.top, zoom: view.zoom, snapping });
    editor.gestureMoved();
  };
  const end = (): void => {
    held = null;
    over(false);
    if (editor.gesture instanceof DropGesture) editor.setGesture(null);
  };

  element.addEventListener(
    "dragover",
    (event) => {
      if (!isMediaDrag(event)) return;
      event.preventDefault();
      event.stopPropagation();
      over(true);
      const media = mediaDrag(event);
      const gesture = media && gestureFor(media);
      if (gesture) {
        if (editor.gesture !== gesture) editor.setGesture(gesture);
        update(event, gesture);
      }
      if (event.dataTransfer) event.dataTransfer.dropEffect = gesture?.refusal ? "none" : "copy";
    },
    { signal },
  );
  element.addEventListener(
    "dragleave",
    (event) => {
      if (!(event.relatedTarget instanceof Node) || !element.contains(event.relatedTarget)) end();
    },
    { signal },
  );
  element.addEventListener(
    "drop",
    (event) => {
      const media = mediaDrag(event);
      const { value, document } = editor;
      const gesture = media && gestureFor(media);
      if (gesture) update(event, gesture);
      end();
      if (!isMediaDrag(event)) return;
      event.preventDefault();
      event.stopPropagation();
      if (!media || !gesture || !value) return;
      const track = value.tracks[gesture.clip.trackIndex];
      if (gesture.refusal || !track) {
        editor.show(`Not added: ${gesture.refusal ?? "there is no track for it"}`);
        return;
      }
      void editor
        .attempt(
          addMedia(document, value, media, track.id, gesture.clip.startFrame),
          `${media.name} added to ${track.id}`,
        )
        .then((created) => created?.length && editor.select(created, { anchor: created[0] ?? null }));
    },
    { signal },
  );
  // The browser ends a drag with Escape by itself: the source then gets `dragend`.
  addEventListener("dragend", end, { signal });
}
