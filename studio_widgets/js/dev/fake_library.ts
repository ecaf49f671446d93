/** The media library of the fake studio: files and takes in the page, changed and asked for as the kernel's are. */
import type { LibraryQuery, MediaDetails, MediaItem } from "../src/core/protocol.ts";
import { renamed } from "../src/browser/names.ts";
import type { Answer, Sent } from "./fake_kernel.ts";
import { fakeItems, fakePicture } from "./fake_media.ts";

export interface LibraryOptions {
  /** What the asset browser meets. */
  library?: "full" | "empty" | "slow" | "error" | "similar" | "huge";
  /** Uploads never end, so that their rows can be looked at. */
  hold?: boolean;
}

export type Handler = (body: any, sent: Sent) => Answer | Promise<Answer>;

const SORTS: Record<string, (a: MediaItem, b: MediaItem) => number> = {
  oldest: () => -1,
  name: (a, b) => a.name.localeCompare(b.name),
  name_desc: (a, b) => b.name.localeCompare(a.name),
  longest: (a, b) => (b.durationSeconds ?? 0) - (a.durationSeconds ?? 0),
  shortest: (a, b) => (a.durationSeconds ?? 0) - (b.durationSeconds ?? 0),
  largest: (a, b) => b.fileSize - a.fileSize,
  smallest: (a, b) => a.fileSize - b.fileSize,
};

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const problem = (message: string, code: string, where = "", hint = ""): Error =>
  Object.assign(new Error(message), { code, where, hint });

export class FakeLibrary {
  items: MediaItem[];
  takes = fakeItems(3, true);
  readonly #options: LibraryOptions;
  readonly #tell: (kind: string, body: unknown) => void;
  #deleted: MediaItem[] = [];
  #uploads = new Map<string, { name: string; size: number; received: number }>();

  constructor(options: LibraryOptions, tell: (kind: string, body: unknown) => void) {
    this.#options = options;
    this.#tell = tell;
    this.items = options.library === "empty" ? [] : fakeItems(70);
  }

  changed(...tabs: ("library" | "recordings")[]): void {
    for (const tab of tabs) this.#tell("library.changed", { tab });
  }

