/** The scroll bar of the tracks; in time one scrolls by the map (`minimap.tsx`). */
import { useRef } from "preact/hooks";
import type { Editor } from "./editor.ts";
import { useEditor } from "./use_editor.ts";

interface BarProps {
  label: string;
  /** What is visible, where it begins, and all there is, in one unit. */
  size: number;
  start: number;
  total: number;
  controls: string;
  onScroll(start: number): void;
}

const MIN_THUMB = 24;

function ScrollBar({ label, size, start, total, controls, onScroll }: BarProps) {
  const track = useRef<HTMLDivElement>(null);
  const grab = useRef<{ at: number; start: number } | null>(null);
  const needed = total > size + 0.5;
  const length = (): number => track.current?.clientHeight ?? 1;
  const limit = Math.max(0, total - size);
  const clamp = (value: number): number => Math.max(0, Math.min(limit, value));

  const down = (event: PointerEvent): void => {
    const box = track.current?.getBoundingClientRect();
    if (!box || !needed) return;
    event.preventDefault();
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const onThumb = (event.target as HTMLElement).dataset["thumb"] !== undefined;
    const from = onThumb ? start : clamp(((event.clientY - box.top) / length()) * total - size / 2);
    grab.current = { at: event.clientY, start: from };
    if (!onThumb) onScroll(from);
  };
  const move = (event: PointerEvent): void => {
    if (grab.current) onScroll(clamp(grab.current.start + ((event.clientY - grab.current.at) / length()) * total));
  };
  const up = (): void => void (grab.current = null);

  const share = `max(${MIN_THUMB}px, ${(100 * Math.min(1, size / total)).toFixed(3)}%)`;
  const place = limit > 0 ? Math.min(1, start / limit) : 0;
  const thumb = { height: share, top: `calc((100% - ${share}) * ${place.toFixed(5)})` };
  return (
    <div
      ref={track}
      class="tl-scroll"
      data-axis="y"
      data-idle={!needed || undefined}
      role="scrollbar"
      aria-label={label}
      aria-controls={controls}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={Math.round(limit)}
      aria-valuenow={Math.round(start)}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={up}
    >
      {needed && <div class="tl-thumb" data-thumb style={thumb} />}
    </div>
  );
}

export function VerticalScroll({ editor, controls }: { editor: Editor; controls: string }) {
  const { view } = useEditor(editor, (it) => [it.view.top, it.view.height, it.contentHeight]);
  return (
    <ScrollBar
      label="Scroll tracks"
      controls={controls}
      size={view.height}
      start={view.top}
      total={editor.contentHeight}
      onScroll={(top) => editor.look({ top })}
    />
  );
}
