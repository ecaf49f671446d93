/** What is typed into a field, read as a value of its kind; and values as the field shows them. Pure. */
import { timecode, type Rate } from "../core/timecode.ts";
import { typedFrame } from "../player/typed_time.ts";
import type { Cell, Kind } from "./properties.ts";

export interface Read {
  readonly value: Cell | null;
  /** Why it is none. */
  readonly problem: string;
}

const good = (value: Cell): Read => ({ value, problem: "" });
const bad = (problem: string): Read => ({ value: null, problem });

/** `text` as a value; `now` is the value that relative entries (`+10`) count from. */
export function read(kind: Kind, text: string, now: Cell | null, rate: Rate): Read {
  switch (kind.type) {
    case "number": {
      const match = /^([+\-−]?)\s*(\d*[.,]?\d+)\s*(%|dB|°)?$/i.exec(text.trim());
      if (!match) return bad("Not a number");
      const amount = Number(match[2]!.replace(",", ".")) * (/[-−]/.test(match[1]!) ? -1 : 1);
      return within(kind, amount);
    }
    case "time": {
      const frame = typedFrame(text, typeof now === "number" ? now : 0, rate);
      if (frame === null) return bad("Not a time: write 00:01:05:12, 2.5s or +10");
      return frame < kind.least ? bad(`At least ${kind.least} ${kind.least === 1 ? "frame" : "frames"}`) : good(frame);
    }
    case "color":
      return /^#[0-9a-f]{6}([0-9a-f]{2})?$/i.test(text.trim()) ? good(text.trim().toLowerCase()) : bad("Write #rrggbb");
    default:
      return text.trim() === "" ? bad("It needs some text") : good(text);
  }
}

function within(kind: Extract<Kind, { type: "number" }>, amount: number): Read {
  if (amount >= kind.least && amount <= kind.most) return good(amount);
  return bad(`From ${kind.least} to ${kind.most}${kind.unit ? ` ${kind.unit}` : ""}`);
}

/** A value as its field shows it. */
export function shown(kind: Kind, value: Cell | null, rate: Rate): string {
  if (value === null) return "";
  if (kind.type === "time") return timecode(Number(value), rate);
  if (kind.type === "number") return `${Number(Number(value).toFixed(2))}${kind.unit ? ` ${kind.unit}` : ""}`;
  return String(value);
}

/** The value `steps` steps away, as far as it may go. */
export function stepped(kind: Kind, value: Cell, steps: number): Cell {
  if (kind.type === "time") return Math.max(kind.least, Number(value) + Math.round(steps));
  if (kind.type !== "number") return value;
  const to = Number((Number(value) + steps * kind.step).toFixed(4));
  return Math.max(kind.least, Math.min(kind.most, to));
}
