/**
 * The code of one build in one page: each file is asked for once, by whichever widget needs it first, and imported once.
 *
 * Files come as text over a widget's messages, since only those reach the kernel. They import each other by blob URLs,
 * which are made in the order of their needs; what they import later goes through `load`.
 */
import type { Plan } from "./plan.ts";

/** Who can get files: a widget with a living kernel. */
export interface Source {
  /** Texts by name. Rejects when the kernel refuses or is gone. */
  fetch(names: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** False once its kernel is gone. */
  readonly alive: boolean;
}

/** Thrown in place of an error of the kernel: what, where and the next step, as views show it. */
export class LoadError extends Error {
  readonly code = "code_missing";
  readonly where: string;
  readonly hint: string;

  constructor(message: string, where: string, hint: string) {
    super(message);
    this.where = where;
    this.hint = hint;
  }
}

type Module = Record<string, unknown>;

const STATIC = /((?:from|import))"\.\/(?:chunks\/)?([\w-]+\.js)"/g;
const DYNAMIC = /import\("\.\/(?:chunks\/)?([\w-]+\.js)"\)/g;

export class Registry {
  readonly #plan: Plan;
  /** How text calls `load`. */
  readonly #self: string;
  readonly #sources = new Set<Source>();
  readonly #texts = new Map<string, Promise<string>>();
  readonly #urls = new Map<string, Promise<string>>();
  readonly #modules = new Map<string, Promise<Module>>();
  readonly #import: (url: string) => Promise<Module>;

  constructor(plan: Plan, self: string, importer: (url: string) => Promise<Module> = (url) => import(url)) {
    this.#plan = plan;
    this.#self = self;
    this.#import = importer;
  }

  add(source: Source): void {
    this.#sources.add(source);
  }

  remove(source: Source): void {
    this.#sources.delete(source);
  }

  /** The module of that file name. Rejects with a LoadError or the kernel's; asking again then tries again. */
  load(name: string): Promise<Module> {
    let module = this.#modules.get(name);
    if (!module) {
      module = this.#load(name);
      this.#modules.set(name, module);
      module.catch(() => this.#modules.delete(name));
    }
    return module;
  }

  async #load(name: string): Promise<Module> {
    const needed = this.#closure(name);
    this.#ask(needed.filter((file) => !this.#texts.has(file)));
    const url = await this.#url(name);
    const module = await this.#import(url);
    // Other files import the others by their URLs, whenever they come.
    if (!Object.values(this.#plan.files).some((needs) => needs.includes(name))) URL.revokeObjectURL(url);
    for (const file of needed) this.#texts.set(file, Promise.resolve(""));
    return module;
  }

  /** What has to be there before a file runs, the file last. */
  #closure(name: string, into: string[] = []): string[] {
    const needs = this.#plan.files[name];
    if (!needs) throw new LoadError("a part of the widget is not in its build", name, "Run the cell again.");
    for (const needed of needs) this.#closure(needed, into);
    if (!into.includes(name)) into.push(name);
    return into;
  }

  #ask(names: readonly string[]): void {
    if (names.length === 0) return;
    const all = this.#fetch(names);
    for (const name of names) {
      const text = all.then((texts) => {
        const found = texts.get(name);
        if (found === undefined) throw new LoadError("a part of the widget did not arrive", name, "Try again.");
        return found;
      });
      this.#texts.set(name, text);
      text.catch(() => this.#texts.delete(name));
    }
  }

  /** From the widget that was made last, and when it goes away meanwhile from another. */
  async #fetch(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    for (;;) {
      const source = [...this.#sources].reverse().find((one) => one.alive);
      if (!source) {
        throw new LoadError("The kernel is gone, and with it a part of the widget", "", "Run the cell again.");
      }
      try {
        return await source.fetch(names);
      } catch (error) {
        if (source.alive) throw error;
        this.#sources.delete(source);
      }
    }
  }

  #url(name: string): Promise<string> {
    let url = this.#urls.get(name);
    if (!url) {
      url = this.#makeUrl(name);
      this.#urls.set(name, url);
      url.catch(() => this.#urls.delete(name));
    }
    return url;
  }

  async #makeUrl(name: string): Promise<string> {
    const needs = this.#plan.files[name]!;
    const [text, ...urls] = await Promise.all([this.#texts.get(name)!, ...needs.map((needed) => this.#url(needed))]);
    const linked = text
      .replace(STATIC, (_, word: string, file: string) => `${word}"${urls[needs.indexOf(file)]}"`)
      .replace(DYNAMIC, (_, file: string) => `${this.#self}.load("${file}")`);
    return URL.createObjectURL(new Blob([linked], { type: "text/javascript" }));
  }
}
