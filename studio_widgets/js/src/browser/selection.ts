/** Which tiles are selected, and where the arrow keys lead in a grid. Pure. */

export interface Selection {
  /** Ids, in the order they were picked. */
  readonly ids: readonly string[];
  /** The tile a range starts from; null before the first pick. */
  readonly anchor: string | null;
}

export type PickMode = "one" | "toggle" | "range";

/** How a click or key press picks, by its modifiers. */
export function pickMode(event: { ctrlKey: boolean; metaKey: boolean; shiftKey: boolean }): PickMode {
  if (event.shiftKey) return "range";
  return event.ctrlKey || event.metaKey ? "toggle" : "one";
}

/** The selection after picking `id` among the shown `order`. A range replaces what was selected, as file managers do. */
export function pick(selection: Selection, order: readonly string[], id: string, mode: PickMode): Selection {
  if (mode === "toggle") {
    const has = selection.ids.includes(id);
    return { ids: has ? selection.ids.filter((other) => other !== id) : [...selection.ids, id], anchor: id };
  }
  const from = selection.anchor === null ? -1 : order.indexOf(selection.anchor);
  if (mode === "range" && from >= 0) {
    const to = order.indexOf(id);
    return { ids: order.slice(Math.min(from, to), Math.max(from, to) + 1), anchor: selection.anchor };
  }
  return { ids: [id], anchor: id };
}

/**
 * The tile an arrow key leads to from tile `index` of `count`, laid out in rows of `columns`; null when the key is not
 * one of ours. At the edges it stays.
 */
export function step(key: string, index: number, count: number, columns: number): number | null {
  const last = count - 1;
  if (count === 0) return null;
  const clamp = (next: number): number => Math.min(last, Math.max(0, next));
  switch (key) {
    case "ArrowLeft":
      return clamp(index - 1);
    case "ArrowRight":
      return clamp(index + 1);
    case "ArrowUp":
      return index - columns >= 0 ? index - columns : index;
    case "ArrowDown":
      // from the last full row into a shorter one below: its last tile
      return index + columns <= last ? index + columns : rowOf(index, columns) < rowOf(last, columns) ? last : index;
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

function rowOf(index: number, columns: number): number {
  return Math.floor(index / columns);
}
