/**
 * What an edit will do, guessed in the page so that it is seen before the kernel has answered.
 *
 * Only a guess for drawing: the kernel validates and decides, and its delta replaces the guess. An edit that cannot be
 * guessed leaves the value as it is. Things an edit creates get provisional ids ("~3.0"), which `document.ts` replaces
 * by the real ones when the kernel has named them.
 */
import { inTwo, members, settled, trackNumber, withEnds, withLinked } from "./links.ts";
import { fittedFades, halves, slid } from "./looks.ts";
import { PUSHING } from "./predict_push.ts";
import type { Clip, Marker, Source, Track, Transition } from "./protocol.ts";
import { crossing } from "./transition_values.ts";
import { clipEnd, mergeClips, mergeMarkers, withChanges, type TimelineValue } from "./value.ts";

export type EditArgs = Record<string, unknown>;

/** What the page knows about a new clip that the command does not say. */
export interface EditHint {
  name?: string;
  durationFrames?: number;
}

export interface Prediction {
  value: TimelineValue;
  /** Ids of the clips the edit touches or makes: drawn as pending. */
  clips: readonly string[];
  /** Provisional ids, in the order in which the kernel names what it creates. */
  created: readonly string[];
}

export type Predict = (
  value: TimelineValue,
  args: EditArgs,
  newId: (index: number) => string,
  hint: EditHint,
) => Prediction | null;

/** Guesses `op`; `serial` makes the provisional ids unique. */
export function predict(
  value: TimelineValue,
  op: string,
  args: EditArgs,
  serial: number,
  hint: EditHint = {},
): Prediction {
  const guess = (PREDICTIONS[op] ?? PUSHING[op])?.(value, args, (index) => `~${serial}.${index}`, hint) ?? null;
  return guess ?? { value, clips: [], created: [] };
}

/** Whether an id was made up by a prediction. */
export function isProvisional(id: string): boolean {
  return id.startsWith("~");
}

