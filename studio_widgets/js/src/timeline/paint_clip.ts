/** Draws one clip: its name, its pictures, its sound. */
import type { Clip } from "../core/protocol.ts";
import { framesToSeconds, type Rate } from "../core/timecode.ts";
import type { Assets, Filmstrip } from "./assets.ts";
import type { ClipColors, Palette } from "./palette.ts";
import { peakBetween, type PeakLevels } from "./peaks.ts";

export const HEAD_HEIGHT = 16;
const INSET = 2;
const RADIUS = 3;
/** Below these widths a clip is only a block, only a name strip. */
const MIN_DETAIL = 6;
const MIN_TEXT = 28;
const MIN_ART = 12;

export interface ClipLook {
  selected: boolean;
  focused: boolean;
  /** Waiting for the kernel: striped. */
  pending: boolean;
  /** Muted, hidden or being dragged: faded. */
  dimmed: boolean;
}

export interface ClipPaint {
  readonly context: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly assets: Assets;
  readonly rate: Rate;
  readonly zoom: number;
  /** Visible pixels of the canvas, for not drawing what is cut off. */
  readonly width: number;
}

export function clipKind(clip: Clip): "video" | "image" | "audio" | "title" {
  const { source } = clip;
  if (source.type === "title") return "title";
  return source.type === "camera" ? "video" : (source.kind ?? "video");
}

export function clipColors(palette: Palette, kind: ReturnType<typeof clipKind>): ClipColors {
  return { fill: palette[kind], head: palette[`${kind}Head`], edge: palette[`${kind}Edge`] };
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
  const kind = clipKind(clip);
  const colors = clipColors(palette, kind);
  const left = Math.round(x);
  const right = Math.max(left + 1, Math.round(x + width));
  const top = y + INSET;
  const tall = height - 2 * INSET;
  // One pixel of air between clips that touch; the very narrow need every pixel.
  const wide = Math.max(1, right - left - (right - left > 3 ? 1 : 0));
  context.globalAlpha = look.dimmed ? 0.4 : 1;
  if (wide < MIN_DETAIL) {
    context.fillStyle = look.selected ? palette.selected : colors.head;
    context.fillRect(left, top, wide, tall);
    context.globalAlpha = 1;
    return;
  }
  context.save();
  context.beginPath();
  context.roundRect(left, top, wide, tall, RADIUS);
  context.fillStyle = colors.fill;
  context.fill();
  context.clip();
  if (wide >= MIN_ART) paintArt(paint, clip, kind, x, left, top, wide, tall, colors);
  context.fillStyle = colors.head;
  context.fillRect(left, top, wide, HEAD_HEIGHT);
  if (wide >= MIN_TEXT) paintName(paint, clip, kind, left, top, wide);
  if (look.pending) paintStripes(context, palette.ghost, left, top, wide, tall);
  context.restore();
  paintOutline(context, palette, colors, left, top, wide, tall, look);
  context.globalAlpha = 1;
}

function paintOutline(
  context: CanvasRenderingContext2D,
  palette: Palette,
  colors: ClipColors,
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
  context.strokeStyle = look.selected ? palette.selected : look.focused ? palette.focus : colors.edge;
  if (look.pending) context.setLineDash([5, 3]);
  context.stroke();
  context.setLineDash([]);
  if (look.selected && look.focused) {
    context.beginPath();
    context.roundRect(left + 2.5, top + 2.5, wide - 5, tall - 5, 1);
    context.lineWidth = 1;
    context.strokeStyle = palette.focus;
    context.stroke();
  }
}

function paintArt(
  paint: ClipPaint,
  clip: Clip,
  kind: ReturnType<typeof clipKind>,
  x: number,
  left: number,
  top: number,
  wide: number,
  tall: number,
  colors: ClipColors,
): void {
  const body = top + HEAD_HEIGHT;
  const rest = tall - HEAD_HEIGHT;
  const from = Math.max(left, 0);
  const to = Math.min(left + wide, paint.width);
  if (to <= from) return;
  if (kind === "title") {
    if (wide > 48) paintTitleText(paint, clip, left, body, wide, rest);
    return;
  }
  const strip = kind === "audio" ? null : paint.assets.filmstrip(clip);
  if (strip) paintFilmstrip(paint, clip, strip, x, from, to, body, rest);
  if (!hasSound(clip)) return;
  const peaks = paint.assets.peaks(clip);
  if (!peaks) return;
  if (kind === "audio") {
    paintWave(paint, clip, peaks, x, from, to, body, rest, paint.palette.wave, "centre");
  } else {
    const waveHeight = Math.round(rest * 0.36);
    if (strip) {
      paint.context.fillStyle = colors.fill;
      paint.context.globalAlpha *= 0.72;
      paint.context.fillRect(from, body + rest - waveHeight, to - from, waveHeight);
      paint.context.globalAlpha /= 0.72;
    }
    paintWave(
      paint,
      clip,
      peaks,
      x,
      from,
      to,
      body + rest - waveHeight,
      waveHeight,
      paint.palette.waveOnPicture,
      "bottom",
    );
  }
}

