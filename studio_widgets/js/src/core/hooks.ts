/** Preact hooks over the model, the document and the channel. */
import { useEffect, useMemo, useReducer, useState } from "preact/hooks";
import type { Channel } from "./channel.ts";
import type { TimelineDocument } from "./document.ts";
import type { AnyModel } from "./model.ts";
import { trait } from "./traits.ts";

/** A trait as state: `[value, set]`. */
export function useTrait<T>(model: AnyModel, name: string, fallback: T): [T, (value: T) => void] {
  const handle = useMemo(() => trait<T>(model, name, fallback), [model, name]);
  const [value, setValue] = useState(handle.get());
  useEffect(() => {
    setValue(() => handle.get());
    return handle.subscribe((next) => setValue(() => next));
  }, [handle]);
  return [value, handle.set];
}

/** The document, rendering again after each of its changes. */
export function useDocument(document: TimelineDocument): TimelineDocument {
  const [, update] = useReducer((count: number) => count + 1, 0);
  useEffect(() => document.subscribe(() => update(undefined)), [document]);
  return document;
}

/** Whether any request has waited longer than `afterMs`. */
export function useKernelBusy(channel: Channel, afterMs = 300): boolean {
  const [busy, setBusy] = useState(false);
  useEffect(() => channel.onPending((count, oldest) => setBusy(count > 0 && oldest > afterMs)), [channel, afterMs]);
  return busy;
}

/** Whether the kernel is still there. */
export function useAlive(channel: Channel): boolean {
  const [alive, setAlive] = useState(channel.alive);
  useEffect(() => channel.onClosed(() => setAlive(false)), [channel]);
  return alive;
}
