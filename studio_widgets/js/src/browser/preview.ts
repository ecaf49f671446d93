/** Shows one file or take in the widget's player, where it has one. */
import type { StudioContext } from "../core/shell.ts";
import { noticesOf } from "../core/ui/notices.ts";

/** False when there is no player here: the caller shows it in its own way. */
export async function previewMedia(
  { model, channel }: Pick<StudioContext, "model" | "channel">,
  id: string,
): Promise<boolean> {
  // the trait of a player
  if (model.get("playing") === undefined) return false;
  try {
    await channel.request("player.source", { id });
  } catch (error) {
    noticesOf(model).error(error);
  }
  return true;
}
