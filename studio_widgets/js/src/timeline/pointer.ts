/** Mouse, pen and fingers on the canvas: what is pressed becomes a gesture, and a gesture an edit. */
import type { Clip, Marker } from "../core/protocol.ts";
import { moveClips, trimClip } from "./edits.ts";
import type { Editor } from "./editor.ts";
import {
  BoxGesture,
  MarkerGesture,
  MoveGesture,
  SeekGesture,
  TrimGesture,
  type Gesture,
  type Point,
} from "./gestures.ts";
import { hitLanes, hitRuler, type Hit } from "./hit.ts";
import { RULER_HEIGHT } from "./paint.ts";
import { clicked, selectedClips } from "./selection.ts";
import { frameToX, xToFrame } from "./viewport.ts";

/** Pixels the pointer may tremble before a press becomes a drag. */
const DRAG_PIXELS = 4;
const AUTOSCROLL_ZONE = 32;
const AUTOSCROLL_PIXELS = 14;

interface Press {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  /** The frame under the pointer, which scrolling must not change. */
  readonly frame: number;
  readonly hit: Hit;
  /** Makes the gesture once the pointer has moved far enough; null: nothing to drag. */
  readonly start: (() => Gesture | null) | null;
  /** A press without a drag. */
  readonly click: () => void;
  panFrom: { scroll: number; top: number } | null;
}

