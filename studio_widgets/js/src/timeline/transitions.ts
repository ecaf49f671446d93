/** Transitions in words. */
import type { Transition } from "../core/protocol.ts";

const COLORS: Record<string, string> = { "#000000": "black", "#ffffff": "white" };

/** What people call a transition that looks so: "Crossfade", "Dip to white", "Wipe left". */
export function transitionName({ kind = "crossfade", direction, color }: Partial<Transition>): string {
  if (kind === "dip") {
    const through = color ?? "#000000";
    return `Dip to ${COLORS[through] ?? through}`;
  }
  return kind === "wipe" ? `Wipe ${direction ?? "right"}` : "Crossfade";
}
