/** The trait `view_mode` of the workspace: which of its parts has the room. */
import type { AnyModel } from "./model.ts";

export const VIEW_MODES = {
  edit: { label: "Edit", icon: "edit-view", about: "library, player and timeline" },
  browse: { label: "Browse", icon: "grid", about: "the library in full" },
  review: { label: "Review", icon: "video", about: "the player in full, over the timeline" },
  focus: { label: "Focus", icon: "timeline", about: "the timeline alone" },
} as const;

export type ViewMode = keyof typeof VIEW_MODES;

export function isViewMode(name: unknown): name is ViewMode {
  return typeof name === "string" && name in VIEW_MODES;
}

/** Changes the view; a widget that has only one is left as it is. */
export function showView(model: AnyModel, mode: ViewMode): void {
  if (!isViewMode(model.get("view_mode"))) return;
  model.set("view_mode", mode);
  model.save_changes();
}
