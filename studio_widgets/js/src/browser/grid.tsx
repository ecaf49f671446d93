/** The page of tiles as a list box: click, ctrl and shift to select, arrows to walk, Enter to add to the timeline. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { MediaItem } from "../core/protocol.ts";
import { pick, pickMode, step, type PickMode, type Selection } from "./selection.ts";
import type { Thumbnails } from "./thumbnails.ts";
import { Tile } from "./tile.tsx";

interface GridProps {
  items: readonly MediaItem[];
  thumbnails: Thumbnails;
  selected: readonly string[];
  /** An older page that waits for its successor. */
  stale: boolean;
  /** Every click and Space picks one more or one less; the arrows only walk. */
  toggling?: boolean;
  onSelect(ids: readonly string[]): void;
  onAdd(items: readonly MediaItem[]): void;
  onSave?(item: MediaItem): void;
}

export function Grid({ items, thumbnails, selected, stale, toggling, onSelect, onAdd, onSave }: GridProps) {
  const ref = useRef<HTMLDivElement>(null);
  const anchor = useRef<string | null>(null);
  const [current, setCurrent] = useState(0);
  const order = items.map((item) => item.id);
  const at = Math.min(current, Math.max(0, items.length - 1));
  useEffect(() => setCurrent(0), [order[0]]);

  const focusTile = (index: number): void => ref.current?.querySelectorAll<HTMLElement>(".tile")[index]?.focus();
  const choose = (index: number, mode: PickMode): void => {
    const id = order[index];
    if (id === undefined) return;
    const before: Selection = { ids: selected.filter((other) => order.includes(other)), anchor: anchor.current };
    const next = pick(before, order, id, mode);
    anchor.current = next.anchor;
    setCurrent(index);
    onSelect(toggling ? [...new Set([...(mode === "range" ? before.ids : []), ...next.ids])] : next.ids);
    focusTile(index);
  };
  /** The selected tiles in their order on the page; without any, the one with the focus. */
  const chosen = (index: number): readonly MediaItem[] => {
    const picked = items.filter((item) => selected.includes(item.id));
    const item = items[index];
    return picked.length > 0 && (!item || picked.includes(item)) ? picked : item ? [item] : [];
  };
  const onKey = (event: KeyboardEvent): void => {
    if ((event.target as HTMLElement).closest("button")) return;
    const columns = getComputedStyle(ref.current!).gridTemplateColumns.split(" ").length;
    const next = step(event.key, at, items.length, columns);
    if (next !== null) {
      if (event.ctrlKey || event.metaKey || (toggling && !event.shiftKey)) {
        setCurrent(next);
        focusTile(next);
      } else choose(next, event.shiftKey ? "range" : "one");
    } else if (event.key === " ") choose(at, "toggle");
    else if (event.key === "Enter") onAdd(chosen(at));
    else if (event.key === "Escape" && selected.length > 0) onSelect([]);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) onSelect(order);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={ref}
      class="grid"
      role={onSave ? "grid" : "listbox"}
      aria-label="Media"
      aria-multiselectable
      aria-busy={stale}
      data-stale={stale || undefined}
      onKeyDown={onKey}
    >
      {items.map((item, index) => (
        <Tile
          key={item.id}
          item={item}
          thumbnails={thumbnails}
          selected={selected.includes(item.id)}
          current={index === at}
          onPick={(event) => choose(index, toggling && !event.shiftKey ? "toggle" : pickMode(event))}
          onOpen={() => onAdd([item])}
          onSave={onSave && (() => onSave(item))}
        />
      ))}
    </div>
  );
}
