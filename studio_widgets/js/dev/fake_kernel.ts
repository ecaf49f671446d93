/** A kernel that lives in the page: answers the protocol with an in-memory timeline. For the dev page and for tests. */
import type { AnyModel } from "../src/core/model.ts";
import { predict } from "../src/core/predict.ts";
import type {
  Clip,
  EditCommand,
  ErrorBody,
  Marker,
  MediaItem,
  TimelineDelta,
  Transition,
} from "../src/core/protocol.ts";
import { fromJson, withChanges, type TimelineValue } from "../src/core/value.ts";

export interface FakeOptions {
  /** Milliseconds until an answer. */
  delay?: number;
  /** Refuses every edit. */
  refuse?: boolean;
  /** Never answers `timeline.open`, or answers it with an error. */
  open?: "never" | "error";
  /** Answers other kinds of requests; undefined means "no handler". */
  other?(kind: string, body: never, sent: Sent): Answer | Promise<Answer | undefined> | undefined;
}

/** What came with a request. */
export interface Sent {
  id: string;
  buffers: ArrayBuffer[];
}

export interface Answer {
  body: unknown;
  buffers?: DataView[];
}

interface Step {
  before: TimelineValue;
  after: TimelineValue;
  label: string;
  line: string;
}

type Listener = (...args: unknown[]) => void;

export class FakeKernel implements AnyModel {
  value: TimelineValue;
  rev = 0;
  echo: string[] = [];
  options: FakeOptions;
  /** Every request, for tests to look at. */
  readonly asked: { kind: string; body: unknown }[] = [];
  readonly #traits = new Map<string, unknown>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #undone: Step[] = [];
  #done: Step[] = [];
  #queue: Promise<void> = Promise.resolve();

  constructor(value: TimelineValue = fromJson({ tracks: [] }), options: FakeOptions = {}) {
    this.value = value;
    this.options = options;
  }

