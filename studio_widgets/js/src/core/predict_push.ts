/** Predictions of the edits that push, pull, or take from a neighbour; the others are in `predict.ts`. */
import { withRipple, withRoll, withSlide, withSlip } from "./between.ts";
import { inTwo, settled, withEnds, withLinked } from "./links.ts";
import { halves } from "./looks.ts";
import {
  clipOf,
  created,
  numberOf,
  replaced,
  trackIndexOf,
  type EditArgs,
  type EditHint,
  type Predict,
} from "./predict.ts";
import type { Clip, Source, Transition } from "./protocol.ts";
import { withStretch } from "./stretch.ts";
import { bare, crossing } from "./transition_values.ts";
import { firstEndingAfter, gapAt } from "./search.ts";
import { movedBy, offsetsOf, type Push } from "./shift.ts";
import { clipEnd, mergeClips, withChanges, type TimelineValue } from "./value.ts";

const isAlone = (args: EditArgs): boolean => args["alone"] === true;
const ends = (args: EditArgs): [number, number] => [numberOf(args["start"], 0), numberOf(args["end"], 0)];

export const PUSHING: Record<string, Predict> = {
  ripple(value, args) {
    const clip = clipOf(value, args["clip"]);
    if (!clip) return null;
    const [start, end] = ends(args);
    const alone = isAlone(args);
    const changed = withRipple(value, clip, start, end, alone);
    const moves = withEnds(value, clip, start, end, alone);
    const pushes = moves.map((item) => ({
      trackIndex: item.clip.trackIndex,
      frame: clipEnd(item.clip),
      by: item.end - item.start,
    }));
    const heads = moves.map((item): [Clip, number] => [item.clip, -item.start]);
    const offsets = offsetsOf(value, pushes, new Set(changed.map((item) => item.id)), alone, heads);
    return replaced(value, [...changed, ...movedBy(value, offsets)]);
  },

  roll(value, args) {
    const clip = clipOf(value, args["clip"]);
    return clip ? replaced(value, withRoll(value, clip, ...ends(args), isAlone(args))) : null;
  },

  stretch(value, args) {
    const clip = clipOf(value, args["clip"]);
    if (!clip || args["ripple"] === true) return null;
    const changed = withStretch(value, clip, (args["duration"] ?? args["speed"]) as number | string, isAlone(args));
    return changed && replaced(value, changed);
  },

  slip(value, args) {
    const clip = clipOf(value, args["clip"]);
    return clip ? replaced(value, withSlip(value, clip, numberOf(args["by"], 0), isAlone(args))) : null;
  },

  slide(value, args) {
    const clip = clipOf(value, args["clip"]);
    return clip ? replaced(value, withSlide(value, clip, numberOf(args["by"], 0), isAlone(args))) : null;
  },

  extract(value, args) {
    const named = (Array.isArray(args["clips"]) ? (args["clips"] as string[]) : []).flatMap(
      (id) => clipOf(value, id) ?? [],
    );
    const gone = isAlone(args) ? named : withLinked(value, named);
    const ids = gone.map((clip) => clip.id);
    const offsets = offsetsOf(value, closing(gone, isAlone(args)), new Set(ids), isAlone(args));
    const clips = mergeClips(value.clips, movedBy(value, offsets), ids);
    const links = gone.map((clip) => clip.link);
    return replaced(settled(withChanges(value, { clips }), links), []);
  },

  close_gap(value, args) {
    const trackIndex = trackIndexOf(value, args["track"]);
    const at = numberOf(args["at"], -1);
    const gap = gapAt(value.lanes[trackIndex] ?? [], at);
    if (!gap) return null;
    const pushes = [{ trackIndex, frame: gap[1], by: gap[0] - gap[1] }];
    return replaced(value, movedBy(value, offsetsOf(value, pushes, undefined, isAlone(args))));
  },

  insert(value, args, newId, hint) {
    const made = madeClip(value, args, newId(0), hint);
    if (!made) return null;
    const { trackIndex, startFrame: at, durationFrames: by } = made;
    const lane = value.lanes[trackIndex] ?? [];
    const under = lane[firstEndingAfter(lane, at)];
    const parted = under && under.startFrame < at ? cutThrough(value, under, at, newId, isAlone(args)) : value;
    const offsets = offsetsOf(parted, [{ trackIndex, frame: at, by }], undefined, isAlone(args));
    const next = replaced(parted, [...movedBy(parted, offsets), made]);
    return { ...next, created: [made.id] };
  },

  overwrite(value, args, newId, hint) {
    const made = madeClip(value, args, newId(0), hint);
    if (!made) return null;
    const lane = value.lanes[made.trackIndex] ?? [];
    const [start, end] = [made.startFrame, clipEnd(made)];
    const gone: string[] = [];
    const left: Clip[] = [];
    const links: (string | null | undefined)[] = [];
    const heirs = new Map<string, string>();
    for (let index = firstEndingAfter(lane, start); index < lane.length; index++) {
      const clip = lane[index] as Clip;
      if (clip.startFrame >= end) break;
      const spans = clip.startFrame < start && clipEnd(clip) > end;
      links.push(clip.link);
      if (spans) heirs.set(clip.id, newId(1));
      if (clip.startFrame < start) left.push(halves(clip, start, clip.id)[0]);
      if (clipEnd(clip) > end) left.push(halves(clip, end, heirs.get(clip.id) ?? clip.id)[1]);
      if (clip.startFrame >= start && clipEnd(clip) <= end) gone.push(clip.id);
    }
    const clips = mergeClips(value.clips, [...left, made], gone);
    const next = settled(withChanges(value, { clips, transitions: inherited(value, heirs) }), links);
    return { ...replaced(next, []), clips: [made.id], created: [made.id] };
  },

  set_transition(value, args) {
    const transitions = value.transitions.map((item) =>
      item.id === args["transition"]
        ? { ...bare(item), durationFrames: numberOf(args["duration"], item.durationFrames), ...crossing(args, item) }
        : item,
    );
    return { value: withChanges(value, { transitions }), clips: [], created: [] };
  },

  set_audio(value, args) {
    const clip = clipOf(value, args["clip"]);
    if (!clip) return null;
    const names = { gain_db: "gainDb", muted: "muted", fade_in: "fadeInFrames", fade_out: "fadeOutFrames" };
    const given = Object.entries(names).flatMap(([from, to]) => (args[from] == null ? [] : [[to, args[from]]]));
    return replaced(value, [{ ...clip, audio: { ...clip.audio, ...Object.fromEntries(given) } }]);
  },

  set_fades(value, args) {
    const clip = clipOf(value, args["clip"]);
    if (!clip) return null;
    const { inFrames = 0, outFrames = 0 } = clip.fades ?? {};
    const fades = { inFrames: numberOf(args["fade_in"], inFrames), outFrames: numberOf(args["fade_out"], outFrames) };
    return replaced(value, [{ ...clip, fades }]);
  },
};

