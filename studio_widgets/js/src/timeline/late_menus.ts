/** The menus come when one is first opened: they name every edit there is, and most sessions begin without them. */
import { noticesOf } from "../core/ui/notices.ts";
import type { Editor } from "./editor.ts";

export type Menus = typeof import("./menus.ts");

/** Calls `use` with the menus, at once when they are there; a notice says why they cannot be had. */
export async function withMenus(editor: Editor, use: (menus: Menus) => void): Promise<void> {
  try {
    use(await import("./menus.ts"));
  } catch (error) {
    noticesOf(editor.context.model).error(error);
  }
}
