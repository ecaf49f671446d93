/** Renders a component again whenever the editor's visible state changes. */
import { useEffect, useReducer } from "preact/hooks";
import type { Editor } from "./editor.ts";

export function useEditor(editor: Editor): Editor {
  const [, update] = useReducer((count: number) => count + 1, 0);
  useEffect(() => editor.subscribe(() => update(undefined)), [editor]);
  return editor;
}
