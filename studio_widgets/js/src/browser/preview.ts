/** Shows one media file or take in the player of this widget. */
import { StudioError } from "../core/channel.ts";
import type { StudioContext } from "../core/shell.ts";
import { trait } from "../core/traits.ts";

/** Whether this widget has a player. */
export function canPreview({ model }: Pick<StudioContext, "model">): boolean {
  return model.get("player_source") !== undefined;
}

/** Shows media file or take `id`, and plays it unless it is a still. Rejects with a StudioError. */
export async function previewMedia(context: Pick<StudioContext, "model" | "channel">, id: string): Promise<void> {
  if (!canPreview(context)) {
    const hint = "Preview media in the workspace: end a cell with studio.";
    throw new StudioError({ code: "no_player", message: "There is no player in this widget", where: "", hint });
  }
  const { body } = await context.channel.request("player.source", { id });
  if (body.kind !== "image") trait(context.model, "playing", false).set(true);
}