const PREDICTIONS: Record<string, Predict> = {
  move(value, args) {
    const clip = clipOf(value, args["clip"]);
    const home = clip && value.tracks[clip.trackIndex];
    if (!clip || !home) return null;
    const to = args["track"] ? value.tracks[trackIndexOf(value, args["track"])] : home;
    const up = to ? trackNumber(to) - trackNumber(home) : 0;
    const by = numberOf(args["to"], clip.startFrame) - clip.startFrame;
    const moved = members(value, clip, args["alone"] === true).map((item) => {
      // Linked clips go by as many frames; those on tracks of the same kind by as many tracks too.
      const track = value.tracks[item.trackIndex];
      const goes = track && up !== 0 && track.kind === home.kind;
      const index = goes ? trackIndexOf(value, `${track.id[0]}${trackNumber(track) + up}`) : item.trackIndex;
      return { ...item, trackIndex: index < 0 ? item.trackIndex : index, startFrame: item.startFrame + by };
    });
    return replaced(value, moved);
  },

  trim(value, args) {
    const clip = clipOf(value, args["clip"]);
    if (!clip) return null;
    const alone = args["alone"] === true;
    const ends = withEnds(value, clip, numberOf(args["start"], 0), numberOf(args["end"], 0), alone);
    return replaced(
      value,
      ends.map((item) => trimmed(item.clip, item.start, item.end)),
    );
  },

  split(value, args, newId) {
    const at = numberOf(args["at"], -1);
    const only = args["track"] ? trackIndexOf(value, args["track"]) : -1;
    const alone = args["alone"] === true;
    const under = (clip: Clip): boolean => clip.startFrame < at && at < clipEnd(clip);
    const meant = value.clips.filter(
      (clip) => under(clip) && (only < 0 ? !value.tracks[clip.trackIndex]?.locked : clip.trackIndex === only),
    );
    const ids = new Set((alone ? meant : withLinked(value, meant)).map((clip) => clip.id));
    const cut = value.clips.filter((clip) => under(clip) && ids.has(clip.id));
    const created: string[] = [];
    const clips: Clip[] = [];
    for (const clip of cut) {
      const id = newId(created.length);
      created.push(id);
      clips.push(...halves(clip, at, id));
    }
    // A transition at the end of a split clip belongs to its new right part.
    const tails = new Map(cut.map((clip, index) => [clip.id, created[index] as string]));
    const transitions = value.transitions.map((item) => {
      const tail = tails.get(item.leftClipId);
      return tail === undefined ? item : { ...item, leftClipId: tail };
    });
    const next = withChanges(value, { clips: mergeClips(value.clips, clips), transitions });
    const links = alone ? [] : cut.flatMap((clip) => clip.link ?? []);
    return { value: inTwo(next, links, at), clips: clips.map((clip) => clip.id), created };
  },

  remove(value, args) {
    const named = (Array.isArray(args["clips"]) ? (args["clips"] as string[]) : []).flatMap(
      (id) => clipOf(value, id) ?? [],
    );
    const clips = args["alone"] === true ? named : withLinked(value, named);
    const gone = new Set(clips.map((clip) => clip.id));
    const transitions = value.transitions.filter((item) => !gone.has(item.leftClipId) && !gone.has(item.rightClipId));
    const next = withChanges(value, { clips: mergeClips(value.clips, null, [...gone]), transitions });
    const links = clips.map((clip) => clip.link);
    return { value: settled(next, links), clips: [], created: [] };
  },

  add(value, args, newId, hint) {
    const source = args["source"] as Source | undefined;
    const trim = args["trim"] as [number, number] | null | undefined;
    const duration = trim ? trim[1] - trim[0] : numberOf(args["duration"], hint.durationFrames ?? 0);
    return source ? created(value, args, newId(0), source, duration, trim?.[0] ?? 0, hint.name ?? "") : null;
  },

  title(value, args, newId) {
    const text = String(args["text"] ?? "");
    return created(value, args, newId(0), { type: "title", text }, numberOf(args["duration"], 0), 0, text);
  },

  set_title(value, args) {
    const clip = clipOf(value, args["clip"]);
    if (clip?.source.type !== "title" || typeof args["text"] !== "string") return null;
    return replaced(value, [{ ...clip, name: args["text"], source: { ...clip.source, text: args["text"] } }]);
  },

  transition(value, args, newId) {
    const left = clipOf(value, args["left"]);
    const right = left && value.lanes[left.trackIndex]?.find((clip) => clip.startFrame === clipEnd(left));
    if (!left || !right) return null;
    const transition: Transition = {
      id: newId(0),
      leftClipId: left.id,
      rightClipId: right.id,
      durationFrames: numberOf(args["duration"], 0),
      ...crossing(args),
    };
    const others = value.transitions.filter((item) => item.leftClipId !== left.id);
    return { value: withChanges(value, { transitions: [...others, transition] }), clips: [], created: [] };
  },

  remove_transition(value, args) {
    const transitions = value.transitions.filter((item) => item.id !== args["transition"]);
    return { value: withChanges(value, { transitions }), clips: [], created: [] };
  },

  marker(value, args, newId) {
    const marker = noted({ id: newId(0), frame: numberOf(args["at"], 0), name: String(args["name"] ?? "") }, args);
    return { value: withChanges(value, { markers: mergeMarkers(value.markers, [marker]) }), clips: [], created: [] };
  },

  set_marker(value, args) {
    const marker = value.markers.find((item) => item.id === args["marker"]);
    if (!marker) return null;
    const named = noted(marker, args);
    return { value: withChanges(value, { markers: mergeMarkers(value.markers, [named]) }), clips: [], created: [] };
  },

  remove_marker(value, args) {
    const markers = value.markers.filter((item) => item.id !== args["marker"]);
    return { value: withChanges(value, { markers }), clips: [], created: [] };
  },

  move_marker(value, args) {
    const marker = value.markers.find((item) => item.id === args["marker"]);
    if (!marker) return null;
    const moved = { ...marker, frame: numberOf(args["to"], marker.frame) };
    return { value: withChanges(value, { markers: mergeMarkers(value.markers, [moved]) }), clips: [], created: [] };
  },

  set_track(value, args) {
    const index = trackIndexOf(value, args["track"]);
    const track = value.tracks[index];
    if (!track) return null;
    const { track: _, ...changes } = args;
    const kept = Object.fromEntries(Object.entries(changes).filter(([, item]) => item !== null && item !== undefined));
    const tracks = value.tracks.map((item, at): Track => (at === index ? { ...item, ...kept } : item));
    return { value: withChanges(value, { tracks }), clips: [], created: [] };
  },
};