export class Pointer {
  readonly #editor: Editor;
  readonly #element: HTMLElement;
  #press: Press | null = null;
  #off = false;
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
    on("wheel", (event) => this.#wheel(event));
    on("dblclick", (event) => this.#doubleClick(event));
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
    const { gesture, pointer, view } = this.#editor;
    if (!gesture || !pointer || !this.#press) return;
    const past =
      pointer.x < AUTOSCROLL_ZONE ? pointer.x - AUTOSCROLL_ZONE : Math.max(0, pointer.x - view.width + AUTOSCROLL_ZONE);
    if (past === 0 || (past < 0 && view.scroll <= 0)) return;
    const speed = Math.max(-1, Math.min(1, past / AUTOSCROLL_ZONE)) * AUTOSCROLL_PIXELS;
    // The clamp keeps some room after the last clip, which grows with what is dragged there.
    this.#editor.look({ scroll: Math.max(0, view.scroll + speed / view.zoom) });
    this.#update();
  }

  #place(event: MouseEvent): { x: number; y: number } {
    const box = this.#element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #hit(x: number, y: number): Hit {
    const { value, view, lanes, playhead } = this.#editor;
    if (!value) return { kind: "nothing" };
    if (y < RULER_HEIGHT) return hitRuler(value, view, playhead, x, y, RULER_HEIGHT);
    return hitLanes(value, lanes, view, x, y - RULER_HEIGHT);
  }

  #point(x: number, y: number): Point {
    const { view, snappingTrait } = this.#editor;
    const snapping = snappingTrait.get() !== this.#off;
    return { frame: xToFrame(view, x), y: y - RULER_HEIGHT + view.top, zoom: view.zoom, snapping };
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
    const base = { id: event.pointerId, x, y, frame: xToFrame(editor.view, x), hit };
    if (event.button === 1) {
      this.#press = {
        ...base,
        start: null,
        click: () => undefined,
        panFrom: { scroll: editor.view.scroll, top: editor.view.top },
      };
      return;
    }
    this.#press = { ...base, ...this.#plan(hit, event, x, y), panFrom: null };
    editor.pointer = { x, y };
    if (hit.kind === "ruler" || hit.kind === "playhead") this.#begin();
  }

  /** What a press on `hit` will do: as a drag, and as a click. */
  #plan(hit: Hit, event: PointerEvent, x: number, y: number): Pick<Press, "start" | "click"> {
    const editor = this.#editor;
    const value = editor.value;
    const keys = { shift: event.shiftKey, toggle: event.ctrlKey || event.metaKey };
    const nothing = (): void => undefined;
    if (!value) return { start: null, click: nothing };
    switch (hit.kind) {
      case "ruler":
      case "playhead":
        return { start: () => new SeekGesture(value), click: nothing };
      case "marker":
        editor.select([hit.marker.id]);
        return {
          start: () => new MarkerGesture(value, hit.marker, editor.playhead),
          click: () => editor.seek(hit.marker.frame),
        };
      case "transition":
        return { start: null, click: () => editor.select([hit.transition.id]) };
      case "edge":
        return {
          start: () => this.#trim(hit.clip, hit.edge),
          click: () => {
            if (hit.cut && !keys.shift && !keys.toggle) editor.select([], { cut: hit.cut.id, anchor: hit.clip.id });
            else this.#select(hit.clip, keys);
          },
        };
      case "clip":
        if (keys.shift || keys.toggle || !editor.selected.has(hit.clip.id)) {
          this.#select(hit.clip, keys);
          return { start: () => this.#moveStart(hit.clip), click: nothing };
        }
        return { start: () => this.#moveStart(hit.clip), click: () => this.#select(hit.clip, keys) };
      default: {
        const kept = keys.shift || keys.toggle ? editor.selection : [];
        const from = this.#point(x, y);
        return {
          start: () => new BoxGesture(value, editor.lanes, kept, from),
          click: () => editor.select(kept),
        };
      }
    }
  }

  #select(clip: Clip, keys: { shift: boolean; toggle: boolean }): void {
    const editor = this.#editor;
    if (!editor.value) return;
    const ids = clicked(editor.value, editor.selection, editor.anchor, clip.id, keys);
    editor.select(ids, { anchor: keys.shift ? editor.anchor : clip.id });
  }

  #locked(clips: readonly Clip[]): boolean {
    const track = clips.map((clip) => this.#editor.value?.tracks[clip.trackIndex]).find((item) => item?.locked);
    if (track) this.#editor.show(`${track.id} is locked`);
    return track !== undefined;
  }

  #trim(clip: Clip, edge: "start" | "end"): Gesture | null {
    const { value, playhead } = this.#editor;
    if (!value || !this.#press || this.#locked([clip])) return null;
    this.#editor.select([clip.id], { anchor: clip.id });
    return new TrimGesture(value, clip, edge, this.#press.frame, playhead);
  }

  #moveStart(clip: Clip): Gesture | null {
    const { value, lanes, selection, playhead } = this.#editor;
    if (!value || !this.#press) return null;
    const clips = selectedClips(value, selection);
    const grabbed = clips.find((item) => item.id === clip.id);
    if (!grabbed || this.#locked(clips)) return null;
    return new MoveGesture(value, lanes, clips, grabbed, this.#press.frame, playhead);
  }

  #begin(): void {
    const gesture = this.#press?.start?.() ?? null;
    if (!gesture) {
      this.#press = null;
      return;
    }
    this.#editor.setGesture(gesture);
    this.#element.style.cursor = gesture.cursor;
    this.#update();
  }

  #update(): void {
    const { gesture, pointer } = this.#editor;
    if (!gesture || !pointer) return;
    gesture.update(this.#point(pointer.x, pointer.y));
    if (gesture instanceof SeekGesture) this.#editor.seek(gesture.frame);
    if (gesture instanceof BoxGesture) this.#editor.select(gesture.selected);
    this.#editor.gestureMoved();
  }

  #move(event: PointerEvent): void {
    const { x, y } = this.#place(event);
    if (event.pointerType === "touch" && this.#touches.size === 2) {
      this.#pinch(event.pointerId, x, y);
      return;
    }
    this.#off = event.altKey;
    const press = this.#press;
    if (!press) {
      this.#hover(x, y);
      return;
    }
    this.#editor.pointer = { x, y };
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
      return;
    }
    this.#editor.setGesture(null);
    this.#commit(gesture);
  }

  #commit(gesture: Gesture): void {
    const editor = this.#editor;
    const { document } = editor;
    if (gesture instanceof MoveGesture) {
      if (gesture.refusal) editor.show(`Not moved: ${gesture.refusal}`);
      else if (gesture.moved.some((clip, index) => differs(clip, gesture.clips[index]))) {
        void editor.attempt(moveClips(document, gesture.clips, gesture.moved));
      }
    } else if (gesture instanceof TrimGesture) {
      if (gesture.offset !== 0) void editor.attempt(trimClip(document, gesture.clip, gesture.edge, gesture.offset));
    } else if (gesture instanceof MarkerGesture) {
      if (gesture.refusal) editor.show(`Not moved: ${gesture.refusal}`);
      else if (gesture.frame !== gesture.marker.frame) {
        void editor.attempt(document.edit("move_marker", { marker: gesture.marker.id, to: gesture.frame }));
      }
    }
  }

  #lost(event: PointerEvent): void {
    this.#touches.delete(event.pointerId);
    if (this.#press?.id === event.pointerId) this.cancel();
  }

  #hover(x: number, y: number): void {
    const hit = this.#hit(x, y);
    const locked = "lane" in hit && hit.lane.track.locked === true;
    this.#element.style.cursor = locked ? "not-allowed" : CURSORS[hit.kind];
  }

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

const CURSORS: Record<Hit["kind"], string> = {
  ruler: "pointer",
  playhead: "ew-resize",
  marker: "pointer",
  clip: "grab",
  edge: "ew-resize",
  transition: "pointer",
  lane: "default",
  nothing: "default",
};

function markerAt({ value, view }: Editor, x: number): Marker | null {
  return value?.markers.find((marker) => Math.abs(frameToX(view, marker.frame) - x) <= 7) ?? null;
}

function differs(a: Clip, b: Clip | undefined): boolean {
  return a.startFrame !== b?.startFrame || a.trackIndex !== b.trackIndex;
}
