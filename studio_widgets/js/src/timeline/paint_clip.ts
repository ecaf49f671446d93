/** Draws one clip: its name, its pictures, its sound. */
import { hasSound } from "../core/handles.ts";
import { filePlace, paceText } from "../core/pace.ts";
import type { Clip } from "../core/protocol.ts";
import { framesToSeconds, type Rate } from "../core/timecode.ts";
import type { Assets, Filmstrip } from "./assets.ts";
import { CLIP_INSET, HEAD_HEIGHT } from "./lanes.ts";
import type { ClipKind, Palette } from "./palette.ts";
import { paintFades, paintKeyframes } from "./paint_fades.ts";
import { peakBetween, type PeakLevels } from "./peaks.ts";

const RADIUS = 3;
/** Below these widths a clip is only a block, only a name strip. */
const MIN_DETAIL = 6;
const MIN_TEXT = 28;
const MIN_ART = 12;
/** With very many clips in view, pictures a few pixels wide are only confetti, and cost the most. */
const MIN_ART_COARSE = 32;

export interface ClipLook {
  selected: boolean;
  focused: boolean;
  /** Waiting for the kernel: striped. */
  pending: boolean;
  /** Not rendered, or being dragged: faded. */
  dimmed: boolean;
  /** On a track that is not heard: no waveform. */
  silent: boolean;
  /** On a sound track, where a video is its sound alone. */
  sound: boolean;
}

export interface ClipPaint {
  readonly context: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly assets: Assets;
  readonly rate: Rate;
  readonly zoom: number;
  /** Visible pixels of the canvas, for not drawing what is cut off. */
  readonly width: number;
  /** Round corners and close waveforms: for when few clips are in view. */
  readonly fine: boolean;
}

export function clipKind(clip: Clip): ClipKind {
  const { source } = clip;
  if (source.type === "title") return "title";
  return source.type === "camera" ? "video" : (source.kind ?? "video");
}

/** Where a clip's rectangle lies, in pixels; `from` and `to` are the part of it in view. */
export interface ClipRect {
  readonly left: number;
  readonly top: number;
  readonly wide: number;
  readonly tall: number;
  readonly from: number;
  readonly to: number;
}

/** Draws `clip` with its left edge at `x` in a lane at `y`; `width` is in pixels. */
export function paintClip(
  paint: ClipPaint,
  clip: Clip,
  x: number,
  y: number,
  width: number,
  height: number,
  look: ClipLook,
): void {
  const { context, palette } = paint;
  const kind = look.sound ? "audio" : clipKind(clip);
  const colors = palette.clips[kind];
  const left = Math.round(x);
  const right = Math.max(left + 1, Math.round(x + width));
  const top = y + CLIP_INSET;
  const tall = height - 2 * CLIP_INSET;
  // One pixel of air between clips that touch; the very narrow need every pixel.
  const wide = Math.max(1, right - left - (right - left > 3 ? 1 : 0));
  if (look.dimmed) context.globalAlpha = 0.4;
  if (wide < MIN_DETAIL) {
    context.fillStyle = look.selected ? palette.selected : colors.head;
    context.fillRect(left, top, wide, tall);
    context.globalAlpha = 1;
    return;
  }
  // Clipping to a round path is dear: only where few clips are in view.
  const round = paint.fine && wide > 12;
  if (round) {
    context.save();
    context.beginPath();
    context.roundRect(left, top, wide, tall, RADIUS);
    context.clip();
  }
  const rect = { left, top, wide, tall, from: Math.max(left, -1), to: Math.min(left + wide, paint.width + 1) };
  context.fillStyle = colors.fill;
  context.fillRect(rect.from, top, rect.to - rect.from, tall);
  const missing = paint.assets.missing(clip);
  if (missing) paintMissing(paint, rect);
  else if (wide >= (paint.fine ? MIN_ART : MIN_ART_COARSE)) paintArt(paint, clip, kind, x, rect, look.silent);
  context.fillStyle = missing ? palette.missingHead : colors.head;
  context.fillRect(rect.from, top, rect.to - rect.from, HEAD_HEIGHT);
  if (wide >= MIN_TEXT) paintName(paint, missing ? `Missing: ${clip.name}` : clipName(clip, kind), left, top, wide);
  const body = top + HEAD_HEIGHT;
  paintFades(paint, clip, x, rect, body, waveTop(clip, kind, rect), !look.sound);
  paintKeyframes(paint, clip, x, rect);
  if (look.pending) paintStripes(context, palette.ghost, rect);
  if (round) context.restore();
  if (round || look.selected || look.focused || look.pending) {
    paintOutline(context, palette, colors.edge, left, top, wide, tall, look);
  }
  context.globalAlpha = 1;
}

