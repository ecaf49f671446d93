/** Waveform peaks at several resolutions, so that any zoom reads a few numbers a pixel. */

/** `levels[k]` holds the maximum of `4 ** k` buckets at a time. */
export interface PeakLevels {
  readonly bucketsPerSecond: number;
  readonly levels: readonly Uint8Array[];
}

const FACTOR = 4;

export function buildPeaks(finest: Uint8Array, bucketsPerSecond: number): PeakLevels {
  const levels = [finest];
  let last = finest;
  while (last.length > FACTOR) {
    const next = new Uint8Array(Math.ceil(last.length / FACTOR));
    for (let index = 0; index < last.length; index++) {
      const at = (index / FACTOR) | 0;
      if ((last[index] as number) > (next[at] as number)) next[at] = last[index] as number;
    }
    levels.push(next);
    last = next;
  }
  return { bucketsPerSecond, levels };
}

/** The peak 0..255 of the sound in `[from, to)` seconds of the source; 0 outside it. */
export function peakBetween(peaks: PeakLevels, from: number, to: number): number {
  const first = from * peaks.bucketsPerSecond;
  const last = to * peaks.bucketsPerSecond;
  let level = 0;
  let size = 1;
  while (level + 1 < peaks.levels.length && last - first > size * FACTOR) {
    level++;
    size *= FACTOR;
  }
  const values = peaks.levels[level] as Uint8Array;
  const end = Math.min(values.length, Math.max(Math.ceil(last / size), Math.floor(first / size) + 1));
  let peak = 0;
  for (let index = Math.max(0, Math.floor(first / size)); index < end; index++) {
    if ((values[index] as number) > peak) peak = values[index] as number;
  }
  return peak;
}