/** How what follows closes up when clips go: each track by what went from it, those of a link by the shortest. */
function closing(gone: readonly Clip[], alone: boolean): Push[] {
  const shortest = new Map<string, number>();
  for (const { link, durationFrames } of gone) {
    if (link && !alone) shortest.set(link, Math.min(shortest.get(link) ?? Infinity, durationFrames));
  }
  return gone.map((clip) => ({
    trackIndex: clip.trackIndex,
    frame: clipEnd(clip),
    by: -Math.min(clip.durationFrames, (clip.link && shortest.get(clip.link)) || Infinity),
  }));
}

/** The clip that an edit puts on a track. */
function madeClip(value: TimelineValue, args: EditArgs, id: string, hint: EditHint): Clip | null {
  const source = args["source"] as Source | undefined;
  if (!source) return null;
  const trim = args["trim"] as [number, number] | null | undefined;
  const duration = trim ? trim[1] - trim[0] : numberOf(args["duration"], hint.durationFrames ?? 0);
  const name = typeof args["name"] === "string" ? args["name"] : (hint.name ?? "");
  const made = created(value, args, id, source, duration, trim?.[0] ?? 0, name);
  return made?.value.byId.get(id) ?? null;
}

/** The timeline with a clip, and what is linked with it there, cut in two. */
function cutThrough(
  value: TimelineValue,
  under: Clip,
  at: number,
  newId: (index: number) => string,
  alone: boolean,
): TimelineValue {
  const meant = alone ? [under] : withLinked(value, [under]);
  const cut = meant.filter((clip) => clip.startFrame < at && at < clipEnd(clip));
  const heirs = new Map(cut.map((clip, index) => [clip.id, newId(index + 1)]));
  const parts = cut.flatMap((clip) => halves(clip, at, heirs.get(clip.id)!));
  const clips = mergeClips(value.clips, parts);
  const next = withChanges(value, { clips, transitions: inherited(value, heirs) });
  return inTwo(next, alone ? [] : cut.flatMap((clip) => clip.link ?? []), at);
}

/** The transitions, those at the end of a clip that was cut now starting from its right part. */
function inherited(value: TimelineValue, heirs: ReadonlyMap<string, string>): readonly Transition[] {
  return value.transitions.map((item) => {
    const heir = heirs.get(item.leftClipId);
    return heir === undefined ? item : { ...item, leftClipId: heir };
  });
}
