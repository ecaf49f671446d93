/** What pressing the button does with the tool in hand: as a drag, and as a click. */
import type { Clip } from "../../core/protocol.ts";
import type { Editor } from "../editor.ts";
import type { Hit } from "../hit.ts";
import { lockedTrack, type Edge } from "../limits.ts";
import { clicked, selectedClips, type ClickKeys } from "../selection.ts";
import { BladeGesture } from "./blade.ts";
import { BoxGesture } from "./box.ts";
import { EdgeGesture } from "./edge.ts";
import type { Gesture, Point } from "./gesture.ts";
import { FadeGesture, TransitionGesture } from "./looks.ts";
import { MoveGesture } from "./move.ts";
import { MarkerGesture, SeekGesture } from "./ruler.ts";
import { SlideGesture, SlipGesture } from "./source.ts";
import { StretchGesture } from "./stretch.ts";
import type { Tool } from "./tool.ts";

export interface Plan {
  /** Makes the gesture; null: nothing to drag. */
  readonly start: (() => Gesture | null) | null;
  /** Without waiting for the pointer to move. */
  readonly atOnce?: boolean;
  readonly click: () => void;
}

const nothing = (): void => undefined;
const IDLE: Plan = { start: null, click: nothing };

/** `from` is where the button was pressed. */
export function planFor(editor: Editor, tool: Tool, hit: Hit, keys: ClickKeys, from: Point): Plan {
  const { value } = editor;
  if (!value) return IDLE;
  switch (hit.kind) {
    case "ruler":
    case "playhead":
      return { start: () => new SeekGesture(value), atOnce: true, click: nothing };
    case "marker":
      editor.select([hit.marker.id]);
      return {
        start: () => new MarkerGesture(value, hit.marker, editor.playhead),
        click: () => editor.seek(hit.marker.frame),
      };
    case "transition":
    case "transition-edge": {
      const { transition, lane } = hit;
      editor.select([transition.id]);
      if (hit.kind === "transition" || lane.track.locked) return IDLE;
      return { start: () => new TransitionGesture(value, transition), click: nothing };
    }
    case "fade":
      return {
        start: () => (free(editor, [hit.clip]) ? new FadeGesture(value, hit.clip, hit.edge, hit.of) : null),
        click: () => select(editor, hit.clip, keys),
      };
    case "clip":
    case "edge":
      return onClip(editor, tool, hit, keys, from);
    default:
      return onGap(editor, tool, keys, from);
  }
}

function onGap(editor: Editor, tool: Tool, keys: ClickKeys, from: Point): Plan {
  const { value } = editor;
  const kept = keys.shift || keys.toggle ? editor.selection : [];
  const click = (): void => editor.select(kept);
  if (!value || tool === "blade") return { start: null, click };
  return { start: () => new BoxGesture(value, editor.lanes, kept, from), click };
}

function onClip(editor: Editor, tool: Tool, hit: Hit & { kind: "clip" | "edge" }, keys: ClickKeys, from: Point): Plan {
  const value = editor.value!;
  const { playhead } = editor;
  const { clip } = hit;
  if (tool === "blade") {
    return { start: () => new BladeGesture(value, editor.lanes, playhead), atOnce: true, click: nothing };
  }
  if (tool === "select")
    return hit.kind === "edge" ? onEdge(editor, hit, keys, from) : onBody(editor, clip, keys, from);
  const start = (): Gesture | null => {
    editor.select([clip.id], { anchor: clip.id });
    if (tool === "slip") return new SlipGesture(value, clip, from.frame);
    if (tool === "slide") return new SlideGesture(value, clip, from.frame, playhead);
    if (tool === "stretch") return new StretchGesture(value, clip, from.frame, playhead);
    return tool === "hand" ? null : new EdgeGesture(value, tool, clip, hit.edge, from.frame, playhead);
  };
  return {
    start: () => (free(editor, [clip]) ? start() : null),
    click: () => {
      select(editor, clip, keys);
      if (tool === "ripple" || tool === "roll") editor.chooseEdge(hit.edge);
    },
  };
}

function onEdge(editor: Editor, hit: Hit & { kind: "edge" }, keys: ClickKeys, from: Point): Plan {
  const { clip, edge, cut } = hit;
  return {
    start: () => {
      if (!free(editor, [clip])) return null;
      editor.select([clip.id], { anchor: clip.id });
      return new EdgeGesture(editor.value!, "trim", clip, edge, from.frame, editor.playhead);
    },
    click: () => {
      if (cut && !keys.shift && !keys.toggle) editor.select([], { cut: cut.id, anchor: clip.id });
      else select(editor, clip, keys);
    },
  };
}

function onBody(editor: Editor, clip: Clip, keys: ClickKeys, from: Point): Plan {
  const start = (): Gesture | null => {
    const { value, lanes, selection, playhead } = editor;
    const clips = value ? selectedClips(value, selection) : [];
    const grabbed = clips.find((item) => item.id === clip.id);
    if (!value || !grabbed || !free(editor, clips)) return null;
    return new MoveGesture(value, lanes, clips, grabbed, from.frame, playhead);
  };
  if (keys.shift || keys.toggle || !editor.selected.has(clip.id)) {
    select(editor, clip, keys);
    return { start, click: nothing };
  }
  return { start, click: () => select(editor, clip, keys) };
}

function select(editor: Editor, clip: Clip, keys: ClickKeys): void {
  if (!editor.value) return;
  const ids = clicked(editor.value, editor.selection, editor.anchor, clip.id, keys);
  editor.select(ids, { anchor: keys.shift ? editor.anchor : clip.id });
}

/** Whether none of the clips is on a locked track; says which is. */
function free(editor: Editor, clips: readonly Clip[]): boolean {
  const locked = editor.value && lockedTrack(editor.value, clips);
  if (locked) editor.show(`${locked} is locked`);
  return !locked;
}

/** The gesture that the keyboard makes with the tool on a clip; null: the tool has none. */
export function nudgeable(
  editor: Editor,
  tool: Tool,
  clips: readonly Clip[],
  edge: Edge | null,
): MoveGesture | EdgeGesture | SlipGesture | SlideGesture | StretchGesture | null {
  const { value, lanes, playhead } = editor;
  const [clip] = clips;
  if (!value || !clip) return null;
  if (tool === "slip") return new SlipGesture(value, clip, 0);
  if (tool === "slide") return new SlideGesture(value, clip, 0, playhead);
  if (tool === "stretch") return new StretchGesture(value, clip, 0, playhead);
  if (tool === "ripple" || tool === "roll") return new EdgeGesture(value, tool, clip, edge ?? "end", 0, playhead);
  if (tool !== "select") return null;
  if (edge) return new EdgeGesture(value, "trim", clip, edge, 0, playhead);
  return new MoveGesture(value, lanes, clips, clip, 0, playhead);
}