  get(name: string): unknown {
    return this.#traits.get(name);
  }
  set(name: string, value: unknown): void {
    this.#traits.set(name, value);
    this.emit(`change:${name}`);
  }
  save_changes(): void {}
  on(event: string, fn: Listener): void {
    let set = this.#listeners.get(event);
    if (!set) this.#listeners.set(event, (set = new Set()));
    set.add(fn);
  }
  off(event: string, fn: Listener): void {
    this.#listeners.get(event)?.delete(fn);
  }
  emit(event: string, ...args: unknown[]): void {
    for (const fn of [...(this.#listeners.get(event) ?? [])]) fn(...args);
  }

  send(content: unknown, _callbacks?: unknown, buffers: ArrayBuffer[] = []): void {
    const { id, kind, body } = content as { id: string; kind: string; body: never };
    this.asked.push({ kind, body });
    const answer = async (): Promise<void> => {
      // an infinite delay is a kernel that is busy
      if (this.options.delay === Infinity) return;
      await new Promise((resolve) => setTimeout(resolve, this.options.delay ?? 0));
      try {
        const found = await this.#answer(kind, body, { id, buffers });
        if (found) this.emit("msg:custom", { v: 1, id, ok: true, body: found.body }, found.buffers ?? []);
      } catch (error) {
        const { message, ...said } = error as Error & Partial<ErrorBody>;
        const problem = { code: "edit_refused", where: "", hint: "This is a fake kernel", ...said, message };
        this.emit("msg:custom", { v: 1, id, ok: false, error: problem }, []);
      }
    };
    // Edits are answered in order, as the kernel's one lane does.
    if (kind.startsWith("timeline.")) this.#queue = this.#queue.then(answer);
    else void answer();
  }

  #answer(kind: string, body: never, sent: Sent): Answer | Promise<Answer | undefined> | undefined {
    switch (kind) {
      case "timeline.open":
        if (this.options.open === "never") return undefined;
        if (this.options.open === "error") throw new Error("the project's timeline cannot be read");
        return { body: this.#head(), buffers: [view(new TextEncoder().encode(JSON.stringify(toJson(this.value))))] };
      case "timeline.edit":
        return { body: this.#edit(body) };
      case "timeline.undo":
        return { body: this.#step(this.#done, this.#undone, "before") };
      case "timeline.redo":
        return { body: this.#step(this.#undone, this.#done, "after") };
      default:
        return this.options.other?.(kind, body, sent) ?? { body: {} };
    }
  }

  #head() {
    const history = { undo: this.#done.at(-1)?.label ?? "", redo: this.#undone.at(-1)?.label ?? "" };
    return { projectId: "p", title: "Lesson 1", rev: this.rev, history, echo: this.echo };
  }

  #edit({ op, args }: EditCommand): { rev: number; created: string[] } {
    if (this.options.refuse) throw new Error(`${op} is refused here`);
    const hint = this.#hint(args);
    const guess = predict(this.value, op, args, this.rev, hint);
    if (guess.value === this.value) throw new Error(`${op} cannot be carried out`);
    const { value: after, created } = named(guess.value);
    const line = `timeline.${op}(${Object.entries(args)
      .map(([key, item]) => `${key}=${JSON.stringify(item)}`)
      .join(", ")})`;
    this.#done.push({ before: this.value, after, label: op.replace("_", " "), line });
    this.#undone = [];
    this.echo = [...this.echo, line];
    this.#become(after, [line]);
    return { rev: this.rev, created };
  }

  #hint(args: Record<string, unknown>): { name?: string; durationFrames?: number } {
    const source = args["source"] as { mediaFileId?: string; recordingId?: string } | undefined;
    const media = this.media.find((item) => item.id === (source?.mediaFileId ?? source?.recordingId));
    const durationFrames = Math.ceil((media?.durationSeconds ?? 5) * this.value.rate.fps);
    return media ? { name: media.name, durationFrames } : {};
  }

  #step(from: Step[], to: Step[], side: "before" | "after"): { rev: number; created: string[] } {
    const step = from.pop();
    if (!step) throw new Error("there is nothing to undo");
    to.push(step);
    const again = side === "after" ? [step.line] : [];
    this.echo = side === "after" ? [...this.echo, step.line] : this.echo.slice(0, -1);
    this.#become(step[side], again);
    return { rev: this.rev, created: [] };
  }

  #become(after: TimelineValue, echo: string[]): void {
    const before = this.value;
    this.value = after;
    this.rev++;
    const gone = (a: readonly { id: string }[], b: readonly { id: string }[]): string[] => {
      const kept = new Set(b.map((item) => item.id));
      return a.filter((item) => !kept.has(item.id)).map((item) => item.id);
    };
    const delta: TimelineDelta = {
      baseRev: this.rev - 1,
      rev: this.rev,
      totalFrames: after.totalFrames,
      upsert: {
        clips: after.clips.filter((clip) => before.byId.get(clip.id) !== clip),
        tracks: [...after.tracks],
        transitions: [...after.transitions],
        markers: [...after.markers],
      },
      remove: {
        clips: gone(before.clips, after.clips),
        transitions: gone(before.transitions, after.transitions),
        markers: gone(before.markers, after.markers),
      },
      history: this.#head().history,
      echo,
      echoLength: this.echo.length,
    };
    this.emit("msg:custom", { v: 1, kind: "timeline.delta", body: delta }, []);
  }

  /** The assets that `add` may name. */
  media: MediaItem[] = [];
}

let count = 0;

/** The value with real ids for the provisional ones. */
function named(value: TimelineValue): { value: TimelineValue; created: string[] } {
  const names = new Map<string, string>();
  const created: string[] = [];
  const name = (id: string, prefix: string): string => {
    if (!id.startsWith("~")) return id;
    let real = names.get(id);
    if (!real) names.set(id, (real = `${prefix}-n${++count}`));
    return real;
  };
  const clips = value.clips.map((clip): Clip => {
    if (!clip.id.startsWith("~")) return clip;
    const id = name(clip.id, "clip");
    created.push(id);
    return { ...clip, id };
  });
  const transitions = value.transitions.map((item): Transition => {
    const leftClipId = names.get(item.leftClipId) ?? item.leftClipId;
    return { ...item, id: name(item.id, "transition"), leftClipId };
  });
  const markers = value.markers.map((item): Marker => ({ ...item, id: name(item.id, "marker") }));
  return { value: withChanges(value, { clips, transitions, markers }), created };
}

function toJson(value: TimelineValue) {
  const { rateText, width, height, totalFrames, tracks, clips, transitions, markers, captions } = value;
  return {
    schemaVersion: 1,
    rate: rateText,
    width,
    height,
    totalFrames,
    tracks,
    clips,
    transitions,
    markers,
    captions,
  };
}

/** Bytes as a message carries them. */
export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