function paintOutline(
  context: CanvasRenderingContext2D,
  palette: Palette,
  edge: string,
  left: number,
  top: number,
  wide: number,
  tall: number,
  look: ClipLook,
): void {
  const weight = look.selected || look.focused ? 2 : 1;
  const half = weight / 2;
  context.beginPath();
  context.roundRect(left + half, top + half, wide - weight, tall - weight, RADIUS - half);
  context.lineWidth = weight;
  context.strokeStyle = look.selected ? palette.selected : look.focused ? palette.focus : edge;
  if (look.pending) context.setLineDash([5, 3]);
  context.stroke();
  if (look.pending) context.setLineDash([]);
  if (look.selected && look.focused) {
    context.beginPath();
    context.roundRect(left + 2.5, top + 2.5, wide - 5, tall - 5, 1);
    context.lineWidth = 1;
    context.strokeStyle = palette.focus;
    context.stroke();
  }
}

function paintArt(paint: ClipPaint, clip: Clip, kind: ClipKind, x: number, rect: ClipRect, silent: boolean): void {
  const { context, palette } = paint;
  const body = rect.top + HEAD_HEIGHT;
  const rest = rect.tall - HEAD_HEIGHT;
  if (rect.to <= rect.from) return;
  if (kind === "title") {
    if (rect.wide > 48) paintTitleText(paint, clip, rect.left, body, rect.wide, rest);
    return;
  }
  const strip = kind === "audio" ? null : paint.assets.filmstrip(clip);
  if (strip) paintFilmstrip(paint, clip, strip, rect, body, rest);
  if (!isHeard(clip) || (silent && kind !== "audio")) return;
  const peaks = paint.assets.peaks(clip);
  if (!peaks) return;
  if (kind === "audio") {
    paintWave(paint, clip, peaks, x, rect, body, rest, palette.wave, true);
    return;
  }
  const waveHeight = rect.top + rect.tall - waveTop(clip, kind, rect);
  if (strip) {
    const alpha = context.globalAlpha;
    context.fillStyle = palette.clips[kind].fill;
    context.globalAlpha = alpha * 0.72;
    context.fillRect(rect.from, body + rest - waveHeight, rect.to - rect.from, waveHeight);
    context.globalAlpha = alpha;
  }
  paintWave(paint, clip, peaks, x, rect, body + rest - waveHeight, waveHeight, palette.waveOnPicture, false);
}

/** Its file is gone: a plain ground with a cross of hair lines. */
function paintMissing({ context, palette }: ClipPaint, { left, top, wide, tall, from, to }: ClipRect): void {
  context.fillStyle = palette.missing;
  context.fillRect(from, top, to - from, tall);
  context.strokeStyle = palette.refused;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(left, top + HEAD_HEIGHT);
  context.lineTo(left + wide, top + tall);
  context.moveTo(left, top + tall);
  context.lineTo(left + wide, top + HEAD_HEIGHT);
  context.stroke();
}

/** Where a clip's sound is drawn from, down to its lower edge: under its picture, if it has one. */
function waveTop(clip: Clip, kind: ClipKind, { top, tall }: ClipRect): number {
  const rest = tall - HEAD_HEIGHT;
  if (kind === "audio") return top + HEAD_HEIGHT;
  return top + tall - (hasSound(clip) ? Math.round(rest * 0.36) : 0);
}

function isHeard(clip: Clip): boolean {
  return hasSound(clip) && clip.audio?.muted !== true && clip.retime?.freezeFrame == null;
}

/** Tiles side by side from the clip's left edge, each showing what the clip shows at its left side; the last is cut off. */
function paintFilmstrip(
  paint: ClipPaint,
  clip: Clip,
  { image, sprite, tileWidth, tileHeight }: Filmstrip,
  rect: ClipRect,
  y: number,
  height: number,
): void {
  const scale = height / tileHeight;
  const step = tileWidth * scale;
  const seconds = framesToSeconds(1, paint.rate);
  const first = Math.max(0, Math.floor((rect.from - rect.left) / step));
  for (let tile = first, at = rect.left + first * step; at < rect.to; tile++, at += step) {
    const frame = clip.trimStartFrame + (tile * step) / paint.zoom;
    const index = Math.floor((filePlace(clip, frame) * seconds) / sprite.secondsPerTile + 1e-6);
    const shown = Math.max(0, Math.min(sprite.count - 1, index));
    const column = shown % sprite.columns;
    const row = (shown - column) / sprite.columns;
    const width = Math.min(step, rect.left + rect.wide - at);
    paint.context.drawImage(
      image,
      column * tileWidth,
      row * tileHeight,
      width / scale,
      tileHeight,
      at,
      y,
      width,
      height,
    );
  }
}

