/**
 * The rest of the studio for the fake kernel: library, player, recorder and courses, made up in the page. Playback asks
 * `/stream` for fMP4, which only a server that makes it can answer.
 */
import type { LibraryQuery, MediaItem } from "../src/core/protocol.ts";
import { fromJson } from "../src/core/value.ts";
import { FakeKernel, type Answer, type Sent } from "./fake_kernel.ts";
import { fakeItems, fakePicture } from "./fake_media.ts";
import { emptyLesson, lesson, libraryAnswer } from "./material.ts";

export interface StudioOptions {
  /** What the asset browser meets. */
  library?: "full" | "empty" | "slow" | "error";
  /** An empty project instead of the demonstration. */
  emptyTimeline?: boolean;
}

type Handler = (body: any, sent: Sent) => Answer | Promise<Answer>;

const COURSES = [
  { id: "c1", title: "Intro to Python", chapters: 4 },
  { id: "c2", title: "Statistics", chapters: 1 },
];
const EXPORT_STEPS = 40;

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A kernel with a library of 70 files, three takes and two courses. */
export class FakeStudio {
  readonly kernel: FakeKernel;
  readonly #options: StudioOptions;
  readonly #cancelled = new Set<string>();
  #items: MediaItem[];
  #takes = fakeItems(3, true);
  #bytes = 0;
  #generation = 0;

  constructor(options: StudioOptions = {}) {
    this.#options = options;
    this.#items = options.library === "empty" ? [] : fakeItems(70);
    const value = fromJson(options.emptyTimeline ? emptyLesson() : lesson());
    this.kernel = new FakeKernel(value, {
      delay: 20,
      other: (kind, body, sent) => this.#handlers[kind]?.(body, sent) ?? libraryAnswer(kind, body),
    });
    this.kernel.media = this.#items;
  }

  /** An event of the kernel. */
  event(kind: string, body: unknown, buffers: ArrayBuffer[] = []): void {
    const views = buffers.map((buffer) => new DataView(buffer));
    this.kernel.emit("msg:custom", { v: 1, kind, body }, views);
  }

