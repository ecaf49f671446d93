/** What the timeline's keys do: the table that handles them, and that the sheet of keys shows. */
import type { Action } from "../core/keymap.ts";
import { remotePlayer } from "../player/keys.ts";
import {
  chooseEdge,
  clearMarks,
  crossfade,
  mark,
  marker,
  nudge,
  redo,
  remove,
  selectAll,
  split,
  toTrack,
  trimToPlayhead,
  undo,
  useTool,
} from "./actions.ts";
import { copy, cut, duplicate, paste } from "./clipboard.ts";
import { nextCut } from "./edits.ts";
import type { Editor } from "./editor.ts";
import { showView, VIEW_MODES, type ViewMode } from "../core/view_mode.ts";
import { TOOLS, type Tool } from "./tools/tool.ts";

/** What keys do that is not the editor's own matter. */
export interface KeyTargets {
  /** Gives up the drag under way; true when there was one. */
  cancelDrag(): boolean;
  openTitle(): void;
  openMenu(): void;
  openHelp(): void;
}

export const GROUPS = ["Play", "Tools", "Edit", "View"] as const;

interface Deed {
  readonly group: (typeof GROUPS)[number];
  readonly label: string;
  run(editor: Editor, targets: KeyTargets): unknown;
}

const LEAP = 10;

/** Moves the playhead and keeps it in view. */
function go(editor: Editor, frame: number): void {
  editor.seek(frame);
  editor.reveal(editor.playhead, editor.playhead);
}

const second = (editor: Editor): number => editor.value?.rate.nominal ?? 30;
const step = (label: string, frames: (editor: Editor) => number): Deed => ({
  group: "Play",
  label,
  run: (editor) => go(editor, editor.playhead + frames(editor)),
});
const toCut = (label: string, direction: 1 | -1): Deed => ({
  group: "Play",
  label,
  run: (editor) => editor.value && go(editor, nextCut(editor.value, editor.playhead, direction)),
});
const tool = (name: Tool): Deed => ({
  group: "Tools",
  label: `${TOOLS[name].label}: ${TOOLS[name].about}`,
  run: (editor) => editor.useTool(name),
});
const nudging = (label: string, frames: (editor: Editor) => number, alone = false): Deed => ({
  group: "Tools",
  label,
  run: (editor) => nudge(editor, frames(editor), alone),
});
const edit = (label: string, run: Deed["run"]): Deed => ({ group: "Edit", label, run });
const view = (label: string, run: Deed["run"]): Deed => ({ group: "View", label, run });
const showing = (mode: ViewMode): Deed =>
  view(`${VIEW_MODES[mode].label}: ${VIEW_MODES[mode].about}`, (it) => showView(it.context.model, mode));

