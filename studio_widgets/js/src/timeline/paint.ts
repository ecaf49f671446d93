/** Draws the timeline: ruler, lanes and clips on one canvas; what moves over them on another. */
import type { Clip, Marker, Transition } from "../core/protocol.ts";
import { timecode } from "../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import type { Assets } from "./assets.ts";
import { firstEndingAfter, firstFrom } from "../core/search.ts";
import { firstTransitionAfter, transitionsByLane } from "./hit.ts";
import { CLIP_INSET, HEAD_HEIGHT, type Lane } from "./lanes.ts";
import type { LanePush } from "./limits.ts";
import { clipKind, paintClip, useNameFont, type ClipLook, type ClipPaint } from "./paint_clip.ts";
import type { Palette } from "./palette.ts";
import { rulerSteps } from "./ruler.ts";
import { frameToX, xToFrame, type Viewport } from "./viewport.ts";

export const RULER_HEIGHT = 32;

/** Everything the base picture depends on. */
export interface Scene {
  readonly value: TimelineValue;
  readonly lanes: readonly Lane[];
  readonly view: Viewport;
  readonly selected: ReadonlySet<string>;
  readonly pending: ReadonlySet<string>;
  readonly faded: ReadonlySet<string>;
  /** Not drawn: a ghost lies in their place. */
  readonly hidden: ReadonlySet<string>;
  /** Clips that move along with a drag. */
  readonly pushes: readonly LanePush[];
  /** Left clip of the selected cut. */
  readonly cut: string | null;
  readonly focused: string | null;
}

export function paintBase(context: CanvasRenderingContext2D, scene: Scene, palette: Palette, assets: Assets): void {
  const { view, lanes, value } = scene;
  context.fillStyle = palette.canvas;
  context.fillRect(0, 0, view.width, view.height + RULER_HEIGHT);
  context.save();
  context.beginPath();
  context.rect(0, RULER_HEIGHT, view.width, view.height);
  context.clip();
  context.translate(0, RULER_HEIGHT - view.top);
  paintLanes(context, scene, palette);
  const shown = lanes.filter((lane) => lane.y + lane.height > view.top && lane.y < view.top + view.height);
  const fine = clipsInView(scene, shown) <= MOST_FINE;
  const paint: ClipPaint = { context, palette, assets, rate: value.rate, zoom: view.zoom, width: view.width, fine };
  useNameFont(paint);
  for (const lane of shown) paintLane(paint, scene, lane);
  for (const lane of shown) paintTransitions(context, scene, palette, lane);
  paintCut(context, scene, palette);
  context.restore();
  paintRuler(context, scene, palette);
}

function paintLanes(context: CanvasRenderingContext2D, { view, lanes, value }: Scene, palette: Palette): void {
  const end = frameToX(view, value.totalFrames);
  for (const lane of lanes) {
    context.fillStyle = palette.lane;
    context.fillRect(0, lane.y, view.width, lane.height - 1);
    context.fillStyle = palette.laneLine;
    context.fillRect(0, lane.y + lane.height - 1, view.width, 1);
    if (end >= view.width || value.totalFrames === 0) continue;
    // After the last clip the lanes are a shade darker: nothing is rendered there.
    context.fillStyle = palette.past;
    context.fillRect(Math.max(0, end), lane.y, view.width - Math.max(0, end), lane.height - 1);
  }
}

/** With more clips in view than this, corners are square and waveforms coarse. */
const MOST_FINE = 120;

function clipsInView({ view, value }: Scene, lanes: readonly Lane[]): number {
  const end = xToFrame(view, view.width);
  let count = 0;
  for (const lane of lanes) {
    const clips = value.lanes[lane.trackIndex] ?? [];
    count += firstEndingAfter(clips, end) - firstEndingAfter(clips, view.scroll) + 1;
  }
  return count;
}

const look: ClipLook = { selected: false, focused: false, pending: false, dimmed: false, silent: false, sound: false };

/** Clips narrower than this are drawn as runs. */
const RUN_PIXELS = 3;

function paintLane(paint: ClipPaint, scene: Scene, lane: Lane): void {
  const clips = scene.value.lanes[lane.trackIndex] ?? [];
  const push = scene.pushes.find((item) => item.trackIndex === lane.trackIndex);
  if (push && push.by !== 0) {
    const from = firstFrom(clips, push.frame);
    paintClips(paint, scene, lane, clips, [0, from], 0);
    paintClips(paint, scene, lane, clips, [from, clips.length], push.by);
  } else paintClips(paint, scene, lane, clips, [0, clips.length], 0);
  if (lane.track.locked) paintLock(paint.context, paint.palette, scene.view, lane);
}