function paintWave(
  paint: ClipPaint,
  clip: Clip,
  peaks: PeakLevels,
  x: number,
  rect: ClipRect,
  y: number,
  height: number,
  color: string,
  centred: boolean,
): void {
  const { context } = paint;
  const step = paint.fine ? 2 : 4;
  const secondsPerPixel = framesToSeconds(1, paint.rate) / paint.zoom;
  const trimStart = framesToSeconds(filePlace(clip, clip.trimStartFrame), paint.rate);
  const pace = filePlace(clip, 1);
  // Columns stand on a grid of the clip, so that scrolling does not make the wave shimmer.
  const start = rect.left + Math.max(0, Math.floor((rect.from - rect.left) / step)) * step;
  context.fillStyle = color;
  for (let at = start; at < rect.to; at += step) {
    const seconds = trimStart + (at - x) * secondsPerPixel * pace;
    const level = peakBetween(peaks, seconds, seconds + step * secondsPerPixel * pace);
    const tall = Math.max(1, Math.round((level * (height - 2)) / 255));
    // Whole pixels: rectangles that need no smoothing are far cheaper than one path of them.
    const top = centred ? y + ((height - tall) >> 1) : y + height - tall;
    context.fillRect(at, top, Math.min(step - 1, rect.to - at), tall);
  }
}

/** Sets the text style of clip names; once a picture, because setting a font is dear. */
export function useNameFont({ context, palette }: ClipPaint): void {
  context.font = `500 11px ${palette.font}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
}

function paintTitleText(paint: ClipPaint, clip: Clip, left: number, y: number, wide: number, tall: number): void {
  const text = clip.source.type === "title" ? clip.source.text.replace(/\s+/g, " ") : "";
  const { context, palette } = paint;
  context.font = `600 13px ${palette.font}`;
  context.fillStyle = palette.text;
  const start = Math.max(left, 0) + 8;
  context.fillText(fitText(context, titleWidths, text, left + wide - start - 8), start, y + tall / 2);
  useNameFont(paint);
}

function clipName(clip: Clip, kind: ClipKind): string {
  const pace = clip.retime ? paceText(clip) : "";
  const name = kind === "title" ? "Title" : clip.name;
  return pace ? `${pace} · ${name}` : name;
}

function paintName(paint: ClipPaint, name: string, left: number, top: number, wide: number): void {
  const { context, palette } = paint;
  // The name stays readable while the clip's head is scrolled off.
  const start = Math.max(left, 0) + 6;
  const text = fitText(context, nameWidths, name, left + wide - start - 6);
  if (!text) return;
  context.fillStyle = palette.text;
  context.fillText(text, start, top + HEAD_HEIGHT / 2 + 0.5);
}

const nameWidths = new Map<string, number>();
const titleWidths = new Map<string, number>();
const MOST_WIDTHS = 5000;

/** `text` cut to `room` pixels. Widths are measured once: measuring is the dearest part of drawing text. */
function fitText(context: CanvasRenderingContext2D, widths: Map<string, number>, text: string, room: number): string {
  if (room < 10) return "";
  let width = widths.get(text);
  if (width === undefined) {
    width = context.measureText(text).width;
    if (widths.size > MOST_WIDTHS) widths.clear();
    widths.set(text, width);
  }
  if (width <= room) return text;
  const kept = Math.floor((text.length * (room - 8)) / width);
  return kept > 0 ? `${text.slice(0, kept).trimEnd()}…` : "";
}

/** Below the name, which stays readable. */
function paintStripes(context: CanvasRenderingContext2D, color: string, rect: ClipRect): void {
  const { from, to, left } = rect;
  const top = rect.top + HEAD_HEIGHT;
  const tall = rect.tall - HEAD_HEIGHT;
  const alpha = context.globalAlpha;
  context.save();
  context.beginPath();
  context.rect(from, top, to - from, tall);
  context.clip();
  context.globalAlpha = alpha * 0.28;
  context.strokeStyle = color;
  context.lineWidth = 4;
  context.beginPath();
  // The stripes belong to the clip, and move with it.
  for (let at = from - tall - ((from - left) % 12); at < to; at += 12) {
    context.moveTo(at, top + tall);
    context.lineTo(at + tall, top);
  }
  context.stroke();
  context.restore();
}
