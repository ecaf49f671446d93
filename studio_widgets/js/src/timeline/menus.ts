/** The context menus: what can be done with a clip, a gap, a track, the ruler, a marker. */
import { trackNumber } from "../core/links.ts";
import type { Clip, Marker, Track } from "../core/protocol.ts";
import { gapAt, neighbours } from "../core/search.ts";
import { timecode } from "../core/timecode.ts";
import { clipEnd } from "../core/value.ts";
import type { MenuEntry } from "../core/ui/menu.tsx";
import { clearMarks, mark, moveTrack, remove, split, trimToPlayhead } from "./actions.ts";
import { canPaste, copy, cut, duplicate, paste } from "./clipboard.ts";
import { addMarker, closeGap, setTrack } from "./edits.ts";
import type { Editor } from "./editor.ts";
import type { Hit } from "./hit.ts";
import { hasSound } from "../core/handles.ts";
import { selectedClips } from "./selection.ts";
import { deleteEntry, hint, menu, send, type Entry, type MenuOf } from "./menu_of.ts";
import { paceEntries } from "./pace_menu.ts";
import { crossingEntries, transitionMenu } from "./transition_menu.ts";

/** The menu of what lies under the pointer at `frame`. */
export function menuFor(editor: Editor, hit: Hit, frame: number): MenuOf | null {
  switch (hit.kind) {
    case "clip":
    case "edge":
    case "fade":
      if (!editor.selected.has(hit.clip.id)) editor.select([hit.clip.id], { anchor: hit.clip.id });
      return clipMenu(editor, hit.clip);
    case "transition":
    case "transition-edge":
      editor.select([hit.transition.id]);
      return transitionMenu(editor, hit.transition);
    case "marker":
      editor.select([hit.marker.id]);
      return markerMenu(editor, hit.marker);
    case "lane":
      return gapMenu(editor, hit.lane.trackIndex, frame);
    case "ruler":
    case "playhead":
      return rulerMenu(editor, hit.kind === "ruler" ? hit.frame : editor.playhead);
    default:
      return editor.value ? rulerMenu(editor, frame) : null;
  }
}

/** The menu that the menu key opens: of what is selected, else of the playhead. */
export function menuOfSelection(editor: Editor): MenuOf | null {
  const { value, selection, cut: left, focused } = editor;
  if (!value) return null;
  const [id] = selection;
  const focus = focused === null ? undefined : value.byId.get(focused);
  const clip = focus ?? selectedClips(value, selection)[0];
  if (clip) {
    if (!editor.selected.has(clip.id)) editor.select([clip.id], { anchor: clip.id });
    return clipMenu(editor, clip);
  }
  const transition = value.transitions.find((item) => item.id === id);
  if (transition) return transitionMenu(editor, transition);
  const marker = value.markers.find((item) => item.id === id);
  if (marker) return markerMenu(editor, marker);
  const cutClip = left === null ? undefined : value.byId.get(left);
  if (cutClip) return menu("Cut", crossingEntries(editor, cutClip));
  return rulerMenu(editor, editor.playhead);
}

