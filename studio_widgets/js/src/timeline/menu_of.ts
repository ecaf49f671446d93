/** What all context menus are made with. */
import type { Action } from "../core/keymap.ts";
import type { MenuEntry } from "../core/ui/menu.tsx";
import { remove } from "./actions.ts";
import type { Editor } from "./editor.ts";

export interface MenuOf {
  readonly label: string;
  readonly entries: readonly MenuEntry[];
}

export type Entry = MenuEntry | false | null | undefined;

export const hint = (editor: Editor, action: Action): string => editor.keymap.hint(action);

export function menu(label: string, entries: readonly Entry[]): MenuOf {
  // Words stand below each other, with and without a picture.
  return { label, entries: entries.filter((entry) => !!entry).map((entry) => ({ icon: "none", ...entry })) };
}

/** Sends one edit. */
export function send(editor: Editor, op: string, args: Record<string, unknown>, said = ""): void {
  void editor.attempt(editor.document.edit(op, args), said);
}

/** Takes away what is selected. */
export function deleteEntry(editor: Editor, disabled: boolean): MenuEntry {
  const run = (): void => void remove(editor);
  return { label: "Delete", icon: "trash", hint: hint(editor, "delete"), divided: true, danger: true, disabled, run };
}
