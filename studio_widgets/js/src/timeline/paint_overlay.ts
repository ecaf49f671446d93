/** Draws what moves over the lanes: markers, ghosts of a drag, snap line, rubber band, readout and playhead. */
import type { Clip } from "../core/protocol.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import type { Assets } from "./assets.ts";
import { gripsOf, transitionRange } from "./hit.ts";
import { CLIP_INSET, newLane, type Lane } from "./lanes.ts";
import type { Edge } from "./limits.ts";
import { paintMarker, paintTransition, RULER_HEIGHT } from "./paint.ts";
import { paintClip, useNameFont } from "./paint_clip.ts";
import type { Palette } from "./palette.ts";
import type { Ghost } from "./tools/gesture.ts";
import type { Tool } from "./tools/tool.ts";
import { frameToX, type Viewport } from "./viewport.ts";

export interface OverlayScene {
  readonly value: TimelineValue;
  readonly lanes: readonly Lane[];
  readonly view: Viewport;
  readonly selected: ReadonlySet<string>;
  readonly playhead: number;
  readonly ghost: Ghost | null;
  /** Where the pointer is, for the readout. */
  readonly pointer: { x: number; y: number } | null;
  readonly tool: Tool;
  readonly hovered: string | null;
  /** The end of the selected clip that the keyboard moves. */
  readonly edge: Edge | null;
  readonly marks: { from: number | null; to: number | null };
}

export function paintOverlay(
  context: CanvasRenderingContext2D,
  scene: OverlayScene,
  palette: Palette,
  assets: Assets,
): void {
  const { value, view, ghost, selected } = scene;
  context.clearRect(0, 0, view.width, view.height + RULER_HEIGHT);
  for (const marker of value.markers) {
    if (!ghost?.faded.has(marker.id)) paintMarker(context, palette, view, marker, selected.has(marker.id));
  }
  paintMarks(context, view, scene.marks, palette);
  onLanes(context, view, () => {
    if (!ghost && scene.tool === "select") paintGrips(context, scene, palette);
    const [only] = selected;
    if (!ghost?.edge && scene.edge && only) paintEdge(context, scene, { clipId: only, edge: scene.edge }, palette);
    if (ghost?.transition) paintGhostTransition(context, scene, ghost.transition, palette);
  });
  if (ghost) {
    paintGhostClips(context, scene, ghost, palette, assets);
    if (ghost.edge) onLanes(context, view, () => paintEdge(context, scene, ghost.edge!, palette));
    if (ghost.blade) paintBlade(context, scene, ghost.blade, palette);
    if (ghost.marker) paintMarker(context, palette, view, ghost.marker, true);
    if (ghost.box) paintBox(context, view, ghost.box, palette);
    if (ghost.snapAt !== null) paintSnapLine(context, view, ghost.snapAt, palette);
  }
  paintPlayhead(context, view, scene.playhead, palette);
  if (ghost && ghost.readout.length > 0 && scene.pointer) paintReadout(context, scene, ghost, palette);
}

/** Draws in the lanes' own coordinates, cut off at the ruler. */
function onLanes(context: CanvasRenderingContext2D, view: Viewport, paint: () => void): void {
  context.save();
  context.beginPath();
  context.rect(0, RULER_HEIGHT, view.width, view.height);
  context.clip();
  context.translate(0, RULER_HEIGHT - view.top);
  paint();
  context.restore();
}

function paintGhostClips(
  context: CanvasRenderingContext2D,
  { value, view, lanes, selected }: OverlayScene,
  ghost: Ghost,
  palette: Palette,
  assets: Assets,
): void {
  const refused = ghost.refusal !== null;
  const fine = ghost.clips.length <= 40;
  const paint = { context, palette, assets, rate: value.rate, zoom: view.zoom, width: view.width, fine };
  const made = ghost.newTrack && newLane(lanes, ghost.newTrack);
  onLanes(context, view, () => {
    if (made) {
      context.fillStyle = palette.ghostFill;
      context.fillRect(0, made.y, view.width, made.height);
    }
    useNameFont(paint);
    for (const clip of ghost.clips) {
      const lane = lanes.find((item) => item.trackIndex === clip.trackIndex) ?? made;
      if (lane) paintGhostClip(paint, clip, lane, view, refused, selected.has(clip.id) || !value.byId.has(clip.id));
    }
  });
}

const GRIP = 4;

