/** Typed access to the model's traits: small state that cells may set and observe. */
import type { AnyModel } from "./model.ts";

export interface Trait<T> {
  get(): T;
  /** Writes at once for the views of this page; messages to the kernel are held to 25 a second. */
  set(value: T): void;
  subscribe(fn: (value: T) => void): () => void;
}

const SAVE_INTERVAL_MS = 40;
const savers = new WeakMap<AnyModel, () => void>();

/** One saver a model: the first change leaves at once, those that follow within 40 ms leave together. */
function saver(model: AnyModel): () => void {
  let save = savers.get(model);
  if (!save) {
    let waiting = false;
    let dirty = false;
    const flush = (): void => {
      waiting = dirty;
      if (!dirty) return;
      dirty = false;
      model.save_changes();
      setTimeout(flush, SAVE_INTERVAL_MS);
    };
    save = () => {
      dirty = true;
      if (!waiting) flush();
    };
    savers.set(model, save);
  }
  return save;
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b));
}

/** The trait `name`; `fallback` stands in on widgets that do not have it, where `set` stays in the page. */
export function trait<T>(model: AnyModel, name: string, fallback?: T): Trait<T> {
  return {
    get: () => (model.get(name) ?? fallback) as T,
    set: (value) => {
      if (same(model.get(name), value)) return;
      model.set(name, value);
      saver(model)();
    },
    subscribe: (fn) => {
      const listener = (): void => fn((model.get(name) ?? fallback) as T);
      model.on(`change:${name}`, listener);
      return () => model.off(`change:${name}`, listener);
    },
  };
}