/** Draws those of the clips `[first, end)` of a lane that are in view, later by `by` frames than they lie. */
function paintClips(
  paint: ClipPaint,
  scene: Scene,
  lane: Lane,
  clips: readonly Clip[],
  [first, end]: [number, number],
  by: number,
): void {
  const { value, hidden } = scene;
  const view = by === 0 ? scene.view : { ...scene.view, scroll: scene.view.scroll - by };
  const endFrame = xToFrame(view, view.width);
  const silent = isSilent(value, lane);
  const unseen = lane.track.kind === "audio" ? silent : lane.track.hidden === true;
  for (let index = Math.max(first, firstEndingAfter(clips, view.scroll)); index < end; index++) {
    const clip = clips[index] as Clip;
    if (clip.startFrame >= endFrame) break;
    if (hidden.has(clip.id)) continue;
    if (clip.durationFrames * view.zoom < RUN_PIXELS) {
      index = Math.min(end - 1, paintRun(paint, scene, view, lane, clips, index, unseen));
      continue;
    }
    look.selected = scene.selected.has(clip.id);
    look.focused = scene.focused === clip.id;
    look.pending = scene.pending.has(clip.id);
    look.dimmed = unseen || scene.faded.has(clip.id);
    look.silent = silent;
    look.sound = lane.track.kind === "audio";
    paintClip(paint, clip, frameToX(view, clip.startFrame), lane.y, clip.durationFrames * view.zoom, lane.height, look);
  }
}

/** Whether a track is muted, or others are solo. */
function isSilent(value: TimelineValue, { track }: Lane): boolean {
  return track.muted === true || (!track.solo && value.tracks.some((other) => other.solo));
}

/** Draws neighbours too narrow to be told apart as one block; returns the index of the last of them. */
function paintRun(
  { context, palette }: ClipPaint,
  { selected, faded, hidden }: Scene,
  view: Viewport,
  lane: Lane,
  clips: readonly Clip[],
  first: number,
  unseen: boolean,
): number {
  const head = clips[first] as Clip;
  const sound = lane.track.kind === "audio";
  const kind = sound ? "audio" : clipKind(head);
  const chosen = selected.has(head.id);
  let index = first;
  let end = clipEnd(head);
  for (let next = clips[first + 1]; next !== undefined; next = clips[index + 1]) {
    const near = (next.startFrame - end) * view.zoom < 1 && next.durationFrames * view.zoom < RUN_PIXELS;
    if (
      !near ||
      hidden.has(next.id) ||
      clipKind(next) !== kind ||
      selected.has(next.id) !== chosen ||
      frameToX(view, end) > view.width
    )
      break;
    end = clipEnd(next);
    index++;
  }
  const x = Math.round(frameToX(view, head.startFrame));
  context.globalAlpha = unseen || faded.has(head.id) ? 0.4 : 1;
  context.fillStyle = chosen ? palette.selected : palette.clips[kind].head;
  context.fillRect(
    x,
    lane.y + CLIP_INSET,
    Math.max(1, Math.round(frameToX(view, end)) - x),
    lane.height - 2 * CLIP_INSET,
  );
  context.globalAlpha = 1;
  return index;
}

/** Thin hatching over a locked lane. */
function paintLock(context: CanvasRenderingContext2D, palette: Palette, view: Viewport, lane: Lane): void {
  context.save();
  context.beginPath();
  context.rect(0, lane.y, view.width, lane.height - 1);
  context.clip();
  context.globalAlpha = 0.5;
  context.strokeStyle = palette.laneLine;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = -lane.height; x < view.width; x += 8) {
    context.moveTo(x, lane.y + lane.height);
    context.lineTo(x + lane.height, lane.y);
  }
  context.stroke();
  context.restore();
}

function paintTransitions(context: CanvasRenderingContext2D, scene: Scene, palette: Palette, lane: Lane): void {
  const { value, view, faded, hidden, pushes } = scene;
  const found = transitionsByLane(value)[lane.trackIndex] ?? [];
  const push = pushes.find((item) => item.trackIndex === lane.trackIndex);
  const end = xToFrame(view, view.width);
  // What moves along may come into view from outside it.
  const reach = Math.abs(push?.by ?? 0);
  for (let index = firstTransitionAfter(found, view.scroll - reach); index < found.length; index++) {
    const { transition, range, clips } = found[index]!;
    if (range[0] >= end + reach) break;
    if (hidden.has(transition.id) || clips.some((clip) => hidden.has(clip.id))) continue;
    const by = push && clips[0].startFrame >= push.frame ? push.by : 0;
    const left = frameToX(view, range[0] + by);
    const width = transition.durationFrames * view.zoom;
    if (width < 2) continue;
    context.globalAlpha = clips.some((clip) => faded.has(clip.id)) ? 0.4 : 1;
    paintTransition(context, palette, lane, transition, left, width, scene.selected.has(transition.id));
    context.globalAlpha = 1;
  }
}

