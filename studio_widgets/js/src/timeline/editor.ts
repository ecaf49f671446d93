/** The state of one timeline view: what is shown, selected, hovered and dragged. The canvas and the controls read it. */
import { asStudioError, StudioError } from "../core/channel.ts";
import type { TimelineDocument } from "../core/document.ts";
import { Keymap } from "../core/keymap.ts";
import type { StudioContext } from "../core/shell.ts";
import { backToTimeline } from "../core/source.ts";
import { trait, type Trait } from "../core/traits.ts";
import { noticesOf } from "../core/ui/notices.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import { Assets } from "./assets.ts";
import { lanesHeight, layOut, type Lane } from "./lanes.ts";
import type { Edge } from "./limits.ts";
import { pruned } from "./selection.ts";
import type { DropMode } from "./tools/drop.ts";
import type { Gesture, Ghost } from "./tools/gesture.ts";
import { isTool, TOOLS, type Tool } from "./tools/tool.ts";
import { clamped, fitted, revealed, zoomedAt, type Viewport } from "./viewport.ts";

const HINT_MS = 5_000;

export class Editor {
  readonly context: StudioContext;
  readonly document: TimelineDocument;
  readonly assets: Assets;
  readonly playheadTrait: Trait<number>;
  readonly playing: Trait<boolean>;
  readonly snappingTrait: Trait<boolean>;
  /** Whether the inspector is shown. */
  readonly inspector: Trait<boolean>;
  /** In and out points: frames, or null. */
  readonly markIn: Trait<number | null>;
  readonly markOut: Trait<number | null>;
  readonly keymap: Keymap;
  readonly #toolTrait: Trait<string>;
  readonly #selectionTrait: Trait<string[]>;
  readonly #zoomTrait: Trait<number>;
  readonly #scrollTrait: Trait<number>;
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void)[] = [];
  #tracks: TimelineValue["tracks"] | null = null;
  #hintTimer: ReturnType<typeof setTimeout> | undefined;

  /** Set by the canvas: asks for a frame of the base picture or only of what lies over it. */
  redraw: { base(): void; overlay(): void } = { base: () => undefined, overlay: () => undefined };

  view: Viewport = { zoom: 4, scroll: 0, top: 0, width: 0, height: 0 };
  lanes: readonly Lane[] = [];
  selection: readonly string[] = [];
  selected: ReadonlySet<string> = new Set();
  anchor: string | null = null;
  /** Left clip of the selected cut. */
  cut: string | null = null;
  /** Clip that has the keyboard focus in the list of clips. */
  focused: string | null = null;
  /** The end of the selected clip that the keyboard moves; null: the clip itself. */
  edge: Edge | null = null;
  /** What a drop does where clips lie. */
  dropMode: DropMode = "overwrite";
  gesture: Gesture | null = null;
  ghost: Ghost | null = null;
  pointer: { x: number; y: number } | null = null;
  /** Clip under the pointer, whose fades can be taken. */
  hovered: string | null = null;
  /** Heights of tracks that are being dragged. */
  #heights: ReadonlyMap<string, number> | undefined;
  /** Said in the status line for a while: why something was not done. */
  hint = "";
  /** Marker or title whose words are being typed. */
  wording: string | null = null;
  /** Text for screen readers, after something happened. */
  announcement = "";
  #fitWhenReady = false;
  /** Stops watching for edits that come after one that can be undone by its notice. */
  #offered: () => void = () => undefined;

  constructor(context: StudioContext, signal: AbortSignal) {
    this.context = context;
    this.document = context.document;
    const { model } = context;
    const loaded = (): void => {
      this.redraw.base();
      this.changed();
    };
    this.assets = new Assets(context.channel, loaded, signal);
    this.playheadTrait = trait(model, "playhead", 0);
    this.playing = trait(model, "playing", false);
    this.snappingTrait = trait(model, "snapping", true);
    this.inspector = trait(model, "inspector_open", false);
    this.#toolTrait = trait<string>(model, "tool", "select");
    this.markIn = trait<number | null>(model, "mark_in", null);
    this.markOut = trait<number | null>(model, "mark_out", null);
    this.keymap = new Keymap(model);
    this.#selectionTrait = trait<string[]>(model, "selection", []);
    this.#zoomTrait = trait(model, "zoom", 0);
    this.#scrollTrait = trait(model, "scroll_frame", 0);
    const zoom = this.#zoomTrait.get();
    if (zoom > 0) this.view = { ...this.view, zoom, scroll: Math.max(0, this.#scrollTrait.get()) };
    else this.#fitWhenReady = true;
    this.#stops.push(
      this.document.subscribe(() => this.#documentChanged()),
      this.playheadTrait.subscribe((frame) => this.#playheadMoved(frame)),
      this.playing.subscribe(() => this.changed()),
      this.snappingTrait.subscribe(() => this.changed()),
      this.inspector.subscribe(() => this.changed()),
      this.#toolTrait.subscribe(() => this.#toolChanged()),
      this.markIn.subscribe(() => this.#marksChanged()),
      this.markOut.subscribe(() => this.#marksChanged()),
      this.keymap.subscribe(() => this.changed()),
      this.#selectionTrait.subscribe((ids) => this.#adoptSelection(ids)),
      this.#zoomTrait.subscribe((value) => value > 0 && value !== this.view.zoom && this.look({ zoom: value })),
      this.#scrollTrait.subscribe((scroll) => scroll !== this.view.scroll && this.look({ scroll })),
    );
    signal.addEventListener("abort", () => this.#stop());
    this.#adoptSelection(this.#selectionTrait.get());
    this.#documentChanged();
  }

  get value(): TimelineValue | null {
    return this.document.value;
  }

  get playhead(): number {
    return Math.max(0, Math.round(this.playheadTrait.get()));
  }

  get contentHeight(): number {
    return lanesHeight(this.lanes);
  }

  get tool(): Tool {
    const name = this.#toolTrait.get();
    return isTool(name) ? name : "select";
  }

  useTool(tool: Tool): void {
    if (tool !== this.tool) this.#toolTrait.set(tool);
    this.announce(`${TOOLS[tool].label} tool`);
  }

  toggleDropMode(): void {
    this.dropMode = this.dropMode === "insert" ? "overwrite" : "insert";
    this.announce(this.dropMode === "insert" ? "Drops insert" : "Drops overwrite");
  }

  /** Asks for the words of what is selected: a marker's or a clip's. */
  rename(): void {
    const [id, ...more] = this.selection;
    if (id === undefined || more.length > 0) this.show("Select one clip or marker to rename it");
    else {
      this.wording = id;
      this.changed();
    }
  }

  #toolChanged(): void {
    this.edge = null;
    this.hover(null);
    this.changed();
  }

  #marksChanged(): void {
    this.redraw.overlay();
    this.changed();
  }

  /** Told when anything the controls show has changed. */
  subscribe(fn: () => void): () => void {
    this.#listeners.add(fn);
    return () => void this.#listeners.delete(fn);
  }

  changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  // --- looking -------------------------------------------------------------------------------------------------------

  /** Changes the viewport, kept in range, and tells the traits. */
  look(change: Partial<Viewport>): void {
    // What is being dragged beyond the end takes the scroll range along.
    const dragged = (this.ghost?.clips ?? []).reduce((end, clip) => Math.max(end, clipEnd(clip)), 0);
    const total = Math.max(this.value?.totalFrames ?? 0, dragged);
    this.view = clamped({ ...this.view, ...change }, total, this.contentHeight);
    if (this.view.width > 0 && this.value) {
      this.#zoomTrait.set(this.view.zoom);
      this.#scrollTrait.set(this.view.scroll);
    }
    this.redraw.base();
    this.changed();
  }

  resize(width: number, height: number): void {
    if (width === this.view.width && height === this.view.height) return;
    this.view = { ...this.view, width, height };
    if (this.#fitWhenReady && this.value && width > 0) this.fit();
    else this.look({});
  }

  zoomBy(factor: number, x = this.view.width / 2): void {
    this.look(zoomedAt(this.view, factor, x));
  }

  fit(): void {
    this.#fitWhenReady = false;
    // An empty timeline shows its first half minute.
    const total = this.value?.totalFrames || 30 * (this.value?.rate.nominal ?? 30);
    this.look(fitted(this.view, total));
  }

  reveal(start: number, end: number): void {
    const next = revealed(this.view, start, end);
    if (next !== this.view) this.look(next);
  }

  // --- playhead and selection ----------------------------------------------------------------------------------------

  seek(frame: number): void {
    const total = this.value?.totalFrames ?? 0;
    // whoever moves about in the timeline wants to see it
    backToTimeline(this.context);
    const clean = Math.max(0, Math.min(Math.round(frame), total));
    this.playheadTrait.set(clean);
    this.redraw.overlay();
    this.changed();
  }

  select(ids: readonly string[], options: { anchor?: string | null; cut?: string | null } = {}): void {
    this.hint = "";
    this.selection = ids;
    this.selected = new Set(ids);
    this.cut = options.cut ?? null;
    this.edge = null;
    if (options.anchor !== undefined) this.anchor = options.anchor;
    this.#selectionTrait.set([...ids]);
    this.redraw.base();
    this.changed();
  }

  /** Chooses the end that the keyboard moves. */
  chooseEdge(edge: Edge | null): void {
    this.edge = edge;
    this.redraw.overlay();
    this.changed();
  }

  #adoptSelection(ids: readonly string[]): void {
    if (ids.length === this.selection.length && ids.every((id) => this.selected.has(id))) return;
    this.selection = ids;
    this.selected = new Set(ids);
    this.cut = null;
    this.edge = null;
    this.redraw.base();
    this.changed();
  }

  focus(id: string | null): void {
    this.focused = id;
    const clip = id === null ? undefined : this.value?.byId.get(id);
    if (clip) {
      const lane = this.lanes.find((item) => item.trackIndex === clip.trackIndex);
      if (lane && lane.y < this.view.top) this.look({ top: lane.y });
      else if (lane && lane.y + lane.height > this.view.top + this.view.height) {
        this.look({ top: lane.y + lane.height - this.view.height });
      }
      this.reveal(clip.startFrame, clipEnd(clip));
    }
    this.redraw.base();
    this.changed();
  }

  #playheadMoved(frame: number): void {
    // While playing the view turns the page when the playhead leaves it.
    const { view } = this;
    const x = (frame - view.scroll) * view.zoom;
    if (this.playing.get() && (x > view.width - 24 || x < 0))
      this.look({ scroll: Math.max(0, frame - 48 / view.zoom) });
    this.redraw.overlay();
    this.changed();
  }

  // --- doing ---------------------------------------------------------------------------------------------------------

  /** Waits for an edit; shows the error when it is refused. Resolves with the ids of new things, null when refused. */
  async attempt(work: Promise<unknown>, done = ""): Promise<string[] | null> {
    try {
      const result = await work;
      if (done) this.announce(done);
      const results = (Array.isArray(result) ? result : [result]) as { created?: string[] }[];
      return results.flatMap((item) => item?.created ?? []);
    } catch (error) {
      this.show(asStudioError(error));
      return null;
    }
  }

  /** Shows an error as a notice, or says in the status line why something was not done. */
  show(problem: StudioError | string): void {
    if (problem instanceof StudioError) {
      noticesOf(this.context.model).error(problem);
      return;
    }
    this.hint = problem;
    clearTimeout(this.#hintTimer);
    this.#hintTimer = setTimeout(() => this.#setHint(""), HINT_MS);
    this.changed();
  }

  #setHint(text: string): void {
    this.hint = text;
    this.changed();
  }

  announce(text: string): void {
    this.announcement = text;
    this.changed();
  }

  /** After something was taken away: says so, with a way back for as long as nothing else has happened. */
  offerUndo(message: string): void {
    const { rev } = this.document;
    const notices = noticesOf(this.context.model);
    const id = notices.info(message, {
      label: "Undo",
      run: () => void this.attempt(this.document.undo(), `Undone: ${message}`),
    });
    this.#offered();
    this.#offered = this.document.subscribe(() => {
      if (this.document.rev === rev) return;
      notices.dismiss(id);
      this.#offered();
    });
  }

  setGesture(gesture: Gesture | null): void {
    this.gesture = gesture;
    this.gestureMoved();
    this.redraw.base();
    this.changed();
  }

  /** Reads the gesture's ghost again. */
  gestureMoved(): void {
    const before = this.ghost;
    this.ghost = this.gesture?.ghost() ?? null;
    // What moves along lies on the base.
    if (before?.pushes.length || this.ghost?.pushes.length || before?.hidden.size !== this.ghost?.hidden.size) {
      this.redraw.base();
    }
    this.redraw.overlay();
  }

  /** What a tool shows under the pointer before anything is pressed. */
  hover(ghost: Ghost | null): void {
    if (this.gesture || (ghost === null && this.ghost === null)) return;
    this.ghost = ghost;
    this.redraw.overlay();
  }

  /** Draws tracks with these heights; undefined: with their own. */
  previewHeights(heights?: ReadonlyMap<string, number>): void {
    this.#heights = heights;
    if (this.value) this.lanes = layOut(this.value.tracks, heights);
    this.look({});
  }

  #documentChanged(): void {
    const { value } = this;
    if (value && value.tracks !== this.#tracks) {
      this.#tracks = value.tracks;
      this.lanes = layOut(value.tracks, this.#heights);
    }
    if (value) {
      const kept = pruned(value, this.selection);
      if (kept !== this.selection) this.select(kept);
      if (this.cut !== null && !value.byId.has(this.cut)) this.cut = null;
      if (this.#fitWhenReady && this.view.width > 0) this.fit();
    }
    this.redraw.base();
    this.redraw.overlay();
    this.changed();
  }

  #stop(): void {
    clearTimeout(this.#hintTimer);
    this.#offered();
    for (const stop of this.#stops) stop();
    this.#listeners.clear();
  }
}
