/** Reads a time as editors let one type it. Pure. */
import { secondsToFrames, type Rate } from "../core/timecode.ts";

/**
 * The frame meant by `text`, or null when it means none.
 *
 * - `01:02:03:04`, `2:03:04`, `3:04`: a timecode, aligned to the right (the last field is frames)
 * - `1215`: the same without colons, digits in pairs: 12 seconds 15 frames
 * - `2.5` or `2.5s`: seconds
 * - `+10`, `-1:00`: relative to `current`
 */
export function typedFrame(text: string, current: number, rate: Rate): number | null {
  const match = /^([+\-−]?)\s*(.+)$/.exec(text.trim());
  if (!match) return null;
  const frames = absolute(match[2]!, rate, match[1] !== "");
  if (frames === null) return null;
  if (match[1] === "") return frames;
  return Math.max(0, current + (match[1] === "+" ? frames : -frames));
}

function absolute(text: string, rate: Rate, relative: boolean): number | null {
  if (/^\d*\.\d+s?$|^\d+s$/.test(text)) return secondsToFrames(Number.parseFloat(text), rate);
  // a bare relative number counts frames: +100 is a hundred frames, not one second
  if (relative && /^\d+$/.test(text)) return Number(text);
  const fields = /^\d{1,8}$/.test(text) ? pairs(text) : /^\d+([:;]\d+){1,3}$/.test(text) ? text.split(/[:;]/) : null;
  if (!fields) return null;
  const [ff = 0, ss = 0, mm = 0, hh = 0] = fields.map(Number).reverse();
  return ((hh * 60 + mm) * 60 + ss) * rate.nominal + ff;
}

function pairs(digits: string): string[] {
  return digits.padStart(8, "0").match(/../g)!;
}
