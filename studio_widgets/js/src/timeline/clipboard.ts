/** Copy, cut, paste, duplicate. What was copied is kept for the page: another view, or another project, may paste it. */
import { oneOfEach, trackNumber, withLinked } from "../core/links.ts";
import { filePlace } from "../core/pace.ts";
import type { Clip, EditResult, Track } from "../core/protocol.ts";
import { firstInTheWay } from "../core/search.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import { remove } from "./actions.ts";
import { newGroup } from "./edits.ts";
import type { Editor } from "./editor.ts";
import { selectedClips } from "./selection.ts";

interface Held {
  readonly projectId: string;
  readonly clips: readonly { clip: Clip; track: Track }[];
}

/** Widgets of their own have their own bundles, and one clipboard. */
const board = ((globalThis as Record<symbol, unknown>)[Symbol.for("studio-widgets.clipboard")] ??= {
  held: null,
}) as { held: Held | null };

export function canPaste(): boolean {
  return board.held !== null;
}

/** Keeps the selected clips and what is linked with them; how many. */
export function copy(editor: Editor): number {
  const { value, selection, document } = editor;
  const chosen = value ? selectedClips(value, selection) : [];
  if (!value || chosen.length === 0) {
    editor.show("Select a clip to copy it");
    return 0;
  }
  const clips = withLinked(value, chosen).map((clip) => ({ clip, track: value.tracks[clip.trackIndex] as Track }));
  board.held = { projectId: document.projectId, clips };
  editor.announce(chosen.length === 1 ? `“${chosen[0]!.name}” copied` : `${chosen.length} clips copied`);
  return clips.length;
}

export function cut(editor: Editor): void {
  if (copy(editor) > 0) void remove(editor);
}

/** A copy right after each selected clip, what follows later by its length. */
export async function duplicate(editor: Editor): Promise<void> {
  const { value, selection, document } = editor;
  const clips = value ? oneOfEach(selectedClips(value, selection)) : [];
  if (clips.length === 0) {
    editor.show("Select a clip to duplicate it");
    return;
  }
  const group = clips.length > 1 ? newGroup() : undefined;
  // Last first: what follows moves, and with it those that are still to be copied.
  const order = [...clips].sort((a, b) => b.startFrame - a.startFrame);
  const sent = order.map((clip) => document.edit("duplicate", { clip: clip.id }, group));
  const created = await editor.attempt(Promise.all(sent), "Duplicated");
  if (created?.length) editor.select(created, { anchor: created[0] ?? null });
}

/** Puts what was copied at the playhead: on its tracks, or on those above where something is in the way. */
export async function paste(editor: Editor): Promise<void> {
  const { held } = board;
  const { value, document, playhead } = editor;
  if (!value || !held) {
    if (!held) editor.show("Nothing was copied yet");
    return;
  }
  const first = Math.min(...held.clips.map(({ clip }) => clip.startFrame));
  const group = newGroup();
  const created: string[] = [];
  const up = tracksUp(value, held, playhead - first);
  const work = async (): Promise<EditResult[]> => {
    const results: EditResult[] = [];
    for (const { clip, track } of oneOfEachHeld(held, value, document.projectId)) {
      const to = clip.startFrame - first + playhead;
      const id = `${track.id[0]}${trackNumber(track) + (up.get(track.kind) ?? 0)}`;
      const there = held.projectId === document.projectId && value.byId.has(clip.id);
      const result = there
        ? await document.edit("duplicate", { clip: clip.id, to, track: id }, group)
        : await putAgain(editor, clip, id, to, group);
      created.push(...result.created);
      results.push(result);
    }
    return results;
  };
  if (await editor.attempt(work(), "Pasted")) editor.select(created, { anchor: created[0] ?? null });
}

/** Of linked clips that are still there the first stands for all: they are duplicated as one. */
function oneOfEachHeld(held: Held, value: TimelineValue, projectId: string): Held["clips"] {
  const there = held.clips.filter(({ clip }) => held.projectId === projectId && value.byId.has(clip.id));
  const one = new Set(oneOfEach(there.map(({ clip }) => clip)));
  return held.clips.filter((item) => !there.includes(item) || one.has(item.clip));
}

/** A clip that is no longer there, from its source, with what was set on it. */
async function putAgain(editor: Editor, clip: Clip, track: string, at: number, group: string): Promise<EditResult> {
  const { document } = editor;
  const { source, name, trimStartFrame, trimEndFrame, audio, fades, curves = [] } = clip;
  const { crop = {}, ...transform } = clip.transform ?? {};
  // of a source that plays at another speed the file's own range is put there, and stretched
  const { speed, freezeFrame } = clip.retime ?? {};
  if (freezeFrame != null) throw new Error("A freeze frame that was cut cannot be pasted: undo the cut, and copy it");
  const trim = [trimStartFrame, trimEndFrame].map((frame) => Math.round(filePlace(clip, frame)));
  const result = await document.edit("add", { source, name, track, at, trim }, group);
  const [id] = result.created;
  if (id && speed) await document.edit("stretch", { clip: id, speed, ripple: true }, group);
  if (id && Object.keys(transform).length > 0) {
    await document.edit("set_transform", { clip: id, ...transform }, group);
  }
  if (id && Object.keys(crop).length > 0) await document.edit("set_crop", { clip: id, ...crop }, group);
  if (id && fades && Object.keys(fades).length > 0) {
    const { inFrames: fade_in, outFrames: fade_out } = fades;
    await document.edit("set_fades", { clip: id, ...given({ fade_in, fade_out }) }, group);
  }
  if (id && audio && Object.keys(audio).length > 0) {
    const { gainDb: gain_db, muted, fadeInFrames: fade_in, fadeOutFrames: fade_out } = audio;
    await document.edit("set_audio", { clip: id, ...given({ gain_db, muted, fade_in, fade_out }) }, group);
  }
  for (const { property, keys } of id ? curves : []) {
    for (const { frame, value, ease } of keys) {
      // Those in the handles stay behind: a keyframe is set where its clip is.
      const at = frame - trimStartFrame;
      if (at < 0 || at >= clip.durationFrames) continue;
      await document.edit("set_keyframe", { clip: id, property, at, value, ...given({ ease }) }, group);
    }
  }
  return result;
}

function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, item]) => item !== undefined));
}

/** By how many tracks of each kind the clips must go up to lie on free frames. */
function tracksUp(value: TimelineValue, held: Held, by: number): Map<Track["kind"], number> {
  const up = new Map<Track["kind"], number>();
  for (const kind of ["video", "audio"] as const) {
    const clips = held.clips.filter(({ track }) => track.kind === kind);
    const inTheWay = (step: number): boolean =>
      clips.some(({ clip, track }) => {
        const id = `${track.id[0]}${trackNumber(track) + step}`;
        const index = value.tracks.findIndex((item) => item.id === id);
        const lane = value.lanes[index] ?? [];
        return (
          value.tracks[index]?.locked === true || firstInTheWay(lane, clip.startFrame + by, clipEnd(clip) + by) !== null
        );
      });
    let step = 0;
    while (inTheWay(step)) step++;
    up.set(kind, step);
  }
  return up;
}
