/** The whole timeline in a strip, with the part that is in view: click, drag or use the arrows to go there. */
import { useEffect, useRef } from "preact/hooks";
import { timecode } from "../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import type { Editor } from "./editor.ts";
import type { Lane } from "./lanes.ts";
import { clipKind } from "./paint_clip.ts";
import { readPalette, type Palette } from "./palette.ts";
import { useEditor } from "./use_editor.ts";
import { clamped } from "./viewport.ts";

const MIN_WINDOW = 8;
const PADDING = 3;

/** Frames that the strip covers: the timeline and a little room after it. */
function mapFrames(value: TimelineValue): number {
  return Math.max(1, Math.ceil(value.totalFrames * 1.02));
}

/** Draws every clip as a block; those that share a pixel are one. */
export function paintMap(
  context: CanvasRenderingContext2D,
  value: TimelineValue,
  lanes: readonly Lane[],
  palette: Palette,
  width: number,
  height: number,
): void {
  context.clearRect(0, 0, width, height);
  const scale = width / mapFrames(value);
  const row = (height - 2 * PADDING) / Math.max(1, lanes.length);
  const tall = Math.max(1, row - 1);
  lanes.forEach((lane, index) => {
    const y = PADDING + index * row;
    let from = -1;
    let to = -1;
    let kind = "";
    const flush = (): void => {
      if (from >= 0) context.fillRect(from, y, Math.max(1, to - from), tall);
    };
    for (const clip of value.lanes[lane.trackIndex] ?? []) {
      const left = Math.floor(clip.startFrame * scale);
      const right = clipEnd(clip) * scale;
      const next = lane.track.kind === "audio" ? "audio" : clipKind(clip);
      if (next === kind && left <= to) to = right;
      else {
        flush();
        if (next !== kind) context.fillStyle = palette.clips[next].edge;
        [from, to, kind] = [left, right, next];
      }
    }
    flush();
  });
  context.fillStyle = palette.marker;
  for (const marker of value.markers) context.fillRect(Math.round(marker.frame * scale), 0, 1, height);
}

/** The canvas of the strip: drawn again after edits and when its size or the theme changes, not while scrolling. */
function useMap(editor: Editor) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { value, lanes } = editor;
  const draw = useRef<() => void>(() => undefined);
  draw.current = () => {
    const element = canvas.current;
    if (!element || !editor.value || element.clientWidth === 0) return;
    const ratio = devicePixelRatio || 1;
    element.width = Math.round(element.clientWidth * ratio);
    element.height = Math.round(element.clientHeight * ratio);
    const context = element.getContext("2d")!;
    context.scale(ratio, ratio);
    const palette = readPalette(element.parentElement!);
    paintMap(context, editor.value, editor.lanes, palette, element.clientWidth, element.clientHeight);
  };
  useEffect(() => {
    // An edit is seen on the timeline first.
    const request = requestAnimationFrame(() => draw.current());
    return () => cancelAnimationFrame(request);
  }, [value, lanes]);
  useEffect(() => {
    const element = canvas.current!;
    const sizes = new ResizeObserver(() => draw.current());
    sizes.observe(element);
    const themes = new MutationObserver(() => draw.current());
    const root = element.closest(".sw-root");
    if (root) themes.observe(root, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      sizes.disconnect();
      themes.disconnect();
    };
  }, []);
  return canvas;
}

export function Minimap({ editor, controls }: { editor: Editor; controls: string }) {
  useEditor(editor, (it) => [it.view, it.value, it.lanes, it.playhead]);
  const canvas = useMap(editor);
  const strip = useRef<HTMLDivElement>(null);
  const grab = useRef<number | null>(null);
  const { view, value, playhead } = editor;
  const total = value ? mapFrames(value) : 1;
  const shown = view.width / view.zoom;
  const percent = (frame: number): number => 100 * Math.max(0, Math.min(1, frame / total));
  const go = (scroll: number): void => editor.look({ scroll: Math.max(0, scroll) });
  const frameAt = (event: PointerEvent): number => {
    const box = strip.current!.getBoundingClientRect();
    return ((event.clientX - box.left) / box.width) * total;
  };
  const down = (event: PointerEvent): void => {
    if (event.button !== 0 || !value) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const frame = frameAt(event);
    const inside = frame >= view.scroll && frame < view.scroll + shown;
    grab.current = inside ? frame - view.scroll : shown / 2;
    if (!inside) go(frame - shown / 2);
  };
  const move = (event: PointerEvent): void => {
    if (grab.current !== null) go(frameAt(event) - grab.current);
  };
  const up = (): void => void (grab.current = null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowLeft: -0.1, ArrowRight: 0.1, PageUp: -0.9, PageDown: 0.9 };
    const step = steps[event.key];
    if (step !== undefined) go(view.scroll + step * shown);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(total - shown);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const limit = Math.max(0, Math.round(clamped({ ...view, scroll: Infinity }, value?.totalFrames ?? 0, 0).scroll));
  const left = percent(view.scroll);
  return (
    <div
      ref={strip}
      class="tl-map"
      role="scrollbar"
      tabIndex={0}
      aria-label="Scroll in time"
      aria-controls={controls}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={limit}
      aria-valuenow={Math.min(limit, Math.round(view.scroll))}
      aria-valuetext={value ? `From ${timecode(Math.round(view.scroll), value.rate)}` : undefined}
      data-testid="minimap"
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
      onKeyDown={onKeyDown}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {value && value.totalFrames > 0 && (
        <>
          <div class="tl-map-playhead" style={{ left: `${percent(playhead)}%` }} />
          <div
            class="tl-map-window"
            style={{ left: `${left}%`, width: `max(${MIN_WINDOW}px, ${percent(view.scroll + shown) - left}%)` }}
          />
        </>
      )}
    </div>
  );
}
