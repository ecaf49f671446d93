/** A play session: the engine streams from a frame on, the `<video>` shows it, this class says which frame is seen. */
import { asStudioError, StudioError, type Channel } from "../core/channel.ts";
import type { FragmentEvent } from "../core/protocol.ts";
import { framesToSeconds, type Rate } from "../core/timecode.ts";
import type { PlayerHub } from "./hub.ts";
import { FragmentStream } from "./stream.ts";

export type PlaybackState = "stopped" | "buffering" | "playing";

export interface PlaybackHost {
  /** `frame` is on the screen (the first call of a session: the video may be shown). */
  frame(frame: number): void;
  state(state: PlaybackState): void;
  /** The end of the timeline was reached. */
  ended(): void;
  failed(error: StudioError): void;
  /** The browser allowed playback only without sound. */
  silenced(): void;
}

const REPORT_MS = 500;

export class Playback {
  readonly #video: HTMLVideoElement;
  readonly #channel: Pick<Channel, "request" | "on">;
  readonly #hub: PlayerHub;
  readonly #host: PlaybackHost;
  readonly #abort = new AbortController();
  #stream: FragmentStream | null = null;
  #state: PlaybackState = "stopped";
  #generation = 0;
  #sequence = 0;
  #start = 0;
  #frame = 0;
  #total = 0;
  #rate: Rate;
  #report: ReturnType<typeof setInterval> | undefined;
  #callback = 0;

  constructor(
    video: HTMLVideoElement,
    channel: Pick<Channel, "request" | "on">,
    hub: PlayerHub,
    rate: Rate,
    host: PlaybackHost,
  ) {
    this.#video = video;
    this.#channel = channel;
    this.#hub = hub;
    this.#rate = rate;
    this.#host = host;
    const { signal } = this.#abort;
    const off = channel.on("player.fragment", (event, buffers) => this.#fragment(event, buffers[0]));
    signal.addEventListener("abort", off);
    video.addEventListener("waiting", () => this.#set("buffering"), { signal });
    video.addEventListener("playing", () => this.#set("playing"), { signal });
    video.addEventListener("ended", () => this.#finish(), { signal });
    video.addEventListener("error", () => this.#fail(video.error?.message || "The browser could not play."), {
      signal,
    });
  }

  get state(): PlaybackState {
    return this.#state;
  }

  /** Plays from `frame` of `total`, whatever was going on before: a seek is a new session. */
  play(frame: number, total: number, rate: Rate): void {
    const generation = (this.#generation = this.#hub.next());
    this.#sequence = 0;
    this.#start = this.#frame = frame;
    this.#total = total;
    this.#rate = rate;
    this.#state = "buffering";
    this.#host.state("buffering");
    this.#stream ??= new FragmentStream(this.#video, (message) => this.#fail(message));
    this.#stream.restart(framesToSeconds(frame, rate), framesToSeconds(total, rate));
    this.#channel.request("player.play", { generation, frame }).catch((error: unknown) => {
      if (generation === this.#generation) this.#failWith(asStudioError(error));
    });
    this.#watch(generation);
    void this.#begin(generation);
    clearInterval(this.#report);
    this.#report = setInterval(() => this.#tell(), REPORT_MS);
  }

  /** Stops where it is; the last frame stays in the video element. */
  stop(): void {
    if (this.#state === "stopped") return;
    this.#generation = 0;
    clearInterval(this.#report);
    this.#video.cancelVideoFrameCallback(this.#callback);
    this.#video.pause();
    this.#set("stopped", true);
    // a kernel that is gone has stopped as well
    this.#channel.request("player.stop", {}).catch(() => undefined);
  }

  dispose(): void {
    this.stop();
    this.#abort.abort();
    this.#stream?.dispose();
    this.#stream = null;
  }

  async #begin(generation: number): Promise<void> {
    try {
      await this.#video.play();
    } catch (error) {
      if (generation !== this.#generation) return;
      // a newer load or pause interrupted this one; only a refusal for want of a click can be helped
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      if (this.#video.muted) return this.#fail("The browser did not allow playback.");
      this.#video.muted = true;
      this.#host.silenced();
      await this.#begin(generation);
    }
  }

  #fragment(event: FragmentEvent, data: DataView | undefined): void {
    if (event.generation !== this.#generation || !this.#stream) return;
    if (event.seq > this.#sequence) {
      // a lost message leaves a hole that the video would wait at for ever
      this.play(this.#frame, this.#total, this.#rate);
      return;
    }
    if (event.seq < this.#sequence) return;
    this.#sequence += 1;
    if (data && data.byteLength > 0) this.#stream.append(event.codec, data);
    if (event.last) this.#stream.end();
  }

  #watch(generation: number): void {
    this.#video.cancelVideoFrameCallback(this.#callback);
    this.#callback = this.#video.requestVideoFrameCallback((_now, { mediaTime }) => {
      if (generation !== this.#generation) return;
      const frame = Math.round((mediaTime * this.#rate.num) / this.#rate.den);
      // a picture of the session before may still come once after a seek
      const first = this.#frame === this.#start;
      if (frame >= this.#start && (!first || frame <= this.#start + this.#rate.nominal)) {
        this.#frame = Math.min(frame, Math.max(0, this.#total - 1));
        this.#host.frame(this.#frame);
      }
      this.#watch(generation);
    });
  }

  #tell(): void {
    const frame = Math.max(this.#start, Math.floor((this.#video.currentTime * this.#rate.num) / this.#rate.den));
    this.#channel.request("player.position", { generation: this.#generation, frame }).catch(() => undefined);
    // the last fragment may reach a little past the last frame; nothing is left to see there
    if (frame >= this.#total) this.#finish();
  }

  #finish(): void {
    if (this.#state === "stopped") return;
    this.stop();
    this.#host.ended();
  }

  #fail(message: string): void {
    this.#failWith(
      new StudioError({ code: "playback_failed", message, where: "player", hint: "Press play to try again." }),
    );
  }

  #failWith(error: StudioError): void {
    const stream = this.#stream;
    const active = this.#state !== "stopped";
    this.#stream = null;
    this.stop();
    stream?.dispose();
    if (active) this.#host.failed(error);
  }

  #set(state: PlaybackState, force = false): void {
    if (this.#state === state || (this.#state === "stopped" && !force)) return;
    this.#state = state;
    this.#host.state(state);
  }
}
