/** Media files into a project, for those that ask without a form. */
import type { ImportedMedia, ImportMedia } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { plural } from "../core/ui/format.ts";
import { noticesOf } from "../core/ui/notices.ts";

/** Puts media on a project and says so. Rejects with a StudioError. */
export async function importMedia({ model, channel }: StudioContext, body: ImportMedia): Promise<ImportedMedia> {
  const { body: done } = await channel.request("projects.import", body);
  if (!done.repeated) {
    noticesOf(model).info(`${plural(done.created.length, "clip")} added to “${done.project}”.`);
  }
  return done;
}
