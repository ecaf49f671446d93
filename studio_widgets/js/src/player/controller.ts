/**
 * The player of one view, without its looks: which frame is on the stage, and whether it comes from the JPEG canvas
 * (at rest) or the `<video>` (while playing).
 *
 * Two traits drive it, so that cells, the timeline and other views can too: `playing` starts and stops, `playhead` seeks.
 * While one media file is shown instead of the project, it has a playhead of its own, and the document changes nothing.
 */
import { StudioError } from "../core/channel.ts";
import type { StudioContext } from "../core/shell.ts";
import { shownSource, subjectOf, type Subject } from "../core/source.ts";
import { parseRate } from "../core/timecode.ts";
import { trait, type Trait } from "../core/traits.ts";
import { hubOf, type PlayerHub } from "./hub.ts";
import { Playback, type PlaybackState } from "./playback.ts";
import { Scrubber, type Shown } from "./scrubber.ts";

export interface PlayerState {
  /** `buffering` is also a stall in the middle. */
  readonly state: "paused" | "buffering" | "playing";
  readonly error: StudioError | null;
  /** Sound is off because the browser wants a click first. */
  readonly silenced: boolean;
}

export interface Stage {
  readonly root: HTMLElement;
  readonly video: HTMLVideoElement;
  readonly canvas: HTMLCanvasElement;
}

const SAVE_MS = 100;
const MOVING_MS = 250;
const RESTART_MS = 150;

export class PlayerController {
  state: PlayerState = { state: "paused", error: null, silenced: false };
  readonly #context: StudioContext;
  readonly #stage: Stage;
  readonly #changed: () => void;
  readonly #hub: PlayerHub;
  readonly #scrubber: Scrubber;
  readonly #playback: Playback;
  readonly #playing: Trait<boolean>;
  readonly #off: Array<() => void> = [];
  #offPlayhead: () => void = () => undefined;
  #source = "";
  #own = -1;
  #rev = -1;
  #drawing = 0;
  #moved = 0;
  #saved = 0;
  #restart: ReturnType<typeof setTimeout> | undefined;