  readonly handlers: Record<string, Handler> = {
    "library.query": (query: LibraryQuery) => this.#page(query),
    "library.details": ({ ids }) => {
      const found = this.items.filter(({ id }) => ids.includes(id));
      return { body: { items: found.map((item): MediaDetails => ({ ...item, ...about(item) })) } };
    },
    "library.tags": () => {
      const counts = new Map<string, number>();
      for (const tag of this.items.flatMap(({ tags }) => tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
      const items = [...counts].map(([tag, count]) => ({ tag, count }));
      return { body: { items: items.sort((a, b) => b.count - a.count) } };
    },
    "library.tag": ({ ids, add, remove }) =>
      this.#change(ids, (item) => ({ tags: [...new Set([...item.tags.filter((t) => !remove.includes(t)), ...add])] })),
    "library.rename": ({ ids, pattern }) => this.#change(ids, ({ name }, n) => ({ name: renamed(name, pattern, n) })),
    "library.delete": ({ ids }) => {
      const gone = this.items.filter(({ id }) => ids.includes(id));
      const used = gone.filter(({ name }) => name.startsWith("Welcome"));
      if (used.length > 0) {
        const listed = used.map(({ name }) => `${name} in project 'Lesson 1'`).join("; ");
        throw problem(`still in use: ${listed}`, "library_error", "", "Remove it there first; nothing was deleted.");
      }
      this.#deleted.push(...gone);
      this.items = this.items.filter((item) => !gone.includes(item));
      this.changed("library");
      return { body: { count: gone.length, ids } };
    },
    "library.restore": ({ ids }) => {
      this.items = [...this.#deleted.filter(({ id }) => ids.includes(id)), ...this.items];
      this.changed("library");
      return { body: { count: ids.length, ids } };
    },
    "library.download": async ({ id, offset }) => {
      const { name, fileType } = this.items.find((item) => item.id === id)!;
      await wait(40);
      const body = { name, fileType, size: 9e6, offset };
      return { body, buffers: [new DataView(new ArrayBuffer(Math.min(1e6, 9e6 - offset)))] };
    },
    "library.thumbnail": async ({ id }) => {
      const jpeg = await fakePicture(id, "", 320, 180);
      return { body: { width: 320, height: 180 }, buffers: [new DataView(jpeg)] };
    },
    "library.jobs": () => ({ body: { done: 0, total: 0 } }),
    "library.cancel": () => (this.#tell("library.jobs", { done: 0, total: 0 }), { body: {} }),
    "upload.start": ({ name, size }) => {
      const uploadId = `${name}-${size}`;
      const upload = this.#uploads.get(uploadId) ?? { name, size, received: 0 };
      this.#uploads.set(uploadId, upload);
      return { body: { uploadId, nextOffset: upload.received } };
    },
    "upload.piece": async ({ uploadId, offset }, { buffers: [data] }) => {
      const upload = this.#uploads.get(uploadId)!;
      await wait(this.#options.hold && offset > upload.size / 2 ? 1e7 : 60);
      upload.received = offset + data!.byteLength;
      return { body: { uploadId, nextOffset: upload.received } };
    },
    "upload.finish": async ({ uploadId }) => {
      const { name, size } = this.#uploads.get(uploadId)!;
      this.#uploads.delete(uploadId);
      await wait(300);
      if (/\.txt$/.test(name))
        throw problem("this is not media", "bad_media", name, "Upload video, pictures or sound.");
      const media = { ...fakeItems(1)[0]!, id: uploadId, name, fileSize: size, tags: [] };
      this.items = [media, ...this.items];
      this.changed("library");
      return { body: media };
    },
    "upload.cancel": ({ uploadId }) => (this.#uploads.delete(uploadId), { body: { uploadId, nextOffset: 0 } }),
    "recorder.delete": ({ ids }) => {
      this.takes = this.takes.filter(({ id }) => !ids.includes(id));
      this.changed("recordings");
      return { body: { count: ids.length, ids } };
    },
    "recorder.save": ({ recordingId, name, tags }) => {
      const take = this.takes.find((one) => one.id === recordingId)!;
      const sourceType = "studio_recording" as const;
      const media = { ...take, name, tags, id: `saved-${recordingId}`, sourceType, expiresAt: null };
      this.takes = this.takes.filter((one) => one !== take);
      this.items = [media, ...this.items];
      this.changed("library", "recordings");
      return { body: media };
    },
  };

  #change(ids: readonly string[], change: (item: MediaItem, n: number) => Partial<MediaItem>): Answer {
    this.items = this.items.map((item) => {
      const n = ids.indexOf(item.id) + 1;
      return n > 0 ? { ...item, ...change(item, n) } : item;
    });
    this.changed("library");
    return { body: { count: ids.length, ids } };
  }

  async #page(query: LibraryQuery): Promise<Answer> {
    const { tab = "library", kind, source, tags = [], search = "", sort = "newest", page = 0, limit = 30 } = query;
    const { library } = this.#options;
    if (library === "slow") await wait(1e7);
    if (library === "error") {
      const hint = "Restart the kernel; if that does not help, run `studio-widgets doctor`.";
      throw problem("the database does not answer", "database_error", "studio.library", hint);
    }
    const matches = (item: MediaItem): boolean =>
      (!kind || item.kind === kind) &&
      (!source || item.sourceType === source) &&
      tags.every((tag) => item.tags.includes(tag)) &&
      `${item.name} ${item.tags.join(" ")}`.toLowerCase().includes(library === "similar" ? "" : search.toLowerCase());
    const found = (tab === "library" ? this.items : this.takes).filter(matches).sort(SORTS[sort] ?? (() => 0));
    const huge = library === "huge" && tab === "library";
    const items = huge
      ? fakeItems(30).map((item) => ({ ...item, id: `${page}-${item.id}` }))
      : found.slice(page * limit, (page + 1) * limit);
    const more = huge || (page + 1) * limit < found.length;
    const similar = library === "similar" && search !== "";
    return { body: { items, total: huge ? 10_000 : found.length, page, more, capped: huge, similar } };
  }
}

function about(item: MediaItem): Partial<MediaDetails> & { description: string } {
  const description =
    item.kind === "video" ? "Recorded in the small studio; the first minute is a test of the light." : "";
  if (item.kind === "image") return { description };
  const sound = { audioCodec: "aac", sampleRate: 48_000, channels: 2 };
  return item.kind === "audio"
    ? { description, ...sound }
    : { description, ...sound, rate: "30000/1001", videoCodec: "h264" };
}
