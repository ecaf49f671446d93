/** What follows an import. In a file of its own: rooms need it that have no editor yet. */
import type { Target } from "../browser/picks.ts";
import type { ImportedMedia } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { trait } from "../core/traits.ts";

/** After an import: the new clips are selected; what went to the playhead takes it along, so that more comes after. */
export function chooseImported({ model }: StudioContext, done: ImportedMedia, { place }: Target): void {
  trait<readonly string[]>(model, "selection", []).set(done.created);
  if (place === "playhead") trait(model, "playhead", 0).set(done.end);
}
