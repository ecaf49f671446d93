/** The edits a hand can make, as commands to the document. Each returns when the kernel has answered. */
import type { TimelineDocument } from "../core/document.ts";
import type { MediaDrag } from "../core/drag.ts";
import { oneOfEach, trackNumber, withLinked } from "../core/links.ts";
import { framesOf, sourceOf } from "../core/media.ts";
import type { EditArgs, EditHint } from "../core/predict.ts";
import type { Clip, EditResult, Track, TransitionKind } from "../core/protocol.ts";
import { clipAt, firstInTheWay, gapAt } from "../core/search.ts";
import { secondsToFrames } from "../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import { adjacentAfter, longestTransition, MIN_TRANSITION, transitionAfter } from "./limits.ts";
import { selectedClips } from "./selection.ts";
import type { DropGesture } from "./tools/drop.ts";

const STILL_SECONDS = 5;
let groups = 0;

/** A name for edits that undo as one; distinct between pages. */
export function newGroup(): string {
  return `hand-${Date.now().toString(36)}-${++groups}`;
}

type Results = Promise<EditResult[]>;

/** Sends several edits as one undo step; one edit needs no group. */
export function together(
  document: TimelineDocument,
  edits: readonly { op: string; args: EditArgs; hint?: EditHint }[],
): Results {
  const group = edits.length > 1 ? newGroup() : undefined;
  return Promise.all(edits.map(({ op, args, hint }) => document.edit(op, args, group, hint)));
}

export interface Move {
  readonly clip: Clip;
  /** Its new start. */
  readonly to: number;
  /** By how many tracks it goes up. */
  readonly up: number;
}

/**
 * Moves clips, in an order in which none runs into another, keeping the transitions between them. Of linked clips only
 * one is named, unless `alone`.
 */
export function moveClips(document: TimelineDocument, moves: readonly Move[], alone = false): Results {
  const value = document.value;
  if (!value) return Promise.resolve([]);
  const [first] = moves;
  const tracksBy = Math.sign(first?.up ?? 0);
  const framesBy = Math.sign((first?.to ?? 0) - (first?.clip.startFrame ?? 0));
  const number = ({ clip }: Move): number => trackNumber(value.tracks[clip.trackIndex] as Track);
  const ordered = [...moves].sort(
    (a, b) => tracksBy * (number(b) - number(a)) || framesBy * (b.clip.startFrame - a.clip.startFrame),
  );
  const edits = ordered.map((move) => {
    const { clip, to, up } = move;
    const track = up === 0 ? {} : { track: `${value.tracks[clip.trackIndex]?.id[0]}${number(move) + up}` };
    return { op: "move", args: { clip: clip.id, to, ...track, ...(alone && clip.link ? { alone } : {}) } as EditArgs };
  });
  const clips = moves.map(({ clip }) => clip);
  const ids = new Set((alone ? clips : withLinked(value, clips)).map((clip) => clip.id));
  for (const item of value.transitions) {
    if (!ids.has(item.leftClipId) || !ids.has(item.rightClipId)) continue;
    const [left, right] = [value.byId.get(item.leftClipId), value.byId.get(item.rightClipId)];
    if (!alone && left?.link && left.link === right?.link) continue; // the two move at once, and it with them
    const { durationFrames: duration, kind = "crossfade", direction, color } = item;
    const options = kind === "wipe" ? { direction } : kind === "dip" && color ? { color } : {};
    edits.push({ op: "transition", args: { left: item.leftClipId, kind, duration, ...options } });
  }
  return together(document, edits);
}

/** The clips a blade at `frame` would cut: the selected ones under it, or all on unlocked tracks. */
export function underBlade(value: TimelineValue, selection: readonly string[], frame: number): Clip[] {
  const under: Clip[] = [];
  value.tracks.forEach((track, index) => {
    const clip = track.locked ? null : clipAt(value.lanes[index] ?? [], frame);
    if (clip && clip.startFrame < frame) under.push(clip);
  });
  const chosen = under.filter((clip) => selection.includes(clip.id));
  return chosen.length > 0 ? chosen : under;
}

export function splitAt(
  document: TimelineDocument,
  value: TimelineValue,
  clips: readonly Clip[],
  frame: number,
): Results {
  const unlocked = underBlade(value, [], frame).length;
  if (clips.length === unlocked && clips.length > 1) return together(document, [{ op: "split", args: { at: frame } }]);
  const edits = oneOfEach(clips).map((clip) => ({
    op: "split",
    args: { at: frame, track: value.tracks[clip.trackIndex]?.id },
  }));
  return together(document, edits);
}

/** Removes clips, transitions and markers by id, as one step; with `close` what follows the clips closes up. */
export function removeThings(
  document: TimelineDocument,
  value: TimelineValue,
  ids: readonly string[],
  { close = false, alone = false } = {},
): Results {
  const clips = ids.filter((id) => value.byId.has(id));
  const gone = new Set(clips);
  const edits: { op: string; args: Record<string, unknown> }[] = [];
  for (const item of value.transitions) {
    // Those of removed clips go by themselves.
    if (ids.includes(item.id) && !gone.has(item.leftClipId) && !gone.has(item.rightClipId)) {
      edits.push({ op: "remove_transition", args: { transition: item.id } });
    }
  }
  for (const item of value.markers) {
    if (ids.includes(item.id)) edits.push({ op: "remove_marker", args: { marker: item.id } });
  }
  const linked = clips.some((id) => value.byId.get(id)?.link);
  const args = { clips, ...(alone && linked ? { alone } : {}) };
  if (clips.length > 0) edits.push({ op: close ? "extract" : "remove", args });
  return together(document, edits);
}

