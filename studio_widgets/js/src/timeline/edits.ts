/** The edits a hand can make, as commands to the document. Each returns when the kernel has answered. */
import type { TimelineDocument } from "../core/document.ts";
import type { MediaDrag } from "../core/drag.ts";
import { oneOfEach, trackNumber, withLinked } from "../core/links.ts";
import { framesOf, sourceOf } from "../core/media.ts";
import type { EditHint } from "../core/predict.ts";
import type { Clip, EditResult, Track } from "../core/protocol.ts";
import { secondsToFrames } from "../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import { clipAt, firstInTheWay } from "./lanes.ts";
import { adjacentAfter, longestCrossfade, MIN_TRANSITION, transitionAfter } from "./limits.ts";
import { selectedClips } from "./selection.ts";

const STILL_SECONDS = 5;
let groups = 0;

/** A name for edits that undo as one; distinct between pages. */
export function newGroup(): string {
  return `hand-${Date.now().toString(36)}-${++groups}`;
}

type Results = Promise<EditResult[]>;

/** Sends several edits as one undo step; one edit needs no group. */
function together(
  document: TimelineDocument,
  edits: readonly { op: string; args: Record<string, unknown>; hint?: EditHint }[],
): Results {
  const group = edits.length > 1 ? newGroup() : undefined;
  return Promise.all(edits.map(({ op, args, hint }) => document.edit(op, args, group, hint)));
}

/** Moves clips to where `moved` has them, in an order in which none runs into another, keeping the crossfades inside. */
export function moveClips(document: TimelineDocument, clips: readonly Clip[], moved: readonly Clip[]): Results {
  const value = document.value;
  const one = new Set(oneOfEach(clips)); // the others go along
  const pairs = clips.map((clip, index) => ({ clip, to: moved[index] as Clip })).filter(({ clip }) => one.has(clip));
  const tracksBy = Math.sign((moved[0]?.trackIndex ?? 0) - (clips[0]?.trackIndex ?? 0));
  const framesBy = Math.sign((moved[0]?.startFrame ?? 0) - (clips[0]?.startFrame ?? 0));
  pairs.sort(
    (a, b) => tracksBy * (b.clip.trackIndex - a.clip.trackIndex) || framesBy * (b.clip.startFrame - a.clip.startFrame),
  );
  const edits = pairs.map(({ clip, to }) => ({
    op: "move",
    args: {
      clip: clip.id,
      to: to.startFrame,
      ...(to.trackIndex === clip.trackIndex ? {} : { track: value?.tracks[to.trackIndex]?.id }),
    } as Record<string, unknown>,
  }));
  const ids = new Set(value ? withLinked(value, clips).map((clip) => clip.id) : []);
  for (const item of value?.transitions ?? []) {
    if (!ids.has(item.leftClipId) || !ids.has(item.rightClipId)) continue;
    const [left, right] = [value?.byId.get(item.leftClipId), value?.byId.get(item.rightClipId)];
    if (left?.link && left.link === right?.link) continue; // the two move at once, and it with them
    edits.push({ op: "transition", args: { left: item.leftClipId, duration: item.durationFrames } });
  }
  return together(document, edits);
}

export function trimClip(
  document: TimelineDocument,
  clip: Clip,
  edge: "start" | "end",
  offset: number,
): Promise<EditResult> {
  return document.edit("trim", { clip: clip.id, [edge]: offset });
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

/** Removes clips, transitions and markers by id, as one step. */
export function removeThings(document: TimelineDocument, value: TimelineValue, ids: readonly string[]): Results {
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
  if (clips.length > 0) edits.push({ op: "remove", args: { clips } });
  return together(document, edits);
}

/** Clips of dragged assets for the ghosts; their tracks are chosen while dragging. */
export function dropClips({ rate }: TimelineValue, media: readonly MediaDrag[]): Clip[] {
  return media.map((item, index) => {
    const durationFrames = framesOf(item, rate);
    const place = { trackIndex: -1, startFrame: 0, durationFrames, trimStartFrame: 0, trimEndFrame: durationFrames };
    return { id: `~drop-${index}`, name: item.name, source: sourceOf(item), ...place };
  });
}

/** Adds assets where the ghosts of them are. */
export function addMedia(document: TimelineDocument, value: TimelineValue, clips: readonly Clip[]): Results {
  return together(
    document,
    clips.map(({ name, source, trackIndex, startFrame, durationFrames }) => ({
      op: "add",
      args: { source, track: value.tracks[trackIndex]?.id, at: startFrame },
      hint: { name, durationFrames },
    })),
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

export interface Crossfade {
  readonly left: Clip;
  readonly duration: number;
  /** Why it cannot be made; "" when it can. */
  readonly refusal: string;
}

/** The crossfades the selection asks for: at the chosen cut, or at every cut between two selected clips. */
export function crossfadesFor(value: TimelineValue, selection: readonly string[], cut: string | null): Crossfade[] {
  const chosen = cut === null ? undefined : value.byId.get(cut);
  const selected = new Set(selection);
  const lefts = chosen
    ? [chosen]
    : selectedClips(value, selection).filter((clip) => selected.has(adjacentAfter(value, clip)?.id ?? ""));
  return lefts.flatMap((left) => {
    const right = adjacentAfter(value, left);
    if (!right || transitionAfter(value, left)) return [];
    const room = longestCrossfade(left, right);
    const duration = Math.min(secondsToFrames(1, value.rate), room);
    const refusal =
      room >= MIN_TRANSITION ? "" : "A crossfade is made of footage beyond the cut: trim both clips a little first";
    return [{ left, duration, refusal }];
  });
}

export function addCrossfades(document: TimelineDocument, crossfades: readonly Crossfade[]): Results {
  const edits = crossfades
    .filter(({ refusal }) => refusal === "")
    .map(({ left, duration }) => ({ op: "transition", args: { left: left.id, kind: "crossfade", duration } }));
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
