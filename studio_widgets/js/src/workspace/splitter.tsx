/** A bar between two parts: drag it, move it with the arrow keys, double-click it for the default. */
import { useRef } from "preact/hooks";
import { clamp, type Bounds } from "./layout.ts";

interface SplitterProps {
  label: string;
  /** `vertical`: the bar stands upright and moves left and right. */
  orientation: "vertical" | "horizontal";
  value: number;
  bounds: Bounds;
  /** -1 where a larger value moves the bar up. */
  direction?: 1 | -1;
  onChange(value: number): void;
  onReset(): void;
}

const STEP = 16;
const LEAP = 64;

export function Splitter({ label, orientation, value, bounds, direction = 1, onChange, onReset }: SplitterProps) {
  const start = useRef<{ at: number; value: number } | null>(null);
  const along = (event: PointerEvent): number => (orientation === "vertical" ? event.clientX : event.clientY);
  const [less, more] = orientation === "vertical" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
  const onKey = (event: KeyboardEvent): void => {
    const step = (event.shiftKey ? LEAP : STEP) * direction;
    const next = { [less!]: value - step, [more!]: value + step, Home: bounds.min, End: bounds.max }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(clamp(next, bounds));
  };
  return (
    <div
      class="splitter"
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={value}
      aria-valuemin={bounds.min}
      aria-valuemax={bounds.max}
      data-orientation={orientation}
      onKeyDown={onKey}
      onDblClick={onReset}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { at: along(event), value };
      }}
      onPointerMove={(event) => {
        if (start.current) onChange(clamp(start.current.value + direction * (along(event) - start.current.at), bounds));
      }}
      onLostPointerCapture={() => (start.current = null)}
    />
  );
}
