/** Assets of the browser dropped on the lanes. */
import { isMediaDrag, mediaDrag, type MediaDrag } from "../core/drag.ts";
import { addMedia, dropClips } from "./edits.ts";
import type { Editor } from "./editor.ts";
import { RULER_HEIGHT } from "./paint.ts";
import { DropGesture } from "./tools/drop.ts";
import { xToFrame } from "./viewport.ts";

/** Lets `element` take assets; `over` is told while one is held above it. */
export function acceptDrops(
  editor: Editor,
  element: HTMLElement,
  over: (yes: boolean) => void,
  signal: AbortSignal,
): void {
  let held: readonly MediaDrag[] = [];

  const gestureFor = (media: readonly MediaDrag[]): DropGesture | null => {
    const { value, lanes, playhead, dropMode } = editor;
    if (!value || media.length === 0) return null;
    const same = held.length === media.length && held.every(({ id }, index) => id === media[index]?.id);
    if (editor.gesture instanceof DropGesture && same) return editor.gesture;
    held = media;
    return new DropGesture(value, dropClips(value, media), lanes, dropMode, playhead);
  };
  const update = (event: DragEvent, gesture: DropGesture): void => {
    const box = element.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const snapping = editor.snappingTrait.get() && !(event.ctrlKey || event.metaKey);
    const { view } = editor;
    editor.pointer = { x, y };
    const place = { frame: xToFrame(view, x), y: y - RULER_HEIGHT + view.top, zoom: view.zoom };
    gesture.update({ ...place, snapping, other: event.shiftKey });
    editor.gestureMoved();
  };
  const end = (): void => {
    held = [];
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
      const gesture = gestureFor(mediaDrag(event));
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
      const gesture = gestureFor(mediaDrag(event));
      if (gesture) update(event, gesture);
      end();
      if (!isMediaDrag(event)) return;
      event.preventDefault();
      event.stopPropagation();
      if (gesture) void drop(editor, gesture);
    },
    { signal },
  );
  // The browser ends a drag with Escape by itself: the source then gets `dragend`.
  addEventListener("dragend", end, { signal });
}

/** Does what the drop has shown; what was overwritten can be had back. */
async function drop(editor: Editor, gesture: DropGesture): Promise<void> {
  const [first, ...more] = gesture.clips;
  if (!first) return;
  if (gesture.refusal) {
    editor.show(`Not added: ${gesture.refusal}`);
    return;
  }
  const { covered } = gesture;
  const what = more.length > 0 ? `${more.length + 1} clips` : first.name;
  const created = await editor.attempt(
    addMedia(editor.document, gesture),
    `${what} added to ${gesture.trackOf(first) ?? ""}`,
  );
  if (!created?.length) return;
  editor.select(created, { anchor: created[0] ?? null });
  if (covered > 0) editor.offerUndo(`${what} written over ${covered === 1 ? "a clip" : `${covered} clips`}`);
}
