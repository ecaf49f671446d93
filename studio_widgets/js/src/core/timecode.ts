/** Frames, seconds and timecodes. Frames are integers; a rate is an exact fraction. */

export interface Rate {
  readonly num: number;
  readonly den: number;
  /** Frames per second, for display and pixels only. */
  readonly fps: number;
  /** Whole frames a timecode second counts: 30 for 30000/1001. */
  readonly nominal: number;
}

/** Parses `"30"` or `"30000/1001"`; anything unusable becomes 30. */
export function parseRate(text: string): Rate {
  const match = /^(\d+)(?:\/(\d+))?$/.exec(text.trim());
  const num = Number(match?.[1] ?? 30) || 30;
  const den = Number(match?.[2] ?? 1) || 1;
  return { num, den, fps: num / den, nominal: Math.max(1, Math.ceil(num / den)) };
}

const two = (value: number): string => String(value).padStart(2, "0");

/** `HH:MM:SS:FF`, counted without dropping (as the engine writes it). */
export function timecode(frame: number, rate: Rate): string {
  const sign = frame < 0 ? "-" : "";
  const whole = Math.abs(Math.round(frame));
  const seconds = Math.floor(whole / rate.nominal);
  const ff = whole % rate.nominal;
  return `${sign}${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}:${two(ff)}`;
}

/** A signed offset for readouts: `+00:01:12`, hours only when needed. */
export function offsetTimecode(frames: number, rate: Rate): string {
  const text = timecode(Math.abs(frames), rate).replace(/^00:/, "");
  return `${frames < 0 ? "−" : "+"}${text}`;
}

/** The first frame at or after `seconds`, rounded to the nearest. */
export function secondsToFrames(seconds: number, rate: Rate): number {
  return Math.round((seconds * rate.num) / rate.den);
}

/** Seconds at which a frame begins. */
export function framesToSeconds(frame: number, rate: Rate): number {
  return (frame * rate.den) / rate.num;
}

/** `1:05` or `1:02:05` for people; null and NaN become "". */
export function clockText(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "";
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