  constructor(context: StudioContext, stage: Stage, changed: () => void) {
    const { model, channel, document } = context;
    this.#context = context;
    this.#stage = stage;
    this.#changed = changed;
    this.#hub = hubOf(model);
    this.#playing = trait<boolean>(model, "playing", false);
    this.#scrubber = new Scrubber(channel, this.#hub, (shown) => void this.#draw(shown));
    this.#playback = new Playback(stage.video, channel, this.#hub, parseRate("30"), {
      frame: (frame) => this.#played(frame),
      state: (state) => this.#playbackState(state),
      ended: () => this.#playing.set(false),
      failed: (error) => this.#failed(error),
      silenced: () => this.#set({ silenced: true }),
    });
    this.#off.push(
      document.subscribe(() => this.#documentChanged()),
      trait(model, "player_source").subscribe(() => this.#sourceChanged()),
      () => this.#offPlayhead(),
      this.#playing.subscribe((playing) => (playing ? this.#start() : this.#stop())),
      channel.on("player.error", (error) => this.#failed(new StudioError(error))),
    );
    // A saved notebook may say that it plays; nobody pressed anything on this page, so it does not.
    if (this.#playing.get() && this.#hub.playing === null) this.#playing.set(false);
    this.#source = shownSource(model)?.id ?? "";
    this.#followPlayhead();
    this.#documentChanged();
    if (this.#source) this.#scrub(false);
  }

  get total(): number {
    return this.#subject.total;
  }

  get #subject(): Subject {
    return subjectOf(this.#context);
  }

  get #playhead(): Trait<number> {
    return this.#subject.playhead;
  }

  /** Play when paused, pause when playing. */
  toggle(): void {
    if (this.#playing.get()) this.#playing.set(false);
    else this.play();
  }

  play(): void {
    if (this.total === 0 || this.#playing.get()) return;
    this.#hub.claim(this);
    this.#playing.set(true);
  }

  pause(): void {
    this.#playing.set(false);
  }

  /** Puts the playhead on `frame`, within the timeline. Seeking while playing plays on from there. */
  seek(frame: number): void {
    this.#playhead.set(Math.min(Math.max(0, Math.round(frame)), Math.max(0, this.total - 1)));
  }

  /** `frames` on or back, pausing. */
  step(frames: number): void {
    this.pause();
    this.seek(this.#playhead.get() + frames);
  }

  /** Asks for the picture again: the stage has another size, or an error is to be tried again. */
  refresh(): void {
    if (this.state.error) this.#set({ error: null });
    if (this.state.state === "paused") this.#scrub(false);
  }

  unsilence(): void {
    this.#set({ silenced: false });
  }

  dispose(): void {
    for (const off of this.#off) off();
    clearTimeout(this.#restart);
    const mine = this.#hub.playing === this;
    this.#playback.dispose();
    this.#scrubber.dispose();
    this.#hub.release(this);
    if (mine) this.#playing.set(false);
  }

  #start(): void {
    const visible = this.#stage.root.isConnected && this.#stage.root.getClientRects().length > 0;
    if (this.total === 0) this.#playing.set(false);
    if (this.total === 0 || (this.#hub.playing === null && !visible) || !this.#hub.claim(this)) return;
    this.#scrubber.forget();
    this.#set({ error: null });
    const at = this.#playhead.get();
    this.#play(at >= this.total - 1 ? 0 : Math.max(0, at));
  }

  #play(frame: number): void {
    const { total, rate } = this.#subject;
    this.#playback.play(Math.min(frame, Math.max(0, total - 1)), total, rate);
  }

  #stop(): void {
    clearTimeout(this.#restart);
    if (this.#hub.playing !== this) return;
    this.#hub.release(this);
    this.#playback.stop();
    this.#context.model.save_changes();
    this.#scrub(false);
  }

  /** A frame is on the screen: every view follows at once, the kernel ten times a second. */
  #played(frame: number): void {
    this.#own = frame;
    this.#show("video", frame);
    if (this.#source) {
      this.#playhead.set(frame);
      return;
    }
    this.#context.model.set("playhead", frame);
    const now = performance.now();
    if (now - this.#saved < SAVE_MS) return;
    this.#saved = now;
    this.#context.model.save_changes();
  }

  #playheadMoved(frame: number): void {
    if (this.#playback.state === "stopped") {
      const now = performance.now();
      const moving = now - this.#moved < MOVING_MS;
      this.#moved = now;
      this.#scrub(moving);
    } else if (frame !== this.#own) {
      this.#own = frame;
      this.#play(frame);
    }
  }

  #followPlayhead(): void {
    this.#offPlayhead();
    this.#offPlayhead = this.#playhead.subscribe((frame) => this.#playheadMoved(frame));
  }

  /** The project or another media file is shown from now on. */
  #sourceChanged(): void {
    const source = shownSource(this.#context.model)?.id ?? "";
    if (source === this.#source) return;
    this.#source = source;
    this.pause();
    this.#playback.stop();
    this.#scrubber.reset();
    this.#drawing += 1;
    this.#followPlayhead();
    this.#show("none", 0);
    this.#set({ error: null });
    // the stage has its new shape after the next rendering
    requestAnimationFrame(() => this.#scrub(false));
  }

  #documentChanged(): void {
    const { document } = this.#context;
    if (document.rev === this.#rev) return;
    this.#rev = document.rev;
    if (this.#source) {
      this.#changed();
      return;
    }
    if (this.#playback.state === "stopped") {
      this.#scrub(false);
    } else if (this.total === 0) {
      this.pause();
    } else {
      // several edits in a row (a drag, an undo of many) start one new session
      clearTimeout(this.#restart);
      this.#restart = setTimeout(() => {
        if (this.#playback.state !== "stopped") this.#play(this.#playhead.get());
      }, RESTART_MS);
    }
    this.#changed();
  }

  #scrub(moving: boolean): void {
    const { total, width: sourceWidth, playhead, rev } = this.#subject;
    if (rev < 0 || total === 0) {
      this.#scrubber.forget();
      this.#show("none", 0);
      return;
    }
    const box = this.#stage.canvas.getBoundingClientRect();
    const ratio = Math.min(2, devicePixelRatio || 1);
    if (box.width === 0) return;
    const frame = Math.min(Math.max(0, playhead.get()), total - 1);
    const limit = Math.min(1, sourceWidth / (box.width * ratio));
    const [width, height] = [box.width * ratio * limit, box.height * ratio * limit];
    this.#scrubber.want({ frame, width: Math.round(width), height: Math.round(height), rev }, moving);
  }

  /** The picture is decoded before it replaces the one in sight, so nothing flashes. */
  async #draw({ frame, data }: Shown): Promise<void> {
    const serial = ++this.#drawing;
    const bitmap = await createImageBitmap(new Blob([data as DataView<ArrayBuffer>], { type: "image/jpeg" })).catch(
      () => null,
    );
    if (!bitmap) return;
    if (serial === this.#drawing && this.#playback.state === "stopped") {
      const { canvas } = this.#stage;
      if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
        canvas.width = bitmap.width;
        canvas.height = bitmap.height;
      }
      canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
      this.#show("canvas", frame);
    }
    bitmap.close();
  }

  /** Attributes, not rendering: this runs for every frame. Tests and styles read them. */
  #show(surface: "canvas" | "video" | "none", frame: number): void {
    const { root } = this.#stage;
    root.dataset["surface"] = surface;
    root.dataset["frame"] = String(frame);
  }

  #playbackState(state: PlaybackState): void {
    this.#set({ state: state === "stopped" ? "paused" : state });
  }

  #failed(error: StudioError): void {
    this.#set({ error });
    this.#playing.set(false);
    this.#playback.stop();
  }

  #set(change: Partial<PlayerState>): void {
    this.state = { ...this.state, ...change };
    this.#stage.root.dataset["state"] = this.state.state;
    this.#changed();
  }
}
