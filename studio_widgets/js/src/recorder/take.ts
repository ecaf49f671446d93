/**
 * A recording from the click to the take, one per model: it goes on when the view that started it is scrolled away or
 * rendered again, and every view shows the same state.
 */
import { asStudioError, StudioError } from "../core/channel.ts";
import type { MediaItem } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { mimeTypeFor, openCapture, type Surface } from "./capture.ts";
import { Uplink } from "./uplink.ts";

/** `starting`: the browser was told to record and has not written anything yet, which takes seconds on a busy machine. */
export type Phase = "idle" | "choosing" | "countdown" | "starting" | "recording" | "saving";

export interface TakeOptions {
  surface: Surface;
  sound: boolean;
  /** Seconds between the choice and the first frame. */
  countdown: number;
  name: string;
}

export interface TakeState {
  readonly phase: Phase;
  /** Seconds left of the countdown. */
  readonly left: number;
  /** Milliseconds recorded. */
  readonly elapsed: number;
  readonly bytes: number;
  readonly unsent: number;
  readonly hasSound: boolean;
  readonly error: StudioError | null;
  /** The last take, until the next begins. */
  readonly take: MediaItem | null;
}

const SLICE_MS = 1000;
const TICK_MS = 250;
const VIDEO_BITS = 6_000_000;
const AUDIO_BITS = 128_000;
const ANSWER_MS = 20_000;
const MARK = "● ";

const IDLE: TakeState = {
  phase: "idle",
  left: 0,
  elapsed: 0,
  bytes: 0,
  unsent: 0,
  hasSound: false,
  error: null,
  take: null,
};

