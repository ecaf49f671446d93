/** What a property with keyframes is at a frame. Must be kept in step with `engine/timeline/motion.py`. */
import type { Clip, Curve, Keyframe } from "./protocol.ts";

export function curveOf(clip: Clip, property: string): Curve | undefined {
  return clip.curves?.find((curve) => curve.property === property);
}

/** The keyframe `at` frames after the clip's start. */
export function keyAt(clip: Clip, curve: Curve, at: number): Keyframe | undefined {
  return curve.keys.find((key) => key.frame === clip.trimStartFrame + at);
}

/** The value of a curve `at` frames after the clip's start. */
export function valueAt(clip: Clip, { keys }: Curve, at: number): number {
  const frame = clip.trimStartFrame + at;
  const next = keys.findIndex((key) => key.frame > frame);
  const before = keys[next < 0 ? keys.length - 1 : Math.max(0, next - 1)]!;
  const after = keys[next];
  if (!after || next === 0 || before.ease === "hold") return before.value;
  let way = (frame - before.frame) / (after.frame - before.frame);
  if (before.ease === "smooth") way = way * way * (3 - 2 * way);
  return before.value + (after.value - before.value) * way;
}

/** The places of a curve's keyframes that are inside the clip, from its start. */
export function placesOf(clip: Clip, { keys }: Curve): number[] {
  return keys
    .map((key) => key.frame - clip.trimStartFrame)
    .filter((place) => place >= 0 && place < clip.durationFrames);
}
