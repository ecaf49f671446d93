/** Mouse, pen and fingers on the canvas: what is pressed becomes a gesture, and a gesture an edit. */
import type { Marker } from "../core/protocol.ts";
import type { Editor } from "./editor.ts";
import { hitLanes, hitRuler, type Hit } from "./hit.ts";
import { RULER_HEIGHT } from "./paint.ts";
import { BladeGesture } from "./tools/blade.ts";
import type { Point } from "./tools/gesture.ts";
import { planFor, type Plan } from "./tools/press.ts";
import { cursorFor } from "./tools/tool.ts";
import { frameToX, xToFrame } from "./viewport.ts";

/** Pixels the pointer may tremble before a press becomes a drag. */
const DRAG_PIXELS = 4;
const AUTOSCROLL_ZONE = 32;
const AUTOSCROLL_PIXELS = 14;

interface Press extends Plan {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  panFrom: { scroll: number; top: number } | null;
}

/** Keys held while dragging. Those held when the button went down have chosen what is selected. */
interface Held {
  /** Ctrl or Command: no snapping. */
  free: boolean;
  alone: boolean;
  other: boolean;
}

/** How far beyond an edge zone, from -1 to 1; 0 inside. */
function past(at: number, size: number): number {
  const beyond = at < AUTOSCROLL_ZONE ? at - AUTOSCROLL_ZONE : Math.max(0, at - size + AUTOSCROLL_ZONE);
  return Math.max(-1, Math.min(1, beyond / AUTOSCROLL_ZONE));
}

export class Pointer {
  readonly #editor: Editor;
  readonly #element: HTMLElement;
  #press: Press | null = null;
  #held: Held = { free: false, alone: false, other: false };
  #touches = new Map<number, { x: number; y: number }>();