/** Takes what lies in `[from, to)` off all unlocked tracks, as one step: clips that reach out of it are cut there. */
export function liftRange(document: TimelineDocument, from: number, to: number): Results {
  const group = newGroup();
  const sent: Promise<EditResult>[] = [];
  for (const at of [from, to]) {
    const { value } = document;
    if (value && underBlade(value, [], at).length > 0) sent.push(document.edit("split", { at }, group));
  }
  const { value } = document; // as predicted, the new parts under provisional ids
  const inside = value?.clips.filter(
    (clip) => clip.startFrame >= from && clipEnd(clip) <= to && !value.tracks[clip.trackIndex]?.locked,
  );
  if (inside?.length) sent.push(document.edit("remove", { clips: inside.map((clip) => clip.id) }, group));
  return Promise.all(sent);
}

/** Closes the gap under a frame of a track; null where there is none. */
export function closeGap(
  document: TimelineDocument,
  value: TimelineValue,
  trackIndex: number,
  frame: number,
): Promise<EditResult> | null {
  if (!gapAt(value.lanes[trackIndex] ?? [], frame)) return null;
  return document.edit("close_gap", { at: frame, track: value.tracks[trackIndex]?.id });
}

/** Clips of dragged assets for the ghosts; their tracks are chosen while dragging. */
export function dropClips({ rate }: TimelineValue, media: readonly MediaDrag[]): Clip[] {
  return media.map((item, index) => {
    const durationFrames = framesOf(item, rate);
    const place = { trackIndex: -1, startFrame: 0, durationFrames, trimStartFrame: 0, trimEndFrame: durationFrames };
    return { id: `~drop-${index}`, name: item.name, source: sourceOf(item), ...place };
  });
}

/** Puts the assets of a drop where their ghosts are. */
export function addMedia(document: TimelineDocument, drop: DropGesture): Results {
  return together(
    document,
    drop.clips.map((clip) => {
      const { name, source, startFrame, durationFrames } = clip;
      return {
        op: drop.opFor(clip),
        args: { source, track: drop.trackOf(clip), at: startFrame },
        hint: { name, durationFrames },
      };
    }),
  );
}

/** The track a new title at `frame` goes on: the lowest free one above V1, a new one when there is none. */
export function titleTrack(value: TimelineValue, frame: number, duration: number): string {
  const video = value.tracks
    .map((track, index) => ({ track, index }))
    .filter(({ track }) => track.kind === "video")
    .sort((a, b) => trackNumber(a.track) - trackNumber(b.track));
  for (const { track, index } of video.slice(1)) {
    if (!track.locked && !firstInTheWay(value.lanes[index] ?? [], frame, frame + duration)) return track.id;
  }
  return `V${video.length + 1}`;
}

export function addTitle(
  document: TimelineDocument,
  value: TimelineValue,
  text: string,
  frame: number,
): Promise<EditResult> {
  const duration = secondsToFrames(STILL_SECONDS, value.rate);
  return document.edit("title", { text, at: frame, duration, track: titleTrack(value, frame, duration) });
}

export interface Crossing {
  readonly left: Clip;
  readonly kind: TransitionKind;
  readonly duration: number;
  /** Why it cannot be made; "" when it can. */
  readonly refusal: string;
}

/** The transitions the selection asks for: at the chosen cut, or at every cut between two selected clips. */
export function crossingsFor(
  value: TimelineValue,
  selection: readonly string[],
  cut: string | null,
  kind: TransitionKind = "crossfade",
): Crossing[] {
  const chosen = cut === null ? undefined : value.byId.get(cut);
  const selected = new Set(selection);
  const lefts = chosen
    ? [chosen]
    : selectedClips(value, selection).filter((clip) => selected.has(adjacentAfter(value, clip)?.id ?? ""));
  return lefts.flatMap((left) => {
    const right = adjacentAfter(value, left);
    if (!right || transitionAfter(value, left)) return [];
    const room = longestTransition(left, right, kind);
    const duration = Math.min(secondsToFrames(1, value.rate), room);
    const refusal =
      room >= MIN_TRANSITION
        ? ""
        : kind === "dip"
          ? "The clips are too short for a dip"
          : `A ${kind} is made of footage beyond the cut: trim both clips a little first`;
    return [{ left, kind, duration, refusal }];
  });
}

export function addCrossings(document: TimelineDocument, crossings: readonly Crossing[]): Results {
  const edits = crossings
    .filter(({ refusal }) => refusal === "")
    .map(({ left, kind, duration }) => ({ op: "transition", args: { left: left.id, kind, duration } }));
  return together(document, edits);
}

/** Names the frame "Chapter n", counting the markers there are. */
export function addMarker(document: TimelineDocument, value: TimelineValue, frame: number): Promise<EditResult> {
  return document.edit("marker", { at: frame, name: `Chapter ${value.markers.length + 1}` });
}

export function setTrack(
  document: TimelineDocument,
  track: Track,
  changes: Partial<Pick<Track, "muted" | "solo" | "locked" | "hidden" | "name" | "height">>,
): Promise<EditResult> {
  return document.edit("set_track", { track: track.id, ...changes });
}

/** Every frame where something begins or ends, for stepping from cut to cut. */
export function nextCut(value: TimelineValue, frame: number, direction: 1 | -1): number {
  let best = direction > 0 ? Infinity : 0;
  for (const clip of value.clips) {
    for (const edge of [clip.startFrame, clipEnd(clip)]) {
      if (direction > 0 ? edge > frame && edge < best : edge < frame && edge > best) best = edge;
    }
  }
  return best === Infinity ? value.totalFrames : best;
}
