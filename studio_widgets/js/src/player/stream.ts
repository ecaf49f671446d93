/** One Media Source kept open for all play sessions: a queue of operations on its one buffer. */

const KEEP_BEHIND = 10; // seconds of played material that stay for a short step back
const DROP_STEP = 2; // drop only when this much has piled up, removing is not free

type Operation = () => void;

/** The full MIME type of a fragment's `codec` field. */
export function mimeOf(codec: string): string {
  return codec.includes("/") ? codec : `video/mp4; codecs="${codec}"`;
}

/**
 * Feeds fMP4 fragments to a `<video>`.
 *
 * A SourceBuffer takes one operation at a time, so all of them wait in a queue; `restart` empties it. The recipe (abort,
 * timestampOffset, remove all) keeps the decoder and the element alive across seeks: a new source would cost a black
 * flash and 100 ms.
 */
export class FragmentStream {
  readonly #video: HTMLVideoElement;
  readonly #source = new MediaSource();
  readonly #url: string;
  readonly #failed: (message: string) => void;
  #buffer: SourceBuffer | null = null;
  #mime = "";
  #queue: Operation[] = [];
  #open: boolean = false;
  #removing = false;
  #offset = 0;
  #length = 0;

  constructor(video: HTMLVideoElement, failed: (message: string) => void) {
    this.#video = video;
    this.#failed = failed;
    this.#url = URL.createObjectURL(this.#source);
    this.#source.addEventListener("sourceopen", () => {
      this.#open = true;
      this.#pump();
    });
    video.src = this.#url;
  }

  /** Forgets what is buffered; what comes now begins at `offset` of `length` seconds, and the video stands there. */
  restart(offset: number, length: number): void {
    this.#queue = [];
    this.#offset = offset;
    this.#length = length;
    const buffer = this.#buffer;
    if (buffer?.updating && !this.#removing) this.#reopened(buffer, () => buffer.abort());
    this.#queue.push(() => this.#reset());
    this.#queue.push(() => this.#seek());
    this.#pump();
  }

  append(codec: string, data: DataView): void {
    this.#queue.push(() => this.#prepare(mimeOf(codec)));
    this.#queue.push(() => this.#append(data));
    const played = this.#video.currentTime - KEEP_BEHIND;
    const ranges = this.#buffer?.buffered;
    if (ranges && ranges.length > 0 && played > ranges.start(0) + DROP_STEP) {
      this.#queue.push(() => this.#remove(0, played));
    }
    this.#pump();
  }

  /** Nothing more comes: the video may end. */
  end(): void {
    this.#queue.push(() => {
      if (this.#source.readyState === "open") this.#source.endOfStream();
    });
    this.#pump();
  }

  dispose(): void {
    this.#queue = [];
    this.#open = false;
    this.#video.removeAttribute("src");
    this.#video.load();
    URL.revokeObjectURL(this.#url);
  }

  #pump = (): void => {
    while (this.#open && !this.#buffer?.updating) {
      const operation = this.#queue.shift();
      if (!operation) return;
      try {
        operation();
      } catch (error) {
        this.#queue = [];
        this.#failed(error instanceof Error ? error.message : String(error));
      }
    }
  };

  /** Asked when its turn comes: before the source was open, several pieces may have come, and the first one made it. */
  #prepare(mime: string): void {
    if (mime === this.#mime) return;
    this.#mime = mime;
    if (!MediaSource.isTypeSupported(mime)) throw new Error(`This browser cannot play ${mime}.`);
    if (this.#buffer) {
      this.#buffer.changeType(mime);
      return;
    }
    const buffer = (this.#buffer = this.#source.addSourceBuffer(mime));
    buffer.mode = "segments";
    buffer.timestampOffset = this.#offset;
    buffer.addEventListener("updateend", () => {
      this.#removing = false;
      this.#pump();
    });
    buffer.addEventListener("error", () => this.#failed("The browser could not decode the preview."));
  }

  #reset(): void {
    const buffer = this.#buffer;
    if (!buffer) return;
    this.#reopened(buffer, () => buffer.abort());
    buffer.timestampOffset = this.#offset;
    this.#remove(0, Number.POSITIVE_INFINITY);
  }

  #seek(): void {
    // the duration bounds where the video may stand; nothing is buffered now, so it may also shrink
    const duration = Math.max(this.#length, this.#offset) + 1;
    if (this.#source.readyState === "open" && this.#source.duration !== duration) this.#source.duration = duration;
    this.#video.currentTime = this.#offset;
  }

  #append(data: DataView): void {
    try {
      this.#buffer?.appendBuffer(data as DataView<ArrayBuffer>);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "QuotaExceededError") throw error;
      // full: drop all that was played and try again
      this.#queue.unshift(() => this.#append(data));
      this.#remove(0, Math.max(0.001, this.#video.currentTime - 1));
    }
  }

  #remove(from: number, to: number): void {
    if (!this.#buffer || Number.isNaN(this.#source.duration) || to <= from) return;
    this.#removing = true;
    this.#buffer.remove(from, to);
  }

  /** `abort` wants an open source, and after the end of a stream it is not: an offset opens it again. */
  #reopened(buffer: SourceBuffer, operation: () => void): void {
    if (this.#source.readyState === "ended") buffer.timestampOffset = this.#offset;
    if (this.#source.readyState === "open") operation();
  }
}
