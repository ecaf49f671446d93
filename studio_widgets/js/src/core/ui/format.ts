/** How durations, sizes and dates are written in the interface. Pure; no locale surprises. */
import { clockText } from "../timecode.ts";

/** A length for people: `0:07`, `1:02:03`; "" for a still. A short sound reads 0:01, never 0:00. */
export function formatLength(seconds: number | null | undefined): string {
  return clockText(seconds != null && seconds > 0 ? Math.max(1, seconds) : seconds);
}

/** Bytes as `512 B`, `1.4 MB`: decimal units, two significant digits below ten. */
export function formatSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = Math.max(0, bytes);
  let unit = 0;
  // 999.5 rounds to 1000, which belongs to the next unit
  while (unit < units.length - 1 && value >= 999.5) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** When a take goes: `expires in 6 days`, `expires in 3 hours`, `expired`; "" without a date. */
export function formatExpiry(expiresAt: string | null | undefined, now: number): string {
  if (!expiresAt) return "";
  const left = Date.parse(expiresAt) - now;
  if (Number.isNaN(left)) return "";
  if (left <= 0) return "expired";
  const hours = left / 3_600_000;
  if (hours < 1) return "expires within the hour";
  if (hours < 24) return `expires in ${plural(Math.floor(hours), "hour")}`;
  return `expires in ${plural(Math.floor(hours / 24), "day")}`;
}

/** `1 file`, `2 files`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Tags as typed in one field: split at commas, trimmed, no doubles, order kept. */
export function parseTags(text: string): string[] {
  return [...new Set(text.split(",").map((tag) => tag.trim()))].filter((tag) => tag !== "");
}

/** A message of the kernel as a sentence: its messages also stand behind a file name, so they begin small. */
export function sentence(text: string): string {
  const begun = /^[a-z]+[ ,]/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text;
  return begun === "" || /[.!?…:”")]$/.test(begun) ? begun : `${begun}.`;
}
