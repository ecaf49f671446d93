/** The tools: what each is called, and how it shows under the pointer. */
import type { IconName } from "../../core/ui/icons.tsx";
import type { Hit } from "../hit.ts";

export const TOOLS = {
  select: { label: "Select", icon: "select", about: "move clips, trim their edges" },
  blade: { label: "Blade", icon: "razor", about: "cut a clip in two; Shift: on all tracks" },
  ripple: { label: "Ripple", icon: "ripple", about: "trim an edge; what follows closes up" },
  roll: { label: "Roll", icon: "roll", about: "move the cut between two clips" },
  slip: { label: "Slip", icon: "slip", about: "show another part of the source" },
  slide: { label: "Slide", icon: "slide", about: "move a clip between its neighbours" },
  hand: { label: "Hand", icon: "hand", about: "scroll by dragging" },
  stretch: { label: "Stretch", icon: "stretch", about: "play a clip faster or slower by its end" },
} as const satisfies Record<string, { label: string; icon: IconName; about: string }>;

export type Tool = keyof typeof TOOLS;

export function isTool(name: unknown): name is Tool {
  return typeof name === "string" && name in TOOLS;
}

const PLAIN: Record<Hit["kind"], string> = {
  ruler: "pointer",
  playhead: "ew-resize",
  marker: "pointer",
  clip: "grab",
  edge: "ew-resize",
  fade: "ew-resize",
  transition: "pointer",
  "transition-edge": "ew-resize",
  lane: "default",
  nothing: "default",
};

/** Cursors of our own: a drawing in white with a dark rim, seen on any ground, its hot spot in the middle. */
function drawn(path: string, fallback: string): string {
  const strokes = [
    ["#fff", 4],
    ["#14233a", 1.6],
  ]
    .map(([color, width]) => `<path d="${path}" stroke="${color}" stroke-width="${width}"/>`)
    .join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="-4 -4 24 24" fill="none" stroke-linecap="round" stroke-linejoin="round">${strokes}</svg>`;
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}") 12 12, ${fallback}`;
}

const BLADE = drawn("M8 0v16M5 3h6", "crosshair");
const RIPPLE_START = drawn("M9 2H6v12h3M12 8h4M14 6l2 2-2 2", "e-resize");
const RIPPLE_END = drawn("M7 2h3v12H7M4 8H0M2 6 0 8l2 2", "w-resize");
const ROLL = drawn("M6 2v12M10 2v12M4 6 2 8l2 2M12 6l2 2-2 2", "col-resize");
const SLIP = drawn("M3 2v12M13 2v12M5.5 8h5M7 6 5 8l2 2M9 6l2 2-2 2", "ew-resize");
const SLIDE = drawn("M5.5 3h5v10h-5zM3 6 1 8l2 2M13 6l2 2-2 2", "ew-resize");

const STRETCH = drawn("M3 2v12M3 8h9M9.5 5.5 12 8l-2.5 2.5", "e-resize");

/** The cursor of a tool over what lies there. */
export function cursorFor(tool: Tool, hit: Hit): string {
  const { kind } = hit;
  if (kind === "ruler" || kind === "playhead" || kind === "marker") return PLAIN[kind];
  if (tool === "hand") return "grab";
  if ("lane" in hit && hit.lane.track.locked) return "not-allowed";
  if (tool === "select") return PLAIN[kind];
  const clip = kind === "clip" || kind === "edge";
  if (!clip && kind !== "fade") return tool === "blade" ? BLADE : PLAIN[kind];
  if (tool === "blade") return BLADE;
  if (tool === "slip") return SLIP;
  if (tool === "slide") return SLIDE;
  if (tool === "stretch") return STRETCH;
  if (tool === "roll") return ROLL;
  return hit.edge === "start" ? RIPPLE_START : RIPPLE_END;
}
