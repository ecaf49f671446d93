/** The timeline's keys. They work while the focus is anywhere in it, but not in text fields. */
import { marker, nudge, redo, remove, selectAll, split, trimToPlayhead, undo } from "./actions.ts";
import { nextCut } from "./edits.ts";
import type { Editor } from "./editor.ts";

export interface KeyTargets {
  /** Gives up the drag under way; true when there was one. */
  cancelDrag(): boolean;
  openTitle(): void;
}

/** Shown in the help: what to press, and what it does. */
export const KEYS: readonly (readonly [string, string])[] = [
  ["Space", "Play or pause"],
  ["← →", "One frame back or forward (Shift: one second)"],
  ["↑ ↓", "Previous or next cut"],
  ["Home End", "Start or end"],
  ["S", "Split at the playhead"],
  ["[ ]", "Trim the selected clip's start or end to the playhead"],
  ["Alt ← →", "Move the selected clips by a frame"],
  ["Delete", "Delete what is selected"],
  ["T", "Add a title"],
  ["M", "Add a marker"],
  ["N", "Snapping on or off (Alt while dragging: the other way)"],
  ["+ −", "Zoom (Ctrl + wheel: at the pointer)"],
  ["\\", "Fit the whole timeline"],
  ["Ctrl Z", "Undo (Ctrl Shift Z: redo)"],
  ["Ctrl A", "Select all"],
  ["Esc", "Give up the drag, or select nothing"],
];

/** Acts on a key; the caller prevents the default when it was one of ours. */
export function timelineKey(event: KeyboardEvent, editor: Editor, targets: KeyTargets): boolean {
  const target = event.composedPath()[0] as Element;
  if (target.closest("input:not([type='range']), textarea, select")) return false;
  if (event.ctrlKey || event.metaKey) return command(event, editor);
  if (event.altKey) return nudgeKey(event, editor);
  // Buttons and sliders keep the keys that work them.
  if (target.closest("button") && (event.key === " " || event.key === "Enter")) return false;
  if (target.closest("input[type='range']") && /^(Arrow|Home|End|Page)/.test(event.key)) return false;
  return playheadKey(event, editor) || editKey(event, editor, targets) || viewKey(event, editor);
}

function command(event: KeyboardEvent, editor: Editor): boolean {
  switch (event.key.toLowerCase()) {
    case "z":
      (event.shiftKey ? redo : undo)(editor);
      return true;
    case "y":
      redo(editor);
      return true;
    case "a":
      selectAll(editor);
      return true;
    default:
      return false;
  }
}

function nudgeKey(event: KeyboardEvent, editor: Editor): boolean {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return false;
  const frames = (event.key === "ArrowLeft" ? -1 : 1) * (event.shiftKey ? (editor.value?.rate.nominal ?? 30) : 1);
  void nudge(editor, frames);
  return true;
}

function playheadKey(event: KeyboardEvent, editor: Editor): boolean {
  const { value, playhead } = editor;
  if (!value) return false;
  const step = event.shiftKey ? value.rate.nominal : 1;
  const go = (frame: number): true => {
    editor.seek(frame);
    editor.reveal(editor.playhead, editor.playhead);
    return true;
  };
  switch (event.key) {
    case " ":
      editor.playing.set(!editor.playing.get());
      return true;
    case "ArrowLeft":
      return go(playhead - step);
    case "ArrowRight":
      return go(playhead + step);
    case "ArrowUp":
      return go(nextCut(value, playhead, -1));
    case "ArrowDown":
      return go(nextCut(value, playhead, 1));
    case "Home":
      return go(0);
    case "End":
      return go(value.totalFrames);
    default:
      return false;
  }
}

function editKey(event: KeyboardEvent, editor: Editor, targets: KeyTargets): boolean {
  switch (event.key.toLowerCase()) {
    case "s":
      void split(editor);
      return true;
    case "delete":
    case "backspace":
      void remove(editor);
      return true;
    case "m":
      void marker(editor);
      return true;
    case "t":
      targets.openTitle();
      return true;
    case "[":
      void trimToPlayhead(editor, "start");
      return true;
    case "]":
      void trimToPlayhead(editor, "end");
      return true;
    case "escape":
      if (!targets.cancelDrag()) editor.select([]);
      return true;
    default:
      return false;
  }
}

function viewKey(event: KeyboardEvent, editor: Editor): boolean {
  switch (event.key) {
    case "n":
    case "N":
      editor.snappingTrait.set(!editor.snappingTrait.get());
      return true;
    case "+":
    case "=":
      editor.zoomBy(1.4, zoomCentre(editor));
      return true;
    case "-":
    case "_":
      editor.zoomBy(1 / 1.4, zoomCentre(editor));
      return true;
    case "\\":
      editor.fit();
      return true;
    default:
      return false;
  }
}

/** Zooming without a pointer keeps the playhead in place when it is in view, else the middle. */
export function zoomCentre(editor: Editor): number {
  const { view, playhead } = editor;
  const x = (playhead - view.scroll) * view.zoom;
  return x >= 0 && x <= view.width ? x : view.width / 2;
}