/** The badge of a transition, over the pictures of its clips. */
export function paintTransition(
  context: CanvasRenderingContext2D,
  palette: Palette,
  lane: Lane,
  { kind = "crossfade", direction = "right" }: Transition,
  left: number,
  width: number,
  selected: boolean,
): void {
  const top = lane.y + CLIP_INSET + HEAD_HEIGHT;
  const height = lane.height - 2 * CLIP_INSET - HEAD_HEIGHT;
  context.fillStyle = palette.transition;
  context.fillRect(left, top, width, height);
  context.strokeStyle = selected ? palette.selected : palette.transitionLine;
  context.lineWidth = selected ? 2 : 1;
  context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
  context.beginPath();
  const [right, bottom, middle] = [left + width, top + height, left + width / 2];
  if (kind === "dip") {
    context.moveTo(left, top);
    context.lineTo(middle, bottom);
    context.lineTo(right, top);
  } else if (kind === "wipe") {
    const back = direction === "left" || direction === "up";
    context.moveTo(left, back ? top : bottom);
    context.lineTo(right, back ? bottom : top);
  } else {
    context.moveTo(left, top);
    context.lineTo(right, bottom);
    context.moveTo(left, bottom);
    context.lineTo(right, top);
  }
  context.stroke();
}

function paintCut(context: CanvasRenderingContext2D, { value, view, lanes, cut }: Scene, palette: Palette): void {
  const clip = cut === null ? undefined : value.byId.get(cut);
  const lane = lanes.find((item) => item.trackIndex === clip?.trackIndex);
  if (!clip || !lane) return;
  const x = Math.round(frameToX(view, clip.startFrame + clip.durationFrames));
  context.strokeStyle = palette.selected;
  context.lineWidth = 2;
  context.strokeRect(x - 5, lane.y + 2, 9, lane.height - 5);
}

function paintRuler(context: CanvasRenderingContext2D, { value, view }: Scene, palette: Palette): void {
  context.fillStyle = palette.ruler;
  context.fillRect(0, 0, view.width, RULER_HEIGHT);
  const { major, minor } = rulerSteps(view.zoom, value.rate);
  const first = Math.floor(view.scroll / minor) * minor;
  const last = xToFrame(view, view.width);
  context.font = `400 11px ${palette.mono}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (let frame = first; frame <= last; frame += minor) {
    const x = Math.round(frameToX(view, frame));
    const labelled = frame % major === 0;
    context.fillStyle = labelled ? palette.tick : palette.tickMinor;
    context.fillRect(x, labelled ? RULER_HEIGHT - 12 : RULER_HEIGHT - 5, 1, labelled ? 12 : 5);
  }
  context.fillStyle = palette.rulerText;
  for (let frame = Math.floor(view.scroll / major) * major; frame <= last; frame += major) {
    context.fillText(timecode(frame, value.rate), Math.round(frameToX(view, frame)) + 4, 9);
  }
  context.fillStyle = palette.laneLine;
  context.fillRect(0, RULER_HEIGHT - 1, view.width, 1);
}

const MARKER_HALF = 5;

/** A marker: a flag in the ruler's lower half and a hair line over the lanes. */
export function paintMarker(
  context: CanvasRenderingContext2D,
  palette: Palette,
  view: Viewport,
  marker: Marker,
  strong: boolean,
): void {
  const x = Math.round(frameToX(view, marker.frame));
  if (x < -120 || x > view.width + MARKER_HALF) return;
  context.globalAlpha = strong ? 0.9 : 0.35;
  context.fillStyle = palette.marker;
  context.fillRect(x, RULER_HEIGHT, 1, view.height);
  context.globalAlpha = 1;
  const top = RULER_HEIGHT - 15;
  context.beginPath();
  context.moveTo(x - MARKER_HALF + 0.5, top);
  context.lineTo(x + MARKER_HALF + 0.5, top);
  context.lineTo(x + MARKER_HALF + 0.5, top + 8);
  context.lineTo(x + 0.5, top + 14);
  context.lineTo(x - MARKER_HALF + 0.5, top + 8);
  context.closePath();
  context.fill();
  if (strong) {
    context.lineWidth = 1.5;
    context.strokeStyle = palette.selected;
    context.stroke();
  }
}
