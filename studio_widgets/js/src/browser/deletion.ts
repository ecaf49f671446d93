/** Deleting files at once, and bringing them back: with the notice's button, or Ctrl+Z. */
import type { AnyModel } from "../core/model.ts";
import type { MediaItem } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { plural } from "../core/ui/format.ts";
import { noticesOf } from "../core/ui/notices.ts";

type Place = Pick<StudioContext, "model" | "channel">;

const undoable = new WeakMap<AnyModel, (readonly string[])[]>();

function stackOf(model: AnyModel): (readonly string[])[] {
  let stack = undoable.get(model);
  if (!stack) undoable.set(model, (stack = []));
  return stack;
}

/** Deletes files; false when the kernel refused, as for those that a chapter or a project shows. */
export async function deleteFiles(place: Place, items: readonly MediaItem[]): Promise<boolean> {
  const { model, channel } = place;
  try {
    const { body } = await channel.request("library.delete", { ids: items.map(({ id }) => id) });
    stackOf(model).push(body.ids);
    const what = items.length === 1 ? `“${items[0]!.name}”` : plural(body.count, "file");
    noticesOf(model).info(`${what} deleted.`, { label: "Undo", run: () => void restore(place, body.ids) });
    return true;
  } catch (error) {
    noticesOf(model).error(error);
    return false;
  }
}

/** Takes back the deletion made last; false when there is none. */
export function undoDelete(place: Place): boolean {
  const ids = stackOf(place.model).at(-1);
  if (ids) void restore(place, ids);
  return ids !== undefined;
}

async function restore({ model, channel }: Place, ids: readonly string[]): Promise<void> {
  const stack = stackOf(model);
  const at = stack.indexOf(ids);
  if (at < 0) return; // it has been taken back already
  stack.splice(at, 1);
  try {
    const { body } = await channel.request("library.restore", { ids: [...ids] });
    noticesOf(model).info(`${plural(body.count, "file")} restored.`);
  } catch (error) {
    noticesOf(model).error(error);
  }
}