export const DEEDS: Record<Action, Deed> = {
  play_pause: { group: "Play", label: "Play or pause", run: (it) => it.playing.set(!it.playing.get()) },
  shuttle_back: {
    group: "Play",
    label: `Back ${LEAP} frames`,
    run: (it) => remotePlayer(it.context).step(-LEAP),
  },
  shuttle_stop: { group: "Play", label: "Pause", run: (it) => it.playing.set(false) },
  shuttle_forward: { group: "Play", label: "Play", run: (it) => it.playing.set(true) },
  previous_frame: step("One frame back", () => -1),
  next_frame: step("One frame forward", () => 1),
  back_second: step("One second back", (it) => -second(it)),
  forward_second: step("One second forward", second),
  previous_cut: toCut("Previous cut", -1),
  next_cut: toCut("Next cut", 1),
  to_start: { group: "Play", label: "Start", run: (it) => go(it, 0) },
  to_end: { group: "Play", label: "End", run: (it) => go(it, it.value?.totalFrames ?? 0) },
  mark_in: { group: "Play", label: "Mark the in point", run: (it) => mark(it, "in") },
  mark_out: { group: "Play", label: "Mark the out point", run: (it) => mark(it, "out") },
  clear_marks: { group: "Play", label: "Clear both points", run: clearMarks },

  tool_select: tool("select"),
  tool_blade: tool("blade"),
  tool_ripple: tool("ripple"),
  tool_roll: tool("roll"),
  tool_slip: tool("slip"),
  tool_slide: tool("slide"),
  tool_hand: tool("hand"),
  tool_stretch: tool("stretch"),
  choose_start: { group: "Tools", label: "Take the clip's start", run: (it) => chooseEdge(it, "start") },
  choose_end: { group: "Tools", label: "Take the clip's end", run: (it) => chooseEdge(it, "end") },
  nudge_back: nudging("Use the tool: a frame back", () => -1),
  nudge_forward: nudging("Use the tool: a frame forward", () => 1),
  nudge_back_second: nudging("Use the tool: a second back", (it) => -second(it)),
  nudge_forward_second: nudging("Use the tool: a second forward", second),
  nudge_back_alone: nudging("A frame back, without linked clips", () => -1, true),
  nudge_forward_alone: nudging("A frame forward, without linked clips", () => 1, true),
  use_tool: { group: "Tools", label: "Cut at the playhead, with the blade", run: useTool },

  split: edit("Split at the playhead", split),
  trim_start: edit("Trim the start to the playhead", (it) => trimToPlayhead(it, "start")),
  trim_end: edit("Trim the end to the playhead", (it) => trimToPlayhead(it, "end")),
  delete: edit("Delete, leaving the gap", (it) => remove(it)),
  ripple_delete: edit("Delete and close the gap", (it) => remove(it, true)),
  track_up: edit("Move to the track above", (it) => toTrack(it, 1)),
  track_down: edit("Move to the track below", (it) => toTrack(it, -1)),
  undo: edit("Undo", undo),
  redo: edit("Redo", redo),
  select_all: edit("Select all", selectAll),
  copy: edit("Copy", copy),
  cut: edit("Cut", cut),
  paste: edit("Paste at the playhead", paste),
  duplicate: edit("Duplicate", duplicate),
  crossfade: edit("Crossfade at the selected cut", crossfade),
  add_title: edit("Add a title", (_, targets) => targets.openTitle()),
  add_marker: edit("Add a marker, or rename the one here", marker),
  rename: edit("Rename the clip or marker", (it) => it.rename()),

  zoom_in: view("Zoom in", (it) => it.zoomBy(1.4, zoomCentre(it))),
  zoom_out: view("Zoom out", (it) => it.zoomBy(1 / 1.4, zoomCentre(it))),
  fit: view("Show the whole timeline", (it) => it.fit()),
  snapping: view("Snapping on or off", (it) => it.snappingTrait.set(!it.snappingTrait.get())),
  inspector: view("Inspector: what is selected, in numbers", (it) => it.inspector.set(!it.inspector.get())),
  view_edit: showing("edit"),
  view_browse: showing("browse"),
  view_review: showing("review"),
  view_focus: showing("focus"),
  drop_mode: view("Drop: insert or overwrite", (it) => it.toggleDropMode()),
  menu: view("Menu of what is selected", (_, targets) => targets.openMenu()),
  escape: view("Give up the drag; the end; the selection", (it, targets) => escape(it, targets)),
  help: view("This list", (_, targets) => targets.openHelp()),
};

/** What the mouse does with a key held. */
export const HELD: readonly (readonly [string, string])[] = [
  ["Ctrl", "While dragging: no snapping"],
  ["Alt", "While dragging: without linked clips"],
  ["Shift", "With the blade: all tracks; while dropping: the other mode"],
  ["Ctrl wheel", "Zoom at the pointer"],
  ["Shift wheel", "Scroll in time"],
];

function escape(editor: Editor, targets: KeyTargets): void {
  if (targets.cancelDrag()) editor.announce("Given up");
  else if (editor.edge) editor.chooseEdge(null);
  else editor.select([]);
}

/** Acts on a key; the caller prevents the default when it was one of ours. */
export function timelineKey(event: KeyboardEvent, editor: Editor, targets: KeyTargets): boolean {
  const target = event.composedPath()[0] as Element;
  if (target.closest("input:not([type='range']), textarea, select")) return false;
  // Buttons and sliders keep the keys that work them.
  if (target.closest("button") && (event.key === " " || event.key === "Enter")) return false;
  if (target.closest("input[type='range'], [role='scrollbar'], [role='separator']")) {
    if (/^(Arrow|Home|End|Page)/.test(event.key)) return false;
  }
  const action = editor.keymap.actionOf(event);
  if (!action || (!editor.value && action !== "help")) return false;
  void DEEDS[action].run(editor, targets);
  return true;
}

/** Zooming without a pointer keeps the playhead in place when it is in view, else the middle. */
export function zoomCentre(editor: Editor): number {
  const { view: shown, playhead } = editor;
  const x = (playhead - shown.scroll) * shown.zoom;
  return x >= 0 && x <= shown.width ? x : shown.width / 2;
}
