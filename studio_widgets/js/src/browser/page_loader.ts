/** One page of the library at a time: the newest question wins, and the old page stays in sight until it is answered. */
import { asStudioError, type Channel, type StudioError } from "../core/channel.ts";
import type { LibraryPage, LibraryQuery } from "../core/protocol.ts";

export interface PageState {
  readonly phase: "loading" | "ready" | "error";
  /** The newest answer; while `loading` it belongs to an earlier question. */
  readonly page: LibraryPage | null;
  readonly error: StudioError | null;
}

const BURST_MS = 250;

/** Asks `library.query` and keeps the answer. `changed` is called on every change of `state`. */
export class PageLoader {
  state: PageState = { phase: "loading", page: null, error: null };
  readonly #channel: Pick<Channel, "request">;
  readonly #changed: () => void;
  #query: LibraryQuery | null = null;
  #abort: AbortController | null = null;
  #burst: ReturnType<typeof setTimeout> | undefined;

  constructor(channel: Pick<Channel, "request">, changed: () => void) {
    this.#channel = channel;
    this.#changed = changed;
  }

  /** Asks for `query`. Another tab or kind forgets the page at once; other changes leave it in sight. */
  load(query: LibraryQuery): void {
    const before = this.#query;
    this.#query = query;
    const other = before?.tab !== query.tab || before?.kind !== query.kind;
    void this.#ask(other ? null : this.state.page);
  }

  /** Asks the same again, at once. */
  retry(): void {
    if (this.#query) void this.#ask(this.state.page);
  }

  /** Something changed in the library. Import jobs end in bursts: asks once for all changes of a quarter second. */
  refresh(): void {
    if (this.#burst !== undefined) return;
    this.#burst = setTimeout(() => {
      this.#burst = undefined;
      this.retry();
    }, BURST_MS);
  }

  /** What is asked for now. */
  get query(): LibraryQuery | null {
    return this.#query;
  }

  dispose(): void {
    clearTimeout(this.#burst);
    this.#abort?.abort();
    this.#abort = null;
  }

  async #ask(shown: LibraryPage | null): Promise<void> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.#set({ phase: "loading", page: shown, error: null });
    try {
      const { body } = await this.#channel.request("library.query", this.#query!, { signal: abort.signal });
      if (this.#abort === abort) this.#set({ phase: "ready", page: body, error: null });
    } catch (caught) {
      if (this.#abort !== abort) return;
      const error = asStudioError(caught);
      // With the kernel gone the page stays to be looked at; the browser says what has happened.
      const kept = error.code === "kernel_gone" && shown !== null;
      this.#set(kept ? { phase: "ready", page: shown, error: null } : { phase: "error", page: null, error });
    }
  }

  #set(state: PageState): void {
    this.state = state;
    this.#changed();
  }
}
