/** Which frames of the ruler get a tick, and which a timecode. */
import type { Rate } from "../core/timecode.ts";

export interface RulerSteps {
  /** Frames between labelled ticks. */
  readonly major: number;
  /** Frames between ticks. */
  readonly minor: number;
}

const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

/** Steps that are round in timecode and leave at least `labelPixels` for each label, at `zoom` pixels per frame. */
export function rulerSteps(zoom: number, rate: Rate, labelPixels = 104): RulerSteps {
  const { nominal } = rate;
  const steps = [1, 2, 5, 10].filter((step) => nominal % step === 0 && step < nominal);
  if (nominal % 2 === 0 && nominal / 2 > (steps[steps.length - 1] ?? 0)) steps.push(nominal / 2);
  for (const seconds of SECONDS) steps.push(seconds * nominal);
  const majorAt = steps.findIndex((step) => step * zoom >= labelPixels);
  const major = majorAt < 0 ? (steps[steps.length - 1] as number) : (steps[majorAt] as number);
  const minor = steps.find((step) => step * zoom >= 8 && major % step === 0) ?? major;
  return { major, minor };
}
