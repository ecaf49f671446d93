/** How fast a clip plays its source. Must be kept in step with `engine/timeline/clips.py` and `edits/pace.py`. */
import { fittedFades } from "./looks.ts";
import type { Clip, Curve, Retime } from "./protocol.ts";

/** A fraction of the source's own speed, or the frame that stands still. */
export interface Pace {
  readonly num: number;
  readonly den: number;
  readonly freeze: number | null;
}

const OWN: Pace = { num: 1, den: 1, freeze: null };

export function paceOf(retime: Retime | undefined): Pace {
  if (!retime) return OWN;
  const [num = 1, den = 1] = (retime.speed ?? "1").split("/").map(Number);
  return { num, den, freeze: retime.freezeFrame ?? null };
}

/** How many frames a source of so many frames has as it plays. */
export function playedFrames(frames: number, { num, den, freeze }: Pace): number {
  if (freeze !== null || frames === Infinity) return Infinity;
  return num === 1 && den === 1 ? frames : ratio(frames, den, num);
}

/** The place in the file, in frames of the timeline, that a frame of the source as it plays shows. */
export function filePlace(clip: Clip, frame: number): number {
  if (!clip.retime) return frame;
  const { num, den, freeze } = paceOf(clip.retime);
  return freeze ?? (frame * num) / den;
}

/** The speed in words, for a clip that has another than its own; "" for the others. */
export function paceText({ retime }: Clip): string {
  if (!retime) return "";
  const { num, den, freeze } = paceOf(retime);
  return freeze === null ? `${Number((num / den).toFixed(2))}×` : "still";
}

/** The lengths that a clip may be stretched to: its speed goes from 1/100 to 100. */
export function stretchRange(clip: Clip): [number, number] {
  const { num, den } = paceOf(clip.retime);
  const own = (clip.durationFrames * num) / den;
  return [Math.max(1, Math.ceil(own / 100)), Math.floor(own * 100)];
}

/** The clip filling so many frames with the part of the source that it shows. */
export function stretchedTo(clip: Clip, duration: number): Clip {
  const { num, den } = paceOf(clip.retime);
  return paced(clip, BigInt(clip.durationFrames) * BigInt(num), BigInt(duration) * BigInt(den), duration);
}

/** The clip playing at a speed, such as "3/2" or "0.75"; null for what is none. */
export function stretchedBy(clip: Clip, speed: string): Clip | null {
  const wanted = fraction(speed);
  if (!wanted) return null;
  const [num, den] = wanted;
  const own = paceOf(clip.retime);
  const change = [BigInt(own.num) * den, BigInt(own.den) * num] as const;
  const duration = Math.max(1, rounded(BigInt(clip.durationFrames) * change[0], change[1]));
  return paced(clip, num, den, duration);
}

function paced(clip: Clip, num: bigint, den: bigint, duration: number): Clip {
  const own = paceOf(clip.retime);
  const speed = reduced(num, den);
  const trimStartFrame = Number(
    (BigInt(clip.trimStartFrame) * BigInt(own.num) * speed[1]) / (BigInt(own.den) * speed[0]),
  );
  const { retime: _, ...bare } = clip;
  const text = speed[1] === 1n ? `${speed[0]}` : `${speed[0]}/${speed[1]}`;
  const made: Clip = text === "1" ? bare : { ...bare, retime: { speed: text } };
  const { source } = clip;
  const frames = "frames" in source && source.frames != null ? source.frames : Infinity;
  const most = Math.max(1, playedFrames(frames, paceOf(made.retime)) - trimStartFrame);
  const durationFrames = Math.min(duration, most);
  const change = [BigInt(own.num) * speed[1], BigInt(own.den) * speed[0]] as const;
  const curves = made.curves?.map((curve) => scaled(curve, ...change));
  const range = { durationFrames, trimStartFrame, trimEndFrame: trimStartFrame + durationFrames };
  return fittedFades({ ...made, ...range, ...(curves ? { curves } : {}) });
}

/** The curve on a source that plays `num / den` times as long; of keyframes that meet, the later one stays. */
function scaled(curve: Curve, num: bigint, den: bigint): Curve {
  const keys = new Map(
    curve.keys.map((key) => {
      const frame = rounded(BigInt(key.frame) * num, den);
      return [frame, { ...key, frame }];
    }),
  );
  return { ...curve, keys: [...keys.values()] };
}

function fraction(text: string): [bigint, bigint] | null {
  const [whole = "", below = "1"] = text.trim().split("/");
  const found = /^(\d+)(?:\.(\d+))?$/.exec(whole);
  if (!found || !/^\d+$/.test(below) || BigInt(below) === 0n) return null;
  const digits = found[2] ?? "";
  const num = BigInt(found[1] + digits);
  return num === 0n ? null : reduced(num, BigInt(below) * 10n ** BigInt(digits.length));
}

function reduced(num: bigint, den: bigint): [bigint, bigint] {
  let [a, b] = [num, den];
  while (b) [a, b] = [b, a % b];
  return [num / a, den / a];
}

/** `num / den`, half to even, as Python rounds. */
function rounded(num: bigint, den: bigint): number {
  const [floor, rest] = [num / den, num % den];
  const up = 2n * rest > den || (2n * rest === den && floor % 2n === 1n);
  return Number(up ? floor + 1n : floor);
}

function ratio(frames: number, num: number, den: number): number {
  return Number((BigInt(frames) * BigInt(num)) / BigInt(den));
}
