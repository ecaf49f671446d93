/** What buttons and keys do, in one place, so that both do the same. */
import { timecode } from "../core/timecode.ts";
import { oneOfEach, trackNumber } from "../core/links.ts";
import type { Track } from "../core/protocol.ts";
import { clipEnd } from "../core/value.ts";
import {
  addCrossings,
  addMarker,
  addTitle,
  crossingsFor,
  liftRange,
  removeThings,
  splitAt,
  together,
  underBlade,
  type Crossing,
} from "./edits.ts";
import type { Editor } from "./editor.ts";
import { lockedTrack, type Edge } from "./limits.ts";
import { selectedClips } from "./selection.ts";
import { EdgeGesture } from "./tools/edge.ts";
import { TransitionGesture } from "./tools/looks.ts";
import { MoveGesture } from "./tools/move.ts";
import { nudgeable } from "./tools/press.ts";
import { SlipGesture } from "./tools/source.ts";

export function canSplit(editor: Editor): boolean {
  return editor.value !== null && underBlade(editor.value, editor.selection, editor.playhead).length > 0;
}

export async function split(editor: Editor): Promise<void> {
  const { value, document, selection, playhead } = editor;
  if (!value) return;
  const clips = underBlade(value, selection, playhead);
  if (clips.length === 0) {
    editor.show("Nothing to split: put the playhead inside a clip");
    return;
  }
  await editor.attempt(splitAt(document, value, clips, playhead), `Split at ${timecode(playhead, value.rate)}`);
}

/** Deletes what is selected; with `close` what follows the clips closes up. Without a selection, what is marked. */
export async function remove(editor: Editor, close = false): Promise<void> {
  const { value, document, selection } = editor;
  if (!value) return;
  if (selection.length === 0) {
    await removeMarked(editor, close);
    return;
  }
  const clips = selectedClips(value, selection);
  const locked = lockedTrack(value, clips);
  if (locked) {
    editor.show(`Not deleted: ${locked} is locked`);
    return;
  }
  const [only] = clips;
  const what = selection.length > 1 ? `${selection.length} items` : only ? `“${only.name}”` : "";
  const said = `Deleted ${what}`.trim();
  if (await editor.attempt(removeThings(document, value, selection, { close }), said)) editor.offerUndo(said);
}

/** Takes what lies between the in and the out point off all unlocked tracks. */
async function removeMarked(editor: Editor, close: boolean): Promise<void> {
  const { document, markIn, markOut } = editor;
  const [from, to] = [markIn.get(), markOut.get()];
  if (from === null || to === null || from >= to) editor.show("Select what is to be deleted, or mark a range");
  else if (close) editor.show("A marked range leaves its gap: select clips to close up");
  else if (await editor.attempt(liftRange(document, from, to), "Deleted the marked range")) {
    editor.offerUndo("Deleted the marked range");
  }
}

export function undo(editor: Editor): void {
  const { undo: label } = editor.document.history;
  if (label) void editor.attempt(editor.document.undo(), `Undone: ${label}`);
}

export function redo(editor: Editor): void {
  const { redo: label } = editor.document.history;
  if (label) void editor.attempt(editor.document.redo(), `Redone: ${label}`);
}

/** The crossfades the button would make now; empty: nothing suitable is selected. */
export function crossfades(editor: Editor): Crossing[] {
  return editor.value ? crossingsFor(editor.value, editor.selection, editor.cut) : [];
}

export async function crossfade(editor: Editor): Promise<void> {
  const found = crossfades(editor);
  const refused = found.find(({ refusal }) => refusal !== "");
  if (found.length === 0) editor.show("Select a cut or two adjacent clips for a crossfade");
  else if (refused && found.every(({ refusal }) => refusal !== "")) editor.show(refused.refusal);
  else {
    const created = await editor.attempt(addCrossings(editor.document, found), "Crossfade added");
    if (created?.length) editor.select(created);
  }
}

export async function marker(editor: Editor): Promise<void> {
  const { value, document, playhead } = editor;
  if (!value) return;
  const there = value.markers.find((item) => item.frame === playhead);
  if (there) {
    editor.wording = there.id;
    editor.select([there.id]);
    return;
  }
  await editor.attempt(addMarker(document, value, playhead), "Marker added");
}

export async function title(editor: Editor, text: string): Promise<void> {
  const { value, document, playhead } = editor;
  if (!value || !text.trim()) return;
  const created = await editor.attempt(addTitle(document, value, text.trim(), playhead), "Title added");
  if (created?.length) editor.select(created.slice(0, 1), { anchor: created[0] ?? null });
}

