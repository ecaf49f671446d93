/** The selected files: ids in a trait, which a cell may set, and their items as far as they are known. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Channel } from "../core/channel.ts";
import type { MediaItem } from "../core/protocol.ts";

/**
 * The items of `ids`, in that order. Those of pages that were not shown are asked for; ids of files that are gone are
 * dropped from the selection.
 */
export function useChosen(
  channel: Channel,
  ids: readonly string[],
  shown: readonly MediaItem[] | undefined,
  select: (ids: readonly string[]) => void,
): readonly MediaItem[] {
  const known = useRef(new Map<string, MediaItem>()).current;
  const [, update] = useState(0);
  for (const item of shown ?? []) known.set(item.id, item);
  useEffect(
    () => channel.on("library.changed", () => known.clear()), // names and tags of other pages may be old
    [channel],
  );
  const missing = shown ? ids.filter((id) => !known.has(id)) : [];
  useEffect(() => {
    if (missing.length === 0) return;
    const abort = new AbortController();
    channel.request("library.details", { ids: missing }, { signal: abort.signal }).then(
      ({ body }) => {
        for (const item of body.items) known.set(item.id, item);
        const gone = missing.filter((id) => !known.has(id));
        if (gone.length > 0) select(ids.filter((id) => !gone.includes(id)));
        else update((count) => count + 1);
      },
      () => {}, // the page's own question tells of a broken connection
    );
    return () => abort.abort();
  }, [missing.join()]);
  return ids.flatMap((id) => known.get(id) ?? []);
}
