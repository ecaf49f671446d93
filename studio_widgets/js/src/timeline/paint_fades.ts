/** Draws what is set along a clip: the fades of its picture and sound as ramps, its keyframes as diamonds. */
import { keyedFrames } from "../core/looks.ts";
import type { Clip } from "../core/protocol.ts";
import type { ClipPaint, ClipRect } from "./paint_clip.ts";

const DIAMOND = 3.5;
/** Diamonds closer than this are one. */
const MIN_APART = 5;

/** The ramps over what the fades take away: of the sound over `wave`, of the picture over what lies above it. */
export function paintFades(
  paint: ClipPaint,
  clip: Clip,
  x: number,
  rect: ClipRect,
  body: number,
  wave: number,
  pictured: boolean,
): void {
  const { fadeInFrames = 0, fadeOutFrames = 0 } = clip.audio ?? {};
  const { inFrames = 0, outFrames = 0 } = clip.fades ?? {};
  const bottom = rect.top + rect.tall;
  if (fadeInFrames + fadeOutFrames > 0) paintRamps(paint, clip, x, rect, [fadeInFrames, fadeOutFrames], wave, bottom);
  if (pictured && inFrames + outFrames > 0) paintRamps(paint, clip, x, rect, [inFrames, outFrames], body, wave);
}

function paintRamps(
  { context, palette, zoom }: ClipPaint,
  clip: Clip,
  x: number,
  rect: ClipRect,
  [fadeIn, fadeOut]: readonly [number, number],
  top: number,
  bottom: number,
): void {
  const right = x + clip.durationFrames * zoom;
  const ramps: [number, number][] = [
    [x, x + fadeIn * zoom],
    [right, right - fadeOut * zoom],
  ];
  for (const [end, inner] of ramps) {
    if (end === inner || Math.min(end, inner) > rect.to || Math.max(end, inner) < rect.from) continue;
    context.beginPath();
    context.moveTo(end, bottom);
    context.lineTo(end, top);
    context.lineTo(inner, top);
    context.fillStyle = palette.fade;
    context.fill();
    context.beginPath();
    context.moveTo(end, bottom);
    context.lineTo(inner, top);
    context.strokeStyle = palette.transitionLine;
    context.lineWidth = 1;
    context.stroke();
  }
}

/** A diamond at each frame that has keyframes, along the clip's lower edge. */
export function paintKeyframes({ context, palette, zoom }: ClipPaint, clip: Clip, x: number, rect: ClipRect): void {
  if (!clip.curves?.length) return;
  const y = rect.top + rect.tall - DIAMOND - 2;
  let before = -Infinity;
  context.beginPath();
  for (const frame of keyedFrames(clip)) {
    const at = x + (frame - clip.startFrame) * zoom;
    if (at < rect.from - DIAMOND || at > rect.to + DIAMOND || at - before < MIN_APART) continue;
    before = at;
    context.moveTo(at, y - DIAMOND);
    context.lineTo(at + DIAMOND, y);
    context.lineTo(at, y + DIAMOND);
    context.lineTo(at - DIAMOND, y);
    context.closePath();
  }
  context.fillStyle = palette.readoutText;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = palette.readout;
  context.stroke();
}