/** Moves what is selected by frames, as the tool in hand would: the keyboard's way to make its edit. */
export function nudge(editor: Editor, frames: number, alone = false): void {
  const { value, tool, selection, playhead, view } = editor;
  if (!value) return;
  if (tool === "hand") {
    editor.look({ scroll: Math.max(0, view.scroll + (frames * 40) / view.zoom) });
    return;
  }
  if (tool === "blade") {
    editor.seek(playhead + frames);
    editor.reveal(editor.playhead, editor.playhead);
    return;
  }
  const clips = selectedClips(value, selection);
  const gesture = nudgeable(editor, tool, clips, editor.edge);
  if (!gesture) {
    nudgeOther(editor, frames);
    return;
  }
  const { edge } = editor;
  // As with the mouse: to the right comes what was before.
  const moved = gesture.by(gesture instanceof SlipGesture ? -frames : frames, alone);
  if (!moved) {
    editor.show(gesture.refusal ? `Not changed: ${gesture.refusal}` : "It can go no further");
    return;
  }
  editor.announce(gesture.ghost()?.readout.join(", ") ?? "");
  gesture.commit?.(editor);
  editor.chooseEdge(edge);
}

/** Markers move; transitions grow and shrink. */
function nudgeOther(editor: Editor, frames: number): void {
  const { value, document, selection } = editor;
  const marker = value?.markers.find((item) => selection.includes(item.id));
  const transition = value?.transitions.find((item) => selection.includes(item.id));
  if (value && transition) {
    const gesture = new TransitionGesture(value, transition);
    gesture.by(frames);
    gesture.commit(editor);
  } else if (marker && marker.frame + frames >= 0) {
    void editor.attempt(document.edit("move_marker", { marker: marker.id, to: marker.frame + frames }));
  } else editor.show("Select a clip first");
}

/** Moves the selected clips to the track above or below. */
export function toTrack(editor: Editor, tracks: 1 | -1): void {
  const { value, lanes, selection, playhead } = editor;
  const clips = value ? selectedClips(value, selection) : [];
  const [clip] = clips;
  if (!value || !clip) {
    editor.show("Select a clip first");
    return;
  }
  // Sound tracks are numbered downwards.
  const up = value.tracks[clip.trackIndex]?.kind === "audio" ? -tracks : tracks;
  const gesture = new MoveGesture(value, lanes, clips, clip, 0, playhead);
  gesture.across(up);
  gesture.commit(editor);
}

/** Chooses the end that is nudged; the same again chooses the clip itself. */
export function chooseEdge(editor: Editor, edge: Edge): void {
  const { value, selection } = editor;
  const [clip, ...more] = value ? selectedClips(value, selection) : [];
  if (!clip || more.length > 0) {
    editor.show("Select one clip to choose its start or end");
    return;
  }
  const next = editor.edge === edge ? null : edge;
  editor.chooseEdge(next);
  editor.announce(next ? `${next === "start" ? "Start" : "End"} of ${clip.name}` : clip.name);
}

/** Trims one end of each selected clip to the playhead, as far as it goes; without a selection of what lies there. */
export async function trimToPlayhead(editor: Editor, edge: Edge): Promise<void> {
  const { value, document, selection, playhead, tool } = editor;
  if (!value) return;
  const selected = selectedClips(value, selection);
  const clips = oneOfEach(selected.length > 0 ? selected : underBlade(value, [], playhead));
  const op = tool === "ripple" ? "ripple" : "trim";
  const edits = clips.flatMap((clip) => {
    const gesture = new EdgeGesture(value, op, clip, edge, 0, playhead);
    const moved = gesture.by(playhead - (edge === "start" ? clip.startFrame : clipEnd(clip)));
    return moved ? [{ op, args: { clip: clip.id, [edge]: gesture.offset } }] : [];
  });
  if (edits.length === 0) editor.show("Nothing to trim: put the playhead inside a clip");
  else await editor.attempt(together(document, edits), "Trimmed to the playhead");
}

/** What Enter does with the tool in hand. */
export function useTool(editor: Editor): void {
  if (editor.tool === "blade") void split(editor);
  else if (editor.tool !== "hand")
    editor.show(`Nudge with ${editor.keymap.hint("nudge_back")} and ${editor.keymap.hint("nudge_forward")}`);
}

/** Sets the in or the out point at the playhead; the other goes when they would be the wrong way round. */
export function mark(editor: Editor, side: "in" | "out"): void {
  const { playhead, markIn, markOut } = editor;
  const [here, there] = side === "in" ? [markIn, markOut] : [markOut, markIn];
  const other = there.get();
  here.set(playhead);
  if (other !== null && (side === "in" ? other <= playhead : other >= playhead)) there.set(null);
  editor.announce(`${side === "in" ? "In" : "Out"} point set`);
}

export function clearMarks({ markIn, markOut }: Editor): void {
  markIn.set(null);
  markOut.set(null);
}

export function selectAll(editor: Editor): void {
  const { value } = editor;
  if (value) editor.select(value.clips.filter((clip) => !value.tracks[clip.trackIndex]?.locked).map((clip) => clip.id));
}

/** Moves a track up or down as it is seen. */
export function moveTrack(editor: Editor, track: Track, by: 1 | -1): void {
  const count = editor.value!.tracks.filter((item) => item.kind === track.kind).length;
  const to = trackNumber(track) + (track.kind === "video" ? by : -by);
  if (to < 1 || to > count) editor.show(`${track.id} is at the end already`);
  else void editor.attempt(editor.document.edit("move_track", { track: track.id, to }), `${track.id} moved`);
}