function hasSound(clip: Clip): boolean {
  const { source } = clip;
  if (source.type !== "media_file" && source.type !== "recording") return false;
  return source.kind !== "image" && source.hasAudio !== false && clip.audio?.muted !== true;
}

/** Tiles side by side from the clip's left edge, each showing what the clip shows at its left side. */
function paintFilmstrip(
  paint: ClipPaint,
  clip: Clip,
  { image, sprite, scale }: Filmstrip,
  x: number,
  from: number,
  to: number,
  y: number,
  height: number,
): void {
  const tileWidth = Math.max(8, Math.round((height * sprite.tileWidth) / sprite.tileHeight));
  const sourceWidth = sprite.tileWidth * scale;
  const sourceHeight = sprite.tileHeight * scale;
  const first = Math.max(0, Math.floor((from - x) / tileWidth));
  for (let tile = first, at = x + first * tileWidth; at < to; tile++, at += tileWidth) {
    const frame = clip.trimStartFrame + (tile * tileWidth) / paint.zoom;
    const index = Math.floor(framesToSeconds(frame, paint.rate) / sprite.secondsPerTile + 1e-6);
    const shown = Math.max(0, Math.min(sprite.count - 1, index));
    const column = shown % sprite.columns;
    const row = Math.floor(shown / sprite.columns);
    paint.context.drawImage(
      image,
      column * sourceWidth,
      row * sourceHeight,
      sourceWidth,
      sourceHeight,
      Math.round(at),
      y,
      tileWidth,
      height,
    );
  }
}

const WAVE_STEP = 2;

function paintWave(
  paint: ClipPaint,
  clip: Clip,
  peaks: PeakLevels,
  x: number,
  from: number,
  to: number,
  y: number,
  height: number,
  color: string,
  place: "centre" | "bottom",
): void {
  const { context } = paint;
  const secondsPerPixel = framesToSeconds(1, paint.rate) / paint.zoom;
  const trimStart = framesToSeconds(clip.trimStartFrame, paint.rate);
  // Columns stand on a grid of the clip, so that scrolling does not make the wave shimmer.
  const start = from - ((((from - Math.round(x)) % WAVE_STEP) + WAVE_STEP) % WAVE_STEP);
  context.fillStyle = color;
  context.beginPath();
  for (let at = start; at < to; at += WAVE_STEP) {
    const seconds = trimStart + (at - x) * secondsPerPixel;
    const level = peakBetween(peaks, seconds, seconds + WAVE_STEP * secondsPerPixel) / 255;
    const tall = Math.max(1, level * (height - 2));
    context.rect(at, place === "centre" ? y + (height - tall) / 2 : y + height - tall, WAVE_STEP - 0.5, tall);
  }
  context.fill();
}

function paintTitleText(paint: ClipPaint, clip: Clip, left: number, y: number, wide: number, tall: number): void {
  const text = clip.source.type === "title" ? clip.source.text.replace(/\s+/g, " ") : "";
  const { context, palette } = paint;
  context.font = `600 13px ${palette.font}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = palette.text;
  const start = Math.max(left, 0) + 8;
  context.fillText(fitText(context, text, left + wide - start - 8), start, y + tall / 2);
}

function paintName(paint: ClipPaint, clip: Clip, kind: string, left: number, top: number, wide: number): void {
  const { context, palette } = paint;
  context.font = `500 11px ${palette.font}`;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = palette.text;
  // The name stays readable while the clip's head is scrolled off.
  const start = Math.max(left, 0) + 6;
  const name = kind === "title" ? "Title" : clip.name;
  context.fillText(fitText(context, name, left + wide - start - 6), start, top + HEAD_HEIGHT / 2 + 0.5);
}

const widths = new Map<string, number>();

/** `text` cut to `room` pixels. Widths are measured once: measuring is the dearest part of drawing text. */
function fitText(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (room < 10) return "";
  const key = `${context.font}|${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    width = context.measureText(text).width;
    if (widths.size > 5000) widths.clear();
    widths.set(key, width);
  }
  if (width <= room) return text;
  const kept = Math.floor((text.length * (room - 8)) / width);
  return kept > 0 ? `${text.slice(0, kept).trimEnd()}…` : "";
}

function paintStripes(
  context: CanvasRenderingContext2D,
  color: string,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  context.globalAlpha *= 0.28;
  context.strokeStyle = color;
  context.lineWidth = 4;
  context.beginPath();
  const start = Math.max(x, -height);
  for (let at = start - height; at < Math.min(x + width, 6000); at += 12) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
  context.globalAlpha /= 0.28;
}
