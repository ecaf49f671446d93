/**
 * The rest of the studio for the fake kernel: library, player, recorder and courses, made up in the page. Playback asks
 * `/stream` for fMP4, which only a server that makes it can answer.
 */
import { fromJson } from "../src/core/value.ts";
import { FakeKernel } from "./fake_kernel.ts";
import { FakeLibrary, type Handler, type LibraryOptions } from "./fake_library.ts";
import { fakeItems, fakePicture } from "./fake_media.ts";
import { emptyLesson, lesson, libraryAnswer } from "./material.ts";

export interface StudioOptions extends LibraryOptions {
  /** An empty project instead of the demonstration. */
  emptyTimeline?: boolean;
}

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
  readonly library: FakeLibrary;
  readonly #cancelled = new Set<string>();
  #bytes = 0;
  #generation = 0;

  constructor(options: StudioOptions = {}) {
    this.library = new FakeLibrary(options, (kind, body) => this.event(kind, body));
    const value = fromJson(options.emptyTimeline ? emptyLesson() : lesson());
    this.kernel = new FakeKernel(value, {
      delay: 20,
      other: (kind, body, sent) =>
        (this.#handlers[kind] ?? this.library.handlers[kind])?.(body, sent) ?? libraryAnswer(kind, body),
    });
    this.kernel.media = this.library.items;
  }

  /** An event of the kernel. */
  event(kind: string, body: unknown, buffers: ArrayBuffer[] = []): void {
    const views = buffers.map((buffer) => new DataView(buffer));
    this.kernel.emit("msg:custom", { v: 1, kind, body }, views);
  }

  readonly #handlers: Record<string, Handler> = {
    cancel: ({ target }) => (this.#cancelled.add(target), { body: {} }),
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
      const item = [...this.library.items, ...this.library.takes].find((one) => one.id === id);
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
    "recorder.start": () => ((this.#bytes = 0), { body: { recordingId: `take-${this.library.takes.length}` } }),
    "recorder.chunk": ({ seq }, { buffers: [data] }) => {
      this.#bytes += data?.byteLength ?? 0;
      return { body: { nextSeq: seq + 1 } };
    },
    "recorder.stop": ({ chunks }) => {
      const id = `take-${this.library.takes.length}`;
      const take = { ...fakeItems(1, true)[0]!, id, fileSize: this.#bytes, durationSeconds: chunks };
      this.library.takes = [take, ...this.library.takes];
      this.library.changed("recordings");
      return { body: take };
    },
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