export class TakeRecorder {
  state: TakeState = IDLE;
  /** What was chosen last, offered again. */
  options: TakeOptions = { surface: "screen", sound: true, countdown: 3, name: "" };
  readonly #context: StudioContext;
  readonly #listeners = new Set<() => void>();
  #stream: MediaStream | null = null;
  #recorder: MediaRecorder | null = null;
  #began = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor(context: StudioContext) {
    this.#context = context;
    context.signal.addEventListener("abort", () => this.#release());
    context.channel.onClosed(() => this.#kernelGone());
  }

  /** The stream being recorded, for a small live picture. */
  get stream(): MediaStream | null {
    return this.#stream;
  }

  subscribe(fn: () => void): () => void {
    this.#listeners.add(fn);
    return () => void this.#listeners.delete(fn);
  }

  /** Call from a click: the browser's picker wants one. Resolves when the take is there or nothing came of it. */
  async record(options: TakeOptions): Promise<void> {
    if (this.state.phase !== "idle") return;
    this.options = { ...options, name: "" };
    this.#set({ ...IDLE, phase: "choosing" });
    try {
      if (!this.#context.channel.alive) {
        throw new StudioError({
          code: "kernel_gone",
          message: "The kernel is gone, so there is nowhere to record to.",
          hint: "Run the cell again.",
        });
      }
      this.#stream = await openCapture(options.surface, options.sound);
      // the browser's own "Stop sharing" bar
      this.#stream.getVideoTracks()[0]?.addEventListener("ended", () => this.stop());
      this.#set({ hasSound: this.#stream.getAudioTracks().length > 0 });
      if (!(await this.#countDown(options.countdown))) return this.#end({ phase: "idle" });
      await this.#run(this.#stream, options.name || defaultName(new Date()));
    } catch (error) {
      const { code, message, where, hint } = asStudioError(error);
      const kept = this.state.bytes > 0 ? "What was recorded until then is kept: look under Recordings." : hint;
      this.#end({ phase: "idle", error: new StudioError({ code, message, where, hint: kept }) });
    }
  }

  /** Ends the recording and saves the take; during the countdown nothing is recorded. */
  stop(): void {
    if (this.state.phase === "countdown") this.#set({ phase: "idle" });
    if (this.#recorder?.state === "recording") this.#recorder.stop();
  }

  /** The take was saved to the library: nothing more to offer. */
  forgetTake(): void {
    this.#set({ take: null });
  }

  /** False when it was stopped meanwhile. */
  async #countDown(seconds: number): Promise<boolean> {
    for (let left = seconds; left > 0; left--) {
      this.#set({ phase: "countdown", left });
      await new Promise((resolve) => setTimeout(resolve, 1000));
      if (this.state.phase !== "countdown") return false;
    }
    return this.#stream?.active ?? false;
  }

  async #run(stream: MediaStream, name: string): Promise<void> {
    const { channel } = this.#context;
    const mimeType = mimeTypeFor(stream);
    const started = await channel.request("recorder.start", { trackType: "screen", mimeType, name });
    const { recordingId } = started.body;
    const uplink = new Uplink(
      async (seq, data) => {
        const options = { buffers: [data], timeout: ANSWER_MS };
        return (await channel.request("recorder.chunk", { recordingId, seq }, options)).body.nextSeq;
      },
      () => {
        this.#set({ bytes: uplink.bytes, unsent: uplink.unsent });
        // nothing more can be kept: better to stop than to record into the void
        if (uplink.error) this.stop();
      },
    );
    await this.#capture(stream, mimeType, uplink);
    this.#set({ phase: "saving" });
    this.#release();
    const error = await uplink.drained().then(() => null, asStudioError);
    // what arrived before it gave up is still a take
    if (error && (!channel.alive || uplink.acked === 0)) throw error;
    const end = channel.request("recorder.stop", { recordingId, chunks: uplink.acked });
    if (uplink.acked === 0) {
      // the kernel refuses an empty take in its own words; ours say what to do
      await end.catch(() => undefined);
      const message = "Nothing was recorded: the browser sent no picture.";
      throw new StudioError({
        code: "nothing_recorded",
        message,
        hint: "Record again and keep what you share in sight.",
      });
    }
    const { body: take } = await end;
    this.#end({ phase: "idle", take, error });
  }

  /** Runs the MediaRecorder until it stops; every chunk is with the uplink then. */
  async #capture(stream: MediaStream, mimeType: string, uplink: Uplink): Promise<void> {
    const recorder = new MediaRecorder(stream, {
      mimeType,
      videoBitsPerSecond: VIDEO_BITS,
      audioBitsPerSecond: AUDIO_BITS,
    });
    this.#recorder = recorder;
    // reading a blob is asynchronous: the chain keeps the chunks in their order
    let chain = Promise.resolve();
    recorder.addEventListener("dataavailable", ({ data }) => {
      if (data.size > 0) chain = chain.then(async () => uplink.push(await data.arrayBuffer()));
    });
    const stopped = new Promise<void>((resolve, reject) => {
      recorder.addEventListener("stop", () => resolve());
      recorder.addEventListener("error", () => {
        reject(
          new StudioError({ code: "capture_failed", message: "The browser stopped recording.", hint: "Try again." }),
        );
      });
    });
    recorder.addEventListener("start", () => {
      this.#ticker = setInterval(() => this.#tick(), TICK_MS);
      this.#set({ phase: "recording", elapsed: performance.now() - this.#began });
    });
    this.#set({ phase: "starting" });
    recorder.start(SLICE_MS);
    // pictures count from here, although "start" comes only when the first of them is encoded
    this.#began = performance.now();
    addEventListener("beforeunload", warnBeforeLeaving);
    // sharing may have ended while the kernel opened the take
    if (!stream.active && recorder.state === "recording") recorder.stop();
    await stopped;
    await chain;
  }

  /** The page's title carries the mark: seen in the browser's tab strip from anywhere, and never in the recording. */
  #tick(): void {
    this.#set({ elapsed: performance.now() - this.#began });
    if (!document.title.startsWith(MARK)) document.title = MARK + document.title;
  }

  #kernelGone(): void {
    this.stop();
  }

  /** Lets go of the screen and of what was hung on the page. */
  #release(): void {
    clearInterval(this.#ticker);
    removeEventListener("beforeunload", warnBeforeLeaving);
    if (document.title.startsWith(MARK)) document.title = document.title.slice(MARK.length);
    if (this.#recorder?.state === "recording") this.#recorder.stop();
    this.#recorder = null;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }

  #end(change: Partial<TakeState>): void {
    this.#release();
    this.#set({ ...change, unsent: 0 });
  }

  #set(change: Partial<TakeState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}

/** `Screen recording 2026-11-22 14.05`. */
export function defaultName(now: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `Screen recording ${day} ${two(now.getHours())}.${two(now.getMinutes())}`;
}

function warnBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

const recorders = new WeakMap<StudioContext, TakeRecorder>();

/** The recorder that all views of a model share. */
export function recorderOf(context: StudioContext): TakeRecorder {
  let recorder = recorders.get(context);
  if (!recorder) recorders.set(context, (recorder = new TakeRecorder(context)));
  return recorder;
}