function clipMenu(editor: Editor, clip: Clip): MenuOf {
  const value = editor.value!;
  const clips = selectedClips(value, editor.selection);
  const many = clips.length > 1;
  const locked = value.tracks[clip.trackIndex]?.locked === true || !editor.document.alive;
  const inside = clip.startFrame < editor.playhead && editor.playhead < clipEnd(clip);
  const onSound = value.tracks[clip.trackIndex]?.kind === "audio";
  const source = hasSound(clip);
  const [, after] = neighbours(value, clip);
  return menu(many ? `${clips.length} clips` : clip.name, [
    {
      label: "Split at playhead",
      icon: "blade",
      hint: hint(editor, "split"),
      disabled: locked || !inside,
      run: () => void split(editor),
    },
    {
      label: "Trim start to playhead",
      hint: hint(editor, "trim_start"),
      disabled: locked || !inside,
      run: () => void trimToPlayhead(editor, "start"),
    },
    {
      label: "Trim end to playhead",
      hint: hint(editor, "trim_end"),
      disabled: locked || !inside,
      run: () => void trimToPlayhead(editor, "end"),
    },
    { label: "Cut", hint: hint(editor, "cut"), divided: true, disabled: locked, run: () => cut(editor) },
    { label: "Copy", icon: "copy", hint: hint(editor, "copy"), run: () => void copy(editor) },
    { label: "Duplicate", hint: hint(editor, "duplicate"), disabled: locked, run: () => void duplicate(editor) },
    {
      label: clip.source.type === "title" ? "Edit text…" : "Rename…",
      icon: "rename",
      hint: hint(editor, "rename"),
      divided: true,
      disabled: locked || many,
      run: () => editor.rename(),
    },
    ...(after && after.startFrame === clipEnd(clip) ? crossingEntries(editor, clip) : []),
    ...(many ? [] : paceEntries(editor, clip)),
    many && {
      label: "Link",
      icon: "link",
      disabled: locked,
      run: () => send(editor, "link", { clips: clips.map(({ id }) => id) }, "Linked"),
    },
    clips.some((item) => item.link) && {
      label: "Unlink",
      icon: "link",
      disabled: locked,
      run: () => send(editor, "unlink", { clips: clips.map(({ id }) => id) }, "Unlinked"),
    },
    !many &&
      !onSound &&
      trackNumber(value.tracks[clip.trackIndex]!) > 1 && {
        label: "Picture in picture",
        icon: "fit",
        disabled: locked,
        run: () => send(editor, "picture_in_picture", { clip: clip.id }, "Put into the corner"),
      },
    !many &&
      source &&
      !onSound && {
        label: "Detach sound",
        icon: "audio",
        disabled: locked || clip.audio?.muted === true,
        run: () => send(editor, "detach_sound", { clip: clip.id }, "Sound detached"),
      },
    !many &&
      source && {
        label: clip.audio?.muted ? "Unmute clip" : "Mute clip",
        icon: clip.audio?.muted ? "volume" : "muted",
        disabled: locked,
        run: () => send(editor, "set_audio", { clip: clip.id, muted: !clip.audio?.muted }),
      },
    deleteEntry(editor, locked),
    {
      label: "Delete and close gap",
      hint: hint(editor, "ripple_delete"),
      danger: true,
      disabled: locked,
      run: () => void remove(editor, true),
    },
  ]);
}

function gapMenu(editor: Editor, trackIndex: number, frame: number): MenuOf {
  const value = editor.value!;
  const track = value.tracks[trackIndex] as Track;
  const locked = track.locked === true || !editor.document.alive;
  const gap = gapAt(value.lanes[trackIndex] ?? [], frame);
  return menu(`Gap on ${track.id}`, [
    {
      label: "Close gap",
      disabled: locked || !gap,
      run: () => {
        const work = closeGap(editor.document, value, trackIndex, frame);
        if (work) void editor.attempt(work, "Gap closed").then((done) => done && editor.offerUndo("Gap closed"));
      },
    },
    {
      label: "Paste at playhead",
      hint: hint(editor, "paste"),
      disabled: !canPaste() || !editor.document.alive,
      run: () => void paste(editor),
    },
    ...here(editor, frame),
  ]);
}

/** What can be done at a frame. */
function here(editor: Editor, frame: number): Entry[] {
  const value = editor.value!;
  const dead = !editor.document.alive;
  const taken = value.markers.some((item) => item.frame === frame);
  const at = (side: "in" | "out"): void => {
    editor.seek(frame);
    mark(editor, side);
  };
  return [
    { label: "Playhead here", divided: true, run: () => editor.seek(frame) },
    {
      label: "Marker here",
      icon: "marker",
      disabled: dead || taken,
      run: () => void editor.attempt(addMarker(editor.document, value, frame), "Marker added"),
    },
    { label: "In point here", hint: hint(editor, "mark_in"), disabled: frame > value.totalFrames, run: () => at("in") },
    {
      label: "Out point here",
      hint: hint(editor, "mark_out"),
      disabled: frame > value.totalFrames,
      run: () => at("out"),
    },
    (editor.markIn.get() !== null || editor.markOut.get() !== null) && {
      label: "Clear both points",
      hint: hint(editor, "clear_marks"),
      run: () => clearMarks(editor),
    },
  ];
}