export function clipOf(value: TimelineValue, id: unknown): Clip | undefined {
  return typeof id === "string" ? value.byId.get(id) : undefined;
}

export function trackIndexOf(value: TimelineValue, id: unknown): number {
  return value.tracks.findIndex((track) => track.id === id);
}

/** The marker with what the arguments say of it; an empty note or colour is none. */
function noted(marker: Marker, args: EditArgs): Marker {
  const { note = marker.note, color = marker.color, ...rest } = given(args, "name", "chapter", "note", "color");
  const { note: _, color: __, ...plain } = marker;
  return { ...plain, ...rest, ...(note ? { note } : {}), ...(color ? { color } : {}) };
}

/** Those of the arguments that are there. */
function given(args: EditArgs, ...names: (keyof Marker)[]): Partial<Marker> {
  return Object.fromEntries(names.flatMap((name) => (args[name] == null ? [] : [[name, args[name]]])));
}

export function numberOf(item: unknown, fallback: number): number {
  return typeof item === "number" ? item : fallback;
}

/** `start` frames off the head (negative: more head), `end` frames added to the tail (negative: off it). */
export function trimmed(clip: Clip, start: number, end: number): Clip {
  const durationFrames = clip.durationFrames - start + end;
  // Only a still or a title may grow at its head beyond its range, which then slides.
  const wanted = clip.trimStartFrame + start;
  const trimStartFrame = Math.max(0, wanted);
  const trimEndFrame = trimStartFrame + durationFrames;
  const range = { startFrame: clip.startFrame + start, durationFrames, trimStartFrame, trimEndFrame };
  const curves = slid(clip.curves, trimStartFrame - wanted);
  return fittedFades({ ...clip, ...range, ...(curves ? { curves } : {}) });
}

export function replaced(value: TimelineValue, clips: readonly Clip[]): Prediction {
  const next = withChanges(value, { clips: mergeClips(value.clips, clips) });
  const transitions = next.transitions.filter((item) => adjacent(next, item));
  return {
    value: transitions.length === next.transitions.length ? next : withChanges(next, { transitions }),
    clips: clips.map((clip) => clip.id),
    created: [],
  };
}

function adjacent(value: TimelineValue, transition: Transition): boolean {
  const left = value.byId.get(transition.leftClipId);
  const right = value.byId.get(transition.rightClipId);
  return !!left && !!right && left.trackIndex === right.trackIndex && clipEnd(left) === right.startFrame;
}

export function created(
  value: TimelineValue,
  args: EditArgs,
  id: string,
  source: Source,
  duration: number,
  trimStart: number,
  name: string,
): Prediction | null {
  const trackIndex = trackIndexOf(value, args["track"]);
  if (trackIndex < 0 || duration <= 0) return null;
  const clip: Clip = {
    id,
    name,
    trackIndex,
    startFrame: numberOf(args["at"], 0),
    durationFrames: duration,
    trimStartFrame: trimStart,
    trimEndFrame: trimStart + duration,
    source,
  };
  return { value: withChanges(value, { clips: mergeClips(value.clips, [clip]) }), clips: [id], created: [id] };
}
