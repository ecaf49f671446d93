/** The page of tiles as a list box: picked by click, keys or rubber band, dragged onto tracks, with a menu for each. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { endMediaDrag, startMediaDrag } from "../core/drag.ts";
import { draggable } from "../core/media.ts";
import type { MediaItem } from "../core/protocol.ts";
import { rubberBand } from "./band.ts";
import { pick, pickMode, step, type PickMode, type Selection } from "./selection.ts";
import type { Sprites } from "./sprites.ts";
import type { Thumbnails } from "./thumbnails.ts";
import { dragImage, Tile } from "./tile.tsx";

/** What the keys and the mouse ask for; `items` are the selected ones, or the one that has the focus. */
export interface GridActions {
  open(items: readonly MediaItem[]): void;
  page(by: 1 | -1): void;
  preview?(item: MediaItem): void;
  rename?(items: readonly MediaItem[]): void;
  remove?(items: readonly MediaItem[]): void;
  menu?(items: readonly MediaItem[], at: { x: number; y: number }): void;
  save?(item: MediaItem): void;
}

interface GridProps {
  items: readonly MediaItem[];
  thumbnails: Thumbnails;
  sprites: Sprites;
  /** The page's number. */
  page: number;
  /** Ids, of other pages too. */
  selected: readonly string[];
  /** The items of those ids, as far as they are known. */
  chosen: readonly MediaItem[];
  /** An older page that waits for its successor. */
  stale: boolean;
  /** Every click and Space picks one more or one less; the arrows only walk. */
  toggling?: boolean;
  actions: GridActions;
  onSelect(ids: readonly string[]): void;
}

export function Grid(props: GridProps) {
  const { items, page, thumbnails, sprites, selected, chosen, stale, toggling, actions, onSelect } = props;
  const ref = useRef<HTMLDivElement>(null);
  const band = useRef<HTMLDivElement>(null);
  const anchor = useRef<string | null>(null);
  const focused = useRef(false);
  const [current, setCurrent] = useState(0);
  const order = items.map((item) => item.id);
  const at = Math.min(current, Math.max(0, items.length - 1));
  const takes = actions.save !== undefined;

  const focusTile = (index: number): void => ref.current?.querySelectorAll<HTMLElement>(".tile")[index]?.focus();
  // The tile that had the focus may be gone, deleted or on another page: the one in its place has it then.
  useLayoutEffect(() => {
    const root = ref.current!.getRootNode() as ShadowRoot;
    if (focused.current && !root.activeElement) focusTile(at);
  }, [items]);
  useEffect(() => {
    setCurrent(0);
    ref.current!.parentElement!.scrollTop = 0;
  }, [page]);

  const choose = (index: number, mode: PickMode): void => {
    const id = order[index];
    if (id === undefined) return;
    const before: Selection = { ids: selected, anchor: anchor.current };
    const next = pick(before, order, id, mode);
    anchor.current = next.anchor;
    setCurrent(index);
    onSelect(toggling ? [...new Set([...(mode === "range" ? before.ids : []), ...next.ids])] : next.ids);
    focusTile(index);
  };
  /** The selected items, when `item` is one of them; else it alone. */
  const meant = (item: MediaItem): readonly MediaItem[] => (selected.includes(item.id) ? chosen : [item]);
  /** The tile an event happened on. */
  const hit = (event: Event): number => {
    const tile = (event.target as Element).closest<HTMLElement>("[data-id]");
    return tile ? order.indexOf(tile.dataset["id"]!) : -1;
  };

  const openMenu = (index: number, point: { x: number; y: number }): void => {
    const item = items[index]!;
    if (!selected.includes(item.id)) choose(index, "one");
    actions.menu?.(meant(item), point);
  };
  const onMenu = (event: MouseEvent): void => {
    const index = hit(event);
    if (index < 0 || !actions.menu) return;
    event.preventDefault();
    // The menu key has no place of its own: below the middle of the tile.
    const box = (event.target as Element).closest("[data-id]")!.getBoundingClientRect();
    const byKey = event.clientX === 0 && event.clientY === 0;
    openMenu(index, byKey ? { x: box.left + 24, y: box.top + 24 } : { x: event.clientX, y: event.clientY });
  };
  const onKey = (event: KeyboardEvent): void => {
    const item = items[at];
    if (!item || (event.target as HTMLElement).closest("button")) return;
    const ctrl = event.ctrlKey || event.metaKey;
    const { key } = event;
    const columns = getComputedStyle(ref.current!).gridTemplateColumns.split(" ").length;
    const next = step(key, at, items.length, columns);
    if (next !== null) {
      if (ctrl || (toggling && !event.shiftKey)) {
        setCurrent(next);
        focusTile(next);
      } else choose(next, event.shiftKey ? "range" : "one");
    } else if (key === " ") {
      if (ctrl || toggling) choose(at, "toggle");
      else actions.preview?.(item);
    } else if (key === "Enter") actions.open(meant(item));
    else if (key === "F2") actions.rename?.(meant(item));
    else if (key === "Delete") actions.remove?.(meant(item));
    else if (actions.menu && (key === "ContextMenu" || (key === "F10" && event.shiftKey))) {
      const box = ref.current!.querySelectorAll(".tile")[at]!.getBoundingClientRect();
      openMenu(at, { x: box.left + 24, y: box.top + 24 });
    } else if (key === "PageDown") actions.page(1);
    else if (key === "PageUp") actions.page(-1);
    else if (key === "Escape" && selected.length > 0) onSelect([]);
    else if (key === "a" && ctrl) onSelect([...new Set([...selected, ...order])]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0 || event.pointerType !== "mouse" || hit(event) >= 0) return;
    if ((event.target as Element).closest("button")) return;
    const kept = pickMode(event) === "one" && !toggling ? [] : selected;
    onSelect(kept);
    rubberBand(event, ref.current!, band.current!, (ids) => onSelect([...new Set([...kept, ...ids])]));
  };
  const onDrag = (event: DragEvent): void => {
    const item = items[hit(event)];
    if (!item) return;
    const media = meant(item);
    startMediaDrag(event, media.map(draggable));
    dragImage(event, media.length);
  };
  return (
    <div
      ref={ref}
      class="grid"
      role={takes ? "grid" : "listbox"}
      aria-label="Media"
      aria-multiselectable
      aria-busy={stale}
      data-stale={stale || undefined}
      onKeyDown={onKey}
      onPointerDown={onDown}
      onContextMenu={onMenu}
      onClick={(event) => choose(hit(event), toggling && !event.shiftKey ? "toggle" : pickMode(event))}
      onDblClick={(event) => {
        const item = items[hit(event)];
        if (item) actions.open([item]);
      }}
      onDragStart={onDrag}
      onDragEnd={endMediaDrag}
      onFocusIn={() => (focused.current = true)}
      onFocusOut={({ target }) => queueMicrotask(() => (focused.current = !(target as Element).isConnected))}
    >
      {items.map((item, index) => (
        <Tile
          key={item.id}
          item={item}
          thumbnails={thumbnails}
          sprites={sprites}
          selected={selected.includes(item.id)}
          current={index === at}
          onSave={actions.save && (() => actions.save!(item))}
        />
      ))}
      <div ref={band} class="band" role="presentation" hidden />
    </div>
  );
}