  readonly #handlers: Record<string, Handler> = {
    cancel: ({ target }) => (this.#cancelled.add(target), { body: {} }),
    "library.query": (query: LibraryQuery) => this.#page(query),
    "library.thumbnail": async ({ id }) => picture(await fakePicture(id, "", 320, 180)),
    "player.scrub": async ({ frame, width, height, seq }) => {
      const { value, rev } = this.kernel;
      const clip = value.clips.find((one) => one.startFrame <= frame && frame < one.startFrame + one.durationFrames);
      const shown = this.kernel.get("player_source") as { id?: string; name?: string } | undefined;
      const { id, name } = shown?.id ? shown : (clip ?? { id: "", name: "nothing" });
      this.event("player.frame", { frame, seq, rev }, [
        await fakePicture(id ?? "", `${name}  ${frame}`, width, height),
      ]);
      return { body: {} };
    },
    "player.source": ({ id }) => {
      const item = [...this.#items, ...this.#takes].find((one) => one.id === id);
      const frames = Math.ceil((item?.durationSeconds ?? 5) * 30);
      const { name = "", kind = "video" } = item ?? {};
      const body = { id: item?.id ?? "", name, kind, frames, rate: "30", width: 1920, height: 1080 };
      this.kernel.set("player_source", item ? body : {});
      return { body };
    },
    "projects.list": () => {
      const names = ["Lesson 1", "Lesson 2: loops", "Promo"];
      const tracks = ["V1", "V2", "A1"];
      const items = names.map((title, index) => ({ id: index ? title : "p", title, updatedAt: "", tracks }));
      return { body: { items, current: this.kernel.get("mode") === "send" ? "" : "p" } };
    },
    "projects.import": ({ ids, project = "", track, at }) => {
      if (at === "oops") throw Object.assign(new Error("'oops' is not a time"), { hint: 'Write "00:00:03:00"' });
      const picked = this.kernel.get("picked");
      if (picked !== undefined)
        for (const [name, value] of Object.entries({ picked: ids, track, at, done: true }))
          this.kernel.set(name, value);
      return { body: { project: project || "Lesson 1", created: ids, start: 0, end: 300 } };
    },
    "player.play": ({ generation, frame }) => (void this.#stream(generation, frame), { body: {} }),
    "player.stop": () => ((this.#generation = 0), { body: {} }),
    "recorder.start": () => ((this.#bytes = 0), { body: { recordingId: `take-${this.#takes.length}` } }),
    "recorder.chunk": ({ seq }, { buffers: [data] }) => {
      this.#bytes += data?.byteLength ?? 0;
      return { body: { nextSeq: seq + 1 } };
    },
    "recorder.stop": ({ chunks }) => {
      const id = `take-${this.#takes.length}`;
      const take = { ...fakeItems(1, true)[0]!, id, fileSize: this.#bytes, durationSeconds: chunks };
      this.#takes = [take, ...this.#takes];
      this.event("library.changed", { tab: "recordings" });
      return { body: take };
    },
    "recorder.save": ({ recordingId, name, tags }) => this.#save(recordingId, { name, tags }),
    "courses.list": () => ({ body: { items: COURSES } }),
    "export.start": async (_body, { id }) => {
      for (let done = 0; done <= EXPORT_STEPS && !this.#cancelled.has(id); done++) {
        const label = done < EXPORT_STEPS - 4 ? "Rendering segments" : "Writing the file";
        this.event("progress", { target: id, label, done, total: EXPORT_STEPS });
        await wait(100);
      }
      if (this.#cancelled.has(id)) throw Object.assign(new Error("Cancelled."), { code: "cancelled" });
      return { body: { courseId: "c1", chapterId: "x", mediaFileId: "m" } };
    },
  };

  async #page({ tab = "library", kind = "", search = "", page = 0, limit = 30 }: LibraryQuery): Promise<Answer> {
    if (this.#options.library === "slow") await wait(1e7);
    if (this.#options.library === "error") {
      throw Object.assign(new Error("the database does not answer"), {
        code: "database_error",
        where: "studio.library",
        hint: "Restart the kernel; if that does not help, run `studio-widgets doctor`.",
      });
    }
    const found = (tab === "library" ? this.#items : this.#takes).filter((item) => {
      const text = `${item.name} ${item.tags.join(" ")}`.toLowerCase();
      return (!kind || item.kind === kind) && text.includes(search.toLowerCase());
    });
    const items = found.slice(page * limit, (page + 1) * limit);
    return { body: { items, total: found.length, page, more: (page + 1) * limit < found.length } };
  }

  #save(recordingId: string, { name, tags }: { name: string; tags: string[] }): Answer {
    const take = this.#takes.find((one) => one.id === recordingId)!;
    const id = `saved-${recordingId}`;
    const media: MediaItem = { ...take, name, tags, id, sourceType: "studio_recording", expiresAt: null };
    this.#takes = this.#takes.filter((one) => one !== take);
    this.#items = [media, ...this.#items];
    for (const tab of ["library", "recordings"]) this.event("library.changed", { tab });
    return { body: media };
  }

  /** Real fMP4 from a server, in pieces as the engine sends them. */
  async #stream(generation: number, frame: number): Promise<void> {
    this.#generation = generation;
    const response = await fetch(`/stream?frame=${frame}&total=${this.kernel.value.totalFrames}`);
    if (!response.ok || !response.body) {
      const hint = "Playback is seen in JupyterLab only.";
      this.event("player.error", { code: "preview", message: "the dev page has no preview", where: "player", hint });
      return;
    }
    const reader = response.body.getReader();
    for (let seq = 0; ; seq++) {
      const { done, value } = await reader.read();
      if (generation !== this.#generation) return void reader.cancel();
      const body = { generation, seq, startFrame: frame, codec: "avc1.42c01e,mp4a.40.2", last: done };
      this.event("player.fragment", body, value ? [value.slice().buffer] : []);
      if (done) return;
    }
  }
}

function picture(jpeg: ArrayBuffer): Answer {
  return { body: { width: 320, height: 180 }, buffers: [new DataView(jpeg)] };
}
