/** Shows one media file or take in the player of this widget, where it has one. */
import type { StudioContext } from "../core/shell.ts";
import { trait } from "../core/traits.ts";
import { noticesOf } from "../core/ui/notices.ts";

/** Shows `id`, and plays it unless it is a still. False when there is no player here: the caller has a way of its own. */
export async function previewMedia(
  { model, channel }: Pick<StudioContext, "model" | "channel">,
  id: string,
): Promise<boolean> {
  // the trait of a player
  if (model.get("player_source") === undefined) return false;
  try {
    const { body } = await channel.request("player.source", { id });
    if (body.kind !== "image") trait(model, "playing", false).set(true);
  } catch (error) {
    noticesOf(model).error(error);
  }
  return true;
}
