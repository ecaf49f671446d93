/** Fades and keyframes of clips that are cut. Must be kept in step with `engine/timeline/edits/pieces.py`. */
import { placesOf } from "./motion.ts";
import type { Clip, Curve } from "./protocol.ts";

/** The clip with fades of sound and picture no longer than itself; the fade-out yields first. */
export function fittedFades(clip: Clip): Clip {
  const { audio, fades, durationFrames } = clip;
  const heard = fitted(audio?.fadeInFrames ?? 0, audio?.fadeOutFrames ?? 0, durationFrames);
  const seen = fitted(fades?.inFrames ?? 0, fades?.outFrames ?? 0, durationFrames);
  if (!heard && !seen) return clip;
  return {
    ...clip,
    ...(heard ? { audio: { ...audio, fadeInFrames: heard[0], fadeOutFrames: heard[1] } } : {}),
    ...(seen ? { fades: { inFrames: seen[0], outFrames: seen[1] } } : {}),
  };
}

/** The fades as they fit; null: they do already. */
function fitted(fadeIn: number, fadeOut: number, length: number): [number, number] | null {
  if (fadeIn + fadeOut <= length) return null;
  const kept = Math.min(fadeIn, length);
  return [kept, Math.min(fadeOut, length - kept)];
}

/** The clip's curves `by` frames later: a still's range slides where it would begin before 0, its keyframes with it. */
export function slid(curves: readonly Curve[] | undefined, by: number): Curve[] | undefined {
  if (!curves || by === 0) return curves as Curve[] | undefined;
  return curves.map((curve) => ({ ...curve, keys: curve.keys.map((key) => ({ ...key, frame: key.frame + by })) }));
}

/** The clip cut before timeline frame `at`: the left part keeps the id and the fades in, the right the fades out. */
export function halves(clip: Clip, at: number, id: string): [Clip, Clip] {
  const length = at - clip.startFrame;
  const cut = clip.trimStartFrame + length;
  const left = { ...clip, durationFrames: length, trimEndFrame: cut };
  const right = {
    ...clip,
    id,
    startFrame: at,
    durationFrames: clip.durationFrames - length,
    trimStartFrame: cut,
  };
  return [
    fittedFades(without(left, "fadeOutFrames", "outFrames")),
    fittedFades(without(right, "fadeInFrames", "inFrames")),
  ];
}

function without(clip: Clip, heard: "fadeInFrames" | "fadeOutFrames", seen: "inFrames" | "outFrames"): Clip {
  const faded = clip.audio?.[heard] ? { ...clip, audio: { ...clip.audio, [heard]: 0 } } : clip;
  return faded.fades?.[seen] ? { ...faded, fades: { ...faded.fades, [seen]: 0 } } : faded;
}

/** The frames of the timeline inside a clip at which one of its properties has a keyframe, each once, in order. */
export function keyedFrames(clip: Clip): number[] {
  const places = new Set(clip.curves?.flatMap((curve) => placesOf(clip, curve)));
  return [...places].sort((a, b) => a - b).map((place) => clip.startFrame + place);
}