  constructor(editor: Editor, element: HTMLElement, signal: AbortSignal) {
    this.#editor = editor;
    this.#element = element;
    const on = <K extends keyof HTMLElementEventMap>(type: K, fn: (event: HTMLElementEventMap[K]) => void): void =>
      element.addEventListener(type, fn, { signal, passive: false });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", (event) => this.#lost(event));
    on("lostpointercapture", (event) => this.#lost(event));
    on("pointerleave", () => this.#leave());
    on("wheel", (event) => this.#wheel(event));
    on("dblclick", (event) => this.#doubleClick(event));
    // A key pressed or let go while the pointer rests changes the drag at once.
    for (const type of ["keydown", "keyup"] as const) {
      addEventListener(type, (event) => this.#modifier(event), { signal, capture: true });
    }
    const stop = editor.subscribe(() => this.#toolMayHaveChanged());
    signal.addEventListener("abort", stop);
  }

  /** Gives a gesture up; true when there was one. */
  cancel(): boolean {
    const was = this.#editor.gesture !== null;
    this.#press = null;
    if (was) {
      this.#editor.setGesture(null);
      this.#element.style.cursor = "";
    }
    return was;
  }

  /** Scrolls while a drag is held at an edge; called before each frame. */
  tick(): void {
    const { gesture, pointer, view, contentHeight } = this.#editor;
    if (!gesture || !pointer) return;
    const across = past(pointer.x, view.width);
    const down =
      contentHeight > view.height && pointer.y > RULER_HEIGHT ? past(pointer.y - RULER_HEIGHT, view.height) : 0;
    const top = Math.max(0, Math.min(contentHeight - view.height, view.top + down * AUTOSCROLL_PIXELS));
    // The clamp keeps some room after the last clip, which grows with what is dragged there.
    const scroll = Math.max(0, view.scroll + (across * AUTOSCROLL_PIXELS) / view.zoom);
    if (scroll === view.scroll && (down === 0 || top === view.top)) return;
    this.#editor.look(down === 0 ? { scroll } : { scroll, top });
    if (this.#press) this.#update();
  }

  /** What lies there, and the point itself, in pixels of the canvas. */
  at(event: MouseEvent): { hit: Hit; frame: number } {
    const { x, y } = this.#place(event);
    return { hit: this.#hit(x, y), frame: Math.max(0, Math.floor(xToFrame(this.#editor.view, x))) };
  }

  #place(event: MouseEvent): { x: number; y: number } {
    const box = this.#element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #hit(x: number, y: number): Hit {
    const { value, view, lanes, playhead, tool, hovered, selected } = this.#editor;
    if (!value) return { kind: "nothing" };
    if (y < RULER_HEIGHT) return hitRuler(value, view, playhead, x, y, RULER_HEIGHT);
    const gripped =
      tool === "select" ? (clip: { id: string }) => clip.id === hovered || selected.has(clip.id) : undefined;
    return hitLanes(value, lanes, view, x, y - RULER_HEIGHT, gripped);
  }

  #point(x: number, y: number): Point {
    const { view, snappingTrait } = this.#editor;
    const { free, alone, other } = this.#held;
    const snapping = snappingTrait.get() && !free;
    return { frame: xToFrame(view, x), y: y - RULER_HEIGHT + view.top, zoom: view.zoom, snapping, alone, other };
  }

  #hold(event: MouseEvent | KeyboardEvent): void {
    this.#held = { free: event.ctrlKey || event.metaKey, alone: event.altKey, other: event.shiftKey };
  }

  #modifier(event: KeyboardEvent): void {
    if (!/^(Alt|Control|Meta|Shift)$/.test(event.key)) return;
    const { gesture, tool } = this.#editor;
    if (!gesture && tool !== "blade") return;
    this.#hold(event);
    if (!gesture) this.#hoverBlade();
    else if (this.#press) this.#update();
    // Alt alone would open the browser's menu.
    if (gesture && event.key === "Alt") event.preventDefault();
  }

  #down(event: PointerEvent): void {
    const { x, y } = this.#place(event);
    if (event.pointerType === "touch") {
      this.#touches.set(event.pointerId, { x, y });
      if (this.#touches.size === 2) {
        this.cancel();
        return;
      }
    }
    if (this.#press || (event.button !== 0 && event.button !== 1)) return;
    this.#element.setPointerCapture(event.pointerId);
    event.preventDefault();
    const root = this.#element.closest<HTMLElement>("[data-timeline-root]");
    // The focus ring is for the keyboard; the next key brings it back.
    root?.setAttribute("data-by-pointer", "");
    root?.focus({ preventScroll: true });
    const editor = this.#editor;
    const hit = this.#hit(x, y);
    const place = { id: event.pointerId, x, y };
    const onLanes = y >= RULER_HEIGHT;
    if (event.button === 1 || (editor.tool === "hand" && onLanes)) {
      const { scroll, top } = editor.view;
      this.#press = { ...place, start: null, click: () => undefined, panFrom: { scroll, top } };
      this.#element.style.cursor = "grabbing";
      return;
    }
    this.#hold(event);
    const keys = { shift: event.shiftKey, toggle: event.ctrlKey || event.metaKey };
    this.#press = { ...place, ...planFor(editor, editor.tool, hit, keys, this.#point(x, y)), panFrom: null };
    editor.pointer = { x, y };
    if (this.#press.atOnce) this.#begin();
  }

  #begin(): void {
    const gesture = this.#press?.start?.() ?? null;
    if (!gesture) {
      this.#press = null;
      return;
    }
    this.#editor.setGesture(gesture);
    // A tool keeps its own cursor while it works.
    if (this.#editor.tool === "select" && gesture.cursor) this.#element.style.cursor = gesture.cursor;
    this.#update();
  }

  #update(): void {
    const { gesture, pointer } = this.#editor;
    if (!gesture || !pointer) return;
    gesture.update(this.#point(pointer.x, pointer.y));
    gesture.follow?.(this.#editor);
    this.#editor.gestureMoved();
  }

  #move(event: PointerEvent): void {
    const { x, y } = this.#place(event);
    if (event.pointerType === "touch" && this.#touches.size === 2) {
      this.#pinch(event.pointerId, x, y);
      return;
    }
    this.#hold(event);
    const press = this.#press;
    this.#editor.pointer = { x, y };
    if (!press) {
      if (event.buttons === 0) this.#hover(x, y);
      return;
    }
    if (press.panFrom) {
      const { zoom } = this.#editor.view;
      const scroll = press.panFrom.scroll - (x - press.x) / zoom;
      this.#editor.look({ scroll: Math.max(0, scroll), top: press.panFrom.top - (y - press.y) });
      return;
    }
    if (!this.#editor.gesture) {
      if (Math.hypot(x - press.x, y - press.y) < DRAG_PIXELS) return;
      this.#begin();
      return;
    }
    this.#update();
  }

  #up(event: PointerEvent): void {
    this.#touches.delete(event.pointerId);
    const press = this.#press;
    if (!press || press.id !== event.pointerId) return;
    const { gesture } = this.#editor;
    this.#press = null;
    this.#element.style.cursor = "";
    if (!gesture) {
      if (!press.panFrom) press.click();
    } else {
      this.#editor.setGesture(null);
      gesture.commit?.(this.#editor);
    }
    const { x, y } = this.#place(event);
    this.#hover(x, y);
  }

  #lost(event: PointerEvent): void {
    this.#touches.delete(event.pointerId);
    if (this.#press?.id === event.pointerId) this.cancel();
  }

  #leave(): void {
    if (this.#press) return;
    this.#editor.hovered = null;
    this.#editor.hover(null);
    this.#editor.redraw.overlay();
  }

  #hover(x: number, y: number): void {
    const editor = this.#editor;
    const hit = this.#hit(x, y);
    const hovered = "clip" in hit && editor.tool === "select" ? hit.clip.id : null;
    if (hovered !== editor.hovered) {
      editor.hovered = hovered;
      editor.redraw.overlay();
    }
    this.#element.style.cursor = cursorFor(editor.tool, hit);
    if (editor.tool === "blade") this.#hoverBlade();
  }

  /** Where the blade would cut. */
  #hoverBlade(): void {
    const { value, pointer, lanes, playhead } = this.#editor;
    if (!value || !pointer || this.#press) return;
    if (this.#blade?.value !== value) this.#blade = new BladeGesture(value, lanes, playhead);
    this.#blade.update(this.#point(pointer.x, pointer.y));
    this.#editor.hover(pointer.y < RULER_HEIGHT ? null : this.#blade.ghost());
  }
  #blade: BladeGesture | null = null;

  /** A tool taken by its key shows at once. */
  #toolMayHaveChanged(): void {
    const { tool, pointer } = this.#editor;
    if (tool === this.#tool) return;
    this.#tool = tool;
    this.#blade = null;
    if (this.#press) this.cancel();
    else if (pointer) this.#hover(pointer.x, pointer.y);
  }
  #tool: string | null = null;

  /** Two fingers: what was between them stays between them. */
  #pinch(id: number, x: number, y: number): void {
    const before = this.#touches.get(id);
    const other = [...this.#touches].find(([key]) => key !== id)?.[1];
    if (!before || !other) return;
    this.#touches.set(id, { x, y });
    const factor = Math.max(8, Math.abs(x - other.x)) / Math.max(8, Math.abs(before.x - other.x));
    this.#editor.zoomBy(factor, (x + other.x) / 2);
    this.#editor.look({ scroll: Math.max(0, this.#editor.view.scroll - (x - before.x) / 2 / this.#editor.view.zoom) });
  }

  #wheel(event: WheelEvent): void {
    const { view, contentHeight } = this.#editor;
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? view.height : 1;
    const dx = event.deltaX * unit;
    const dy = event.deltaY * unit;
    if (event.ctrlKey || event.metaKey) {
      // A pinch on a touchpad comes as small ctrl+wheel steps, a mouse wheel as steps of about 100.
      event.preventDefault();
      this.#editor.zoomBy(Math.exp(-dy * (Math.abs(dy) < 40 ? 0.01 : 0.0025)), this.#place(event).x);
      return;
    }
    const across = event.shiftKey ? dx || dy : dx;
    const down = event.shiftKey ? 0 : dy;
    const before = this.#editor.view;
    const top = contentHeight > view.height ? view.top + down : view.top;
    this.#editor.look({ scroll: view.scroll + across / view.zoom, top });
    // What the timeline cannot use scrolls the notebook.
    const after = this.#editor.view;
    if (after.scroll !== before.scroll || after.top !== before.top || across !== 0) event.preventDefault();
    if (this.#editor.gesture) this.#update();
  }

  #doubleClick(event: MouseEvent): void {
    const { x, y } = this.#place(event);
    // The first of the two clicks brought the playhead onto the marker, which it now covers.
    const marker = y < RULER_HEIGHT ? markerAt(this.#editor, x) : null;
    const hit: Hit = marker ? { kind: "marker", marker } : this.#hit(x, y);
    if (hit.kind === "marker") this.#editor.wording = hit.marker.id;
    else if (hit.kind === "clip" && hit.clip.source.type === "title") this.#editor.wording = hit.clip.id;
    else if (hit.kind === "clip") this.#editor.seek(hit.clip.startFrame);
    this.#editor.changed();
  }
}

function markerAt({ value, view }: Editor, x: number): Marker | null {
  return value?.markers.find((marker) => Math.abs(frameToX(view, marker.frame) - x) <= 7) ?? null;
}
