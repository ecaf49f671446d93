/** What buttons and keys do, in one place, so that both do the same. */
import type { Target } from "../browser/picks.ts";
import type { ImportedMedia } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { timecode } from "../core/timecode.ts";
import { trait } from "../core/traits.ts";
import { clipEnd } from "../core/value.ts";
import {
  addCrossfades,
  addMarker,
  addTitle,
  crossfadesFor,
  moveClips,
  removeThings,
  splitAt,
  trimClip,
  underBlade,
  type Crossfade,
} from "./edits.ts";
import type { Editor } from "./editor.ts";
import { refusePlace, trimRange } from "./limits.ts";
import { selectedClips } from "./selection.ts";

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

export async function remove(editor: Editor): Promise<void> {
  const { value, document, selection } = editor;
  if (!value || selection.length === 0) return;
  const locked = selectedClips(value, selection).find((clip) => value.tracks[clip.trackIndex]?.locked);
  if (locked) {
    editor.show(`Not deleted: ${value.tracks[locked.trackIndex]?.id} is locked`);
    return;
  }
  const said = selection.length === 1 ? "Deleted" : `Deleted ${selection.length} items`;
  await editor.attempt(removeThings(document, value, selection), said);
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
export function crossfades(editor: Editor): Crossfade[] {
  return editor.value ? crossfadesFor(editor.value, editor.selection, editor.cut) : [];
}

export async function crossfade(editor: Editor): Promise<void> {
  const found = crossfades(editor);
  const refused = found.find(({ refusal }) => refusal !== "");
  if (found.length === 0) editor.show("Select a cut or two adjacent clips for a crossfade");
  else if (refused && found.every(({ refusal }) => refusal !== "")) editor.show(refused.refusal);
  else {
    const created = await editor.attempt(addCrossfades(editor.document, found), "Crossfade added");
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

/** Moves the selected clips by frames, if there is room. */
export async function nudge(editor: Editor, frames: number): Promise<void> {
  const { value, document, selection } = editor;
  const clips = value ? selectedClips(value, selection) : [];
  if (!value || clips.length === 0) return;
  const ids = new Set(clips.map((clip) => clip.id));
  const moved = clips.map((clip) => ({ ...clip, startFrame: clip.startFrame + frames }));
  for (const clip of moved) {
    const kind = value.tracks[clip.trackIndex]?.kind ?? "video";
    const refusal = refusePlace(value, clip.trackIndex, clip.startFrame, clip.durationFrames, kind, ids);
    if (refusal) {
      editor.show(`Not moved: ${refusal.reason}`);
      return;
    }
  }
  await editor.attempt(moveClips(document, clips, moved));
}

/** Trims one end of each selected clip to the playhead, as far as it goes. */
export async function trimToPlayhead(editor: Editor, edge: "start" | "end"): Promise<void> {
  const { value, document, selection, playhead } = editor;
  if (!value) return;
  for (const clip of selectedClips(value, selection)) {
    const from = edge === "start" ? clip.startFrame : clipEnd(clip);
    const { min, max } = trimRange(value, clip, edge);
    const offset = Math.max(min, Math.min(max, playhead - from));
    if (offset !== 0) await editor.attempt(trimClip(document, clip, edge, offset));
  }
}

/** After an import: the new clips are selected; what went to the playhead takes it along, so that more comes after. */
export function chooseImported({ model }: StudioContext, done: ImportedMedia, { place }: Target): void {
  trait<readonly string[]>(model, "selection", []).set(done.created);
  if (place === "playhead") trait(model, "playhead", 0).set(done.end);
}

export function selectAll(editor: Editor): void {
  const { value } = editor;
  if (value) editor.select(value.clips.filter((clip) => !value.tracks[clip.trackIndex]?.locked).map((clip) => clip.id));
}
