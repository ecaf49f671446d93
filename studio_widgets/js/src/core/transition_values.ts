/** What the edits of transitions make of their arguments. Must be kept in step with `engine/timeline/edits/joins.py`. */
import type { Transition } from "./protocol.ts";

type Look = Pick<Transition, "kind" | "direction" | "color">;

/** A transition without its kind and what belongs to that. */
export function bare({ id, leftClipId, rightClipId, durationFrames }: Transition): Transition {
  return { id, leftClipId, rightClipId, durationFrames };
}

/** The kind, direction and colour that an edit gives a transition; what is usual is left out, as the engine does. */
export function crossing(args: Record<string, unknown>, old?: Transition): Look {
  const kind = (args["kind"] ?? old?.kind ?? "crossfade") as Look["kind"];
  const same = kind === (old?.kind ?? "crossfade");
  const direction = (args["direction"] ?? (same ? old?.direction : undefined)) as Look["direction"];
  const color = (args["color"] ?? (same ? old?.color : undefined)) as Look["color"];
  return {
    ...(kind === "crossfade" ? {} : { kind }),
    ...(kind === "wipe" && direction && direction !== "right" ? { direction } : {}),
    ...(kind === "dip" && color ? { color } : {}),
  };
}