function rulerMenu(editor: Editor, frame: number): MenuOf {
  return menu(timecode(frame, editor.value!.rate), [
    ...here(editor, frame),
    { label: "Show all", icon: "fit", hint: hint(editor, "fit"), divided: true, run: () => editor.fit() },
  ]);
}

function markerMenu(editor: Editor, marker: Marker): MenuOf {
  const dead = !editor.document.alive;
  const chapter = marker.chapter !== false;
  return menu(marker.name, [
    { label: "Playhead here", run: () => editor.seek(marker.frame) },
    { label: "Rename…", icon: "rename", hint: hint(editor, "rename"), disabled: dead, run: () => editor.rename() },
    {
      label: chapter ? "No chapter of the export" : "A chapter of the export",
      disabled: dead,
      run: () => send(editor, "set_marker", { marker: marker.id, chapter: !chapter }),
    },
    deleteEntry(editor, dead),
  ]);
}

/** The menu of a track's header. */
export function trackMenu(editor: Editor, track: Track, rename: () => void): MenuOf {
  const value = editor.value!;
  const { document } = editor;
  const number = trackNumber(track);
  const kind = value.tracks.filter((item) => item.kind === track.kind);
  const dead = !document.alive;
  const set = (changes: Parameters<typeof setTrack>[2]): void =>
    void editor.attempt(setTrack(document, track, changes));
  // Sound tracks are numbered downwards.
  const up = track.kind === "video" ? 1 : -1;
  const place = (by: number): number => number + by * up;
  const within = (to: number): boolean => to >= 1 && to <= kind.length;
  const clips = value.lanes[value.tracks.indexOf(track)]?.length ?? 0;
  const flag = (label: string, field: "muted" | "solo" | "locked" | "hidden"): MenuEntry => ({
    label,
    disabled: dead,
    run: () => set({ [field]: !track[field] }),
  });
  return menu(`Track ${track.id}`, [
    { label: "Rename…", icon: "rename", hint: hint(editor, "rename"), disabled: dead, run: rename },
    { ...flag(track.muted ? "Unmute" : "Mute", "muted"), divided: true },
    flag(track.solo ? "Not solo" : "Solo", "solo"),
    track.kind === "video" && flag(track.hidden ? "Show" : "Hide", "hidden"),
    flag(track.locked ? "Unlock" : "Lock", "locked"),
    { label: "Usual height", disabled: dead || !track.height, run: () => set({ height: 0 }) },
    {
      label: "Add track above",
      icon: "add",
      divided: true,
      disabled: dead,
      run: () => send(editor, "add_track", { kind: track.kind, at: up > 0 ? number + 1 : number }),
    },
    {
      label: "Add track below",
      disabled: dead,
      run: () => send(editor, "add_track", { kind: track.kind, at: up > 0 ? number : number + 1 }),
    },
    {
      label: "Move up",
      icon: "up",
      hint: "Alt+↑",
      disabled: dead || !within(place(1)),
      run: () => moveTrack(editor, track, 1),
    },
    {
      label: "Move down",
      icon: "down",
      hint: "Alt+↓",
      disabled: dead || !within(place(-1)),
      run: () => moveTrack(editor, track, -1),
    },
    {
      label: clips > 0 ? `Remove with ${clips === 1 ? "its clip" : `its ${clips} clips`}` : "Remove track",
      icon: "trash",
      divided: true,
      danger: true,
      disabled: dead || kind.length < 2 || track.locked === true,
      run: () => void removeTrack(editor, track, clips),
    },
  ]);
}

async function removeTrack(editor: Editor, track: Track, clips: number): Promise<void> {
  const args = { track: track.id, ...(clips > 0 ? { with_clips: true } : {}) };
  const said = `${track.id} removed`;
  if (await editor.attempt(editor.document.edit("remove_track", args), said)) editor.offerUndo(said);
}
