/** Files of the build over a widget's custom messages. The room's channel begins only when its code is there. */
import type { AnyModel } from "../core/model.ts";
import { VERSION, type ErrorBody } from "../core/protocol.ts";
import { LoadError, type Source } from "./registry.ts";

interface Waiting {
  names: readonly string[];
  resolve(texts: ReadonlyMap<string, string>): void;
  reject(error: Error): void;
}

interface Reply {
  id?: string;
  ok?: boolean;
  error?: ErrorBody | null;
}

const GONE = ["The kernel is gone", "", "Run the cell again."] as const;

/** One widget as a source of files. */
export class ModelSource implements Source {
  alive = true;
  readonly #model: AnyModel;
  readonly #prefix = `code-${Math.random().toString(36).slice(2, 10)}`;
  readonly #waiting = new Map<string, Waiting>();
  #count = 0;

  constructor(model: AnyModel, signal: AbortSignal) {
    this.#model = model;
    const receive = (message: Reply, buffers?: DataView[]): void => void this.#receive(message, buffers ?? []);
    const end = (): void => this.#end();
    model.on("msg:custom", receive);
    model.on("comm:close", end);
    // fires when the kernel restarts or the connection is lost for good
    model.on("comm_live_update", end);
    signal.addEventListener("abort", () => {
      model.off("msg:custom", receive);
      model.off("comm:close", end);
      model.off("comm_live_update", end);
      this.#end();
    });
  }

  fetch(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Promise((resolve, reject) => {
      if (!this.alive) return reject(new LoadError(...GONE));
      const id = `${this.#prefix}-${++this.#count}`;
      this.#waiting.set(id, { names, resolve, reject });
      this.#send(id, names);
    });
  }

  /** Asks again for what has not come: a message is lost when a connection breaks. The first answer counts. */
  again(): void {
    for (const [id, { names }] of this.#waiting) this.#send(id, names);
  }

  #send(id: string, names: readonly string[]): void {
    this.#model.send({ v: VERSION, id, kind: "code.files", body: { names } }, undefined, []);
  }

  async #receive(message: Reply, buffers: readonly DataView[]): Promise<void> {
    const waiting = message.id === undefined ? undefined : this.#waiting.get(message.id);
    if (!waiting || message.ok === undefined) return;
    this.#waiting.delete(message.id!);
    if (!message.ok) {
      const { message: what, where, hint } = message.error ?? { message: "Refused", where: "", hint: "" };
      return waiting.reject(new LoadError(what, where ?? "", hint ?? ""));
    }
    try {
      const texts = await Promise.all(buffers.map(unpacked));
      waiting.resolve(new Map(waiting.names.flatMap((name, at) => (at < texts.length ? [[name, texts[at]!]] : []))));
    } catch {
      waiting.reject(new LoadError("a part of the widget arrived damaged", waiting.names.join(", "), "Try again."));
    }
  }

  #end(): void {
    this.alive = false;
    for (const { reject } of this.#waiting.values()) reject(new LoadError(...GONE));
    this.#waiting.clear();
  }
}

function unpacked(packed: DataView): Promise<string> {
  const bytes = new Uint8Array(packed.buffer as ArrayBuffer, packed.byteOffset, packed.byteLength);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}