/** The grips of the fades of the clip under the pointer, and of a single selected one. */
function paintGrips(context: CanvasRenderingContext2D, scene: OverlayScene, palette: Palette): void {
  const { value, view, lanes, selected, hovered } = scene;
  const ids = new Set(hovered === null ? [] : [hovered]);
  if (selected.size === 1) for (const id of selected) ids.add(id);
  for (const id of ids) {
    const clip = value.byId.get(id);
    const lane = clip && lanes.find((item) => item.trackIndex === clip.trackIndex);
    const rows = clip && lane && !lane.track.locked ? gripsOf(clip, lane, view) : [];
    for (const [x, y] of rows.flatMap((row) => [[row.start, row.y] as const, [row.end, row.y] as const])) {
      context.beginPath();
      context.arc(x, y, GRIP, 0, 2 * Math.PI);
      context.fillStyle = palette.readoutText;
      context.fill();
      context.lineWidth = 1.5;
      context.strokeStyle = palette.readout;
      context.stroke();
    }
  }
}

/** A bracket at an end of a clip that is in hand. */
function paintEdge(
  context: CanvasRenderingContext2D,
  { value, view, lanes, ghost }: OverlayScene,
  { clipId, edge }: { clipId: string; edge: Edge },
  palette: Palette,
): void {
  const clip = ghost?.clips.find((item) => item.id === clipId) ?? value.byId.get(clipId);
  const lane = clip && lanes.find((item) => item.trackIndex === clip.trackIndex);
  if (!clip || !lane) return;
  const inward = edge === "start" ? 1 : -1;
  const x =
    Math.round(frameToX(view, edge === "start" ? clip.startFrame : clipEnd(clip))) + (edge === "start" ? 2 : -3);
  const [top, bottom] = [lane.y + CLIP_INSET + 2, lane.y + lane.height - CLIP_INSET - 2];
  context.beginPath();
  context.moveTo(x + inward * 6, top);
  context.lineTo(x, top);
  context.lineTo(x, bottom);
  context.lineTo(x + inward * 6, bottom);
  for (const [color, width] of [
    [palette.readoutText, 5],
    [palette.selected, 3],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = width;
    context.stroke();
  }
}

function paintGhostTransition(
  context: CanvasRenderingContext2D,
  { value, view, lanes }: OverlayScene,
  transition: NonNullable<Ghost["transition"]>,
  palette: Palette,
): void {
  const range = transitionRange(value, transition);
  const clip = value.byId.get(transition.rightClipId);
  const lane = lanes.find((item) => item.trackIndex === clip?.trackIndex);
  if (!range || !lane) return;
  paintTransition(
    context,
    palette,
    lane,
    transition,
    frameToX(view, range[0]),
    transition.durationFrames * view.zoom,
    true,
  );
}

/** A dashed line over the clips that would be cut. */
function paintBlade(
  context: CanvasRenderingContext2D,
  { view, lanes }: OverlayScene,
  { frame, tracks }: NonNullable<Ghost["blade"]>,
  palette: Palette,
): void {
  const x = Math.round(frameToX(view, frame)) + 0.5;
  onLanes(context, view, () => {
    for (const lane of lanes) {
      if (!tracks.includes(lane.trackIndex)) continue;
      context.beginPath();
      context.moveTo(x, lane.y);
      context.lineTo(x, lane.y + lane.height);
      context.lineWidth = 3;
      context.strokeStyle = palette.readoutText;
      context.stroke();
      context.lineWidth = 1.5;
      context.strokeStyle = palette.refused;
      context.stroke();
    }
  });
}

/** The range between the in and the out point: a band in the ruler, and brackets. */
function paintMarks(
  context: CanvasRenderingContext2D,
  view: Viewport,
  { from, to }: OverlayScene["marks"],
  palette: Palette,
): void {
  if (from === null && to === null) return;
  const left = from === null ? 0 : frameToX(view, from);
  const right = to === null ? view.width : frameToX(view, to);
  context.fillStyle = palette.range;
  if (right > left) {
    context.globalAlpha = 0.16;
    context.fillRect(left, 0, right - left, RULER_HEIGHT - 1);
    context.globalAlpha = 1;
    context.fillRect(left, RULER_HEIGHT - 4, right - left, 3);
  }
  if (from !== null) context.fillRect(Math.round(left), 0, 2, RULER_HEIGHT - 1);
  if (to !== null) context.fillRect(Math.round(right) - 2, 0, 2, RULER_HEIGHT - 1);
}

function paintGhostClip(
  paint: Parameters<typeof paintClip>[0],
  clip: Clip,
  lane: Lane,
  view: Viewport,
  refused: boolean,
  inHand: boolean,
): void {
  const { context, palette } = paint;
  const x = frameToX(view, clip.startFrame);
  const width = clip.durationFrames * view.zoom;
  if (x + width < 0 || x > view.width) return;
  paintClip(paint, clip, x, lane.y, width, lane.height, {
    selected: inHand && !refused,
    focused: false,
    pending: false,
    dimmed: refused,
    silent: false,
    sound: lane.track.kind === "audio",
  });
  if (!refused) return;
  context.beginPath();
  context.roundRect(x + 1, lane.y + 3, Math.max(2, width - 2), lane.height - 6, 3);
  context.lineWidth = 2;
  context.setLineDash([6, 4]);
  context.strokeStyle = palette.refused;
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 0.22;
  context.fillStyle = palette.refused;
  context.fill();
  context.globalAlpha = 1;
}

function paintBox(
  context: CanvasRenderingContext2D,
  view: Viewport,
  box: NonNullable<Ghost["box"]>,
  palette: Palette,
): void {
  const x = frameToX(view, Math.min(...box.frames));
  const width = Math.abs(box.frames[1] - box.frames[0]) * view.zoom;
  const y = Math.min(...box.ys) - view.top + RULER_HEIGHT;
  const height = Math.abs(box.ys[1] - box.ys[0]);
  context.save();
  context.beginPath();
  context.rect(0, RULER_HEIGHT, view.width, view.height);
  context.clip();
  context.globalAlpha = 0.14;
  context.fillStyle = palette.box;
  context.fillRect(x, y, width, height);
  context.globalAlpha = 1;
  context.strokeStyle = palette.box;
  context.lineWidth = 1;
  context.strokeRect(Math.round(x) + 0.5, Math.round(y) + 0.5, Math.round(width), Math.round(height));
  context.restore();
}

function paintSnapLine(context: CanvasRenderingContext2D, view: Viewport, frame: number, palette: Palette): void {
  const x = Math.round(frameToX(view, frame));
  context.fillStyle = palette.snap;
  context.fillRect(x - 0.5, RULER_HEIGHT, 2, view.height);
  context.beginPath();
  context.moveTo(x - 4, RULER_HEIGHT);
  context.lineTo(x + 5, RULER_HEIGHT);
  context.lineTo(x + 0.5, RULER_HEIGHT + 6);
  context.fill();
}

function paintPlayhead(context: CanvasRenderingContext2D, view: Viewport, playhead: number, palette: Palette): void {
  const x = Math.round(frameToX(view, playhead));
  if (x < -8 || x > view.width + 8) return;
  context.fillStyle = palette.playhead;
  context.fillRect(x, RULER_HEIGHT - 14, 1, view.height + 14);
  context.beginPath();
  context.roundRect(x - 5.5, RULER_HEIGHT - 15, 12, 8, [2, 2, 0, 0]);
  context.fill();
  context.beginPath();
  context.moveTo(x - 5.5, RULER_HEIGHT - 7.5);
  context.lineTo(x + 6.5, RULER_HEIGHT - 7.5);
  context.lineTo(x + 0.5, RULER_HEIGHT);
  context.fill();
}

const READOUT_LINE = 16;

function paintReadout(context: CanvasRenderingContext2D, scene: OverlayScene, ghost: Ghost, palette: Palette): void {
  const { view, pointer } = scene;
  if (!pointer) return;
  const lines = ghost.refusal ? [ghost.refusal] : ghost.readout;
  context.font = `500 11px ${ghost.refusal ? palette.font : palette.mono}`;
  const width = Math.ceil(Math.max(...lines.map((line) => context.measureText(line).width))) + 16;
  const height = lines.length * READOUT_LINE + 8;
  const x = Math.max(4, Math.min(pointer.x + 14, view.width - width - 4));
  const below = pointer.y + 18;
  const y = below + height > view.height + RULER_HEIGHT - 4 ? Math.max(2, pointer.y - height - 10) : below;
  context.beginPath();
  context.roundRect(x, y, width, height, 4);
  context.fillStyle = ghost.refusal ? palette.refused : palette.readout;
  context.fill();
  context.fillStyle = palette.readoutText;
  context.textBaseline = "middle";
  context.textAlign = "left";
  lines.forEach((line, index) => context.fillText(line, x + 8, y + 4 + READOUT_LINE * (index + 0.5)));
}
