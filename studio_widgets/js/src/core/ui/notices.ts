/** Messages to the user that are not tied to one control. One list per model, shown by each of its views. */
import { asStudioError } from "../channel.ts";
import type { AnyModel } from "../model.ts";

export interface NoticeAction {
  readonly label: string;
  run(): void;
}

export interface Notice {
  readonly id: number;
  readonly kind: "error" | "info";
  readonly message: string;
  readonly where: string;
  readonly hint: string;
  /** A button on it, such as "Undo". */
  readonly action?: NoticeAction;
}

const INFO_MS = 5000;
/** One with a button stays long enough to reach for it. */
const ACTION_MS = 10_000;
const MOST = 3;

export class Notices {
  #list: readonly Notice[] = [];
  #count = 0;
  readonly #listeners = new Set<() => void>();
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  get list(): readonly Notice[] {
    return this.#list;
  }

  subscribe(fn: () => void): () => void {
    this.#listeners.add(fn);
    return () => void this.#listeners.delete(fn);
  }

  /** What went wrong, where, and the next step; stays until dismissed. Cancelled work is no error. */
  error(error: unknown): void {
    const { code, message, where, hint } = asStudioError(error);
    if (code !== "cancelled" && code !== "closed") this.#add({ kind: "error", message, where, hint });
  }

  /** A confirmation; goes by itself. Its id, for dismissing it earlier. */
  info(message: string, action?: NoticeAction): number {
    const id = this.#add({ kind: "info", message, where: "", hint: "", action });
    this.release(id);
    return id;
  }

  /** Somebody reads it: it stays. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
  }

  /** It goes after its time; errors stay until they are dismissed. */
  release(id: number): void {
    const notice = this.#list.find((one) => one.id === id);
    if (notice?.kind !== "info") return;
    this.hold(id);
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), notice.action ? ACTION_MS : INFO_MS),
    );
  }

  dismiss(id: number): void {
    this.hold(id);
    this.#timers.delete(id);
    const kept = this.#list.filter((notice) => notice.id !== id);
    if (kept.length !== this.#list.length) this.#set(kept);
  }

  #add(notice: Omit<Notice, "id">): number {
    const id = ++this.#count;
    // the same message again replaces the older one: a kernel that is gone says so once
    const others = this.#list.filter((other) => other.message !== notice.message || other.where !== notice.where);
    this.#set([...others, { ...notice, id }].slice(-MOST));
    return id;
  }

  #set(list: readonly Notice[]): void {
    this.#list = list;
    for (const listener of [...this.#listeners]) listener();
  }
}

const all = new WeakMap<AnyModel, Notices>();

/** The notices of `model`. */
export function noticesOf(model: AnyModel): Notices {
  let notices = all.get(model);
  if (!notices) all.set(model, (notices = new Notices()));
  return notices;
}
