/** The two canvases: the timeline itself, and what moves over it. Drawn at most once a frame, and only after a change. */
import type { Editor } from "./editor.ts";
import { paintBase, RULER_HEIGHT, type Scene } from "./paint.ts";
import { paintOverlay } from "./paint_overlay.ts";
import { readPalette, type Palette } from "./palette.ts";

const NOTHING: ReadonlySet<string> = new Set();
const NO_PUSHES: Scene["pushes"] = [];

export class Surface {
  readonly #editor: Editor;
  readonly #element: HTMLElement;
  readonly #base: HTMLCanvasElement;
  readonly #overlay: HTMLCanvasElement;
  readonly #tick: () => void;
  #palette: Palette | null = null;
  #request = 0;
  #baseDirty = true;
  #overlayDirty = true;
  #ratio = 0;

  /** `element` holds both canvases; `tick` runs before each drawn frame of a drag. */
  constructor(editor: Editor, element: HTMLElement, tick: () => void, signal: AbortSignal) {
    this.#editor = editor;
    this.#element = element;
    this.#tick = tick;
    [this.#base, this.#overlay] = [...element.querySelectorAll("canvas")] as [HTMLCanvasElement, HTMLCanvasElement];
    editor.redraw = {
      base: () => this.#invalidate(true),
      overlay: () => this.#invalidate(false),
    };
    const sizes = new ResizeObserver(() => this.#measure());
    sizes.observe(element);
    const root = element.closest(".sw-root");
    const themes = new MutationObserver(() => {
      this.#palette = null;
      this.#invalidate(true);
    });
    if (root) themes.observe(root, { attributes: true, attributeFilter: ["data-theme"] });
    signal.addEventListener("abort", () => {
      cancelAnimationFrame(this.#request);
      sizes.disconnect();
      themes.disconnect();
      editor.redraw = { base: () => undefined, overlay: () => undefined };
    });
    this.#measure();
  }

  #measure(): void {
    const { clientWidth, clientHeight } = this.#element;
    this.#editor.resize(clientWidth, Math.max(0, clientHeight - RULER_HEIGHT));
    this.#ratio = 0;
    this.#invalidate(true);
  }

  #fitPixels(): void {
    const ratio = devicePixelRatio || 1;
    if (ratio === this.#ratio) return;
    this.#ratio = ratio;
    // As measured, not as it is now: while JupyterLab changes its theme nothing on the page has a size for a moment, and
    // no observer tells when that is over.
    const { width, height } = this.#editor.view;
    for (const canvas of [this.#base, this.#overlay]) {
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round((height + RULER_HEIGHT) * ratio));
    }
    this.#baseDirty = true;
  }

  #invalidate(base: boolean): void {
    this.#baseDirty ||= base;
    this.#overlayDirty = true;
    this.#request ||= requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#request = 0;
    if (this.#editor.gesture) this.#tick();
    const editor = this.#editor;
    const { value, view } = editor;
    if (!value || view.width <= 0) return;
    this.#fitPixels();
    this.#palette ??= readPalette(this.#element);
    const palette = this.#palette;
    const shared = { value, lanes: editor.lanes, view, selected: editor.selected };
    if (this.#baseDirty) {
      const context = this.#context(this.#base);
      const scene: Scene = {
        ...shared,
        pending: editor.document.pendingClips,
        faded: editor.ghost?.faded ?? NOTHING,
        hidden: editor.ghost?.hidden ?? NOTHING,
        pushes: editor.ghost?.pushes ?? NO_PUSHES,
        cut: editor.cut,
        focused: editor.focused,
      };
      paintBase(context, scene, palette, editor.assets);
      this.#baseDirty = false;
    }
    if (this.#overlayDirty) {
      const { playhead, ghost, pointer, tool, hovered, edge, markIn, markOut } = editor;
      const marks = { from: markIn.get(), to: markOut.get() };
      const scene = { ...shared, playhead, ghost, pointer, tool, hovered, edge, marks };
      paintOverlay(this.#context(this.#overlay), scene, palette, editor.assets);
      this.#overlayDirty = false;
    }
  }

  #context(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
    // The base covers every pixel it has: it needs no blending.
    const context = canvas.getContext("2d", { alpha: canvas !== this.#base }) as CanvasRenderingContext2D;
    context.setTransform(this.#ratio, 0, 0, this.#ratio, 0, 0);
    return context;
  }
}
