/** Renders a component again when the part of the editor's state that it shows has changed. */
import { useEffect, useReducer } from "preact/hooks";
import type { Editor } from "./editor.ts";

/** `part` lists what the component shows; scrolling sixty times a second must not render what does not scroll. */
export function useEditor(editor: Editor, part: (editor: Editor) => readonly unknown[]): Editor {
  const [, update] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let before: readonly unknown[] = [];
    const follow = (): void => {
      const now = part(editor);
      if (now.length === before.length && now.every((item, index) => item === before[index])) return;
      before = now;
      update(undefined);
    };
    const stop = editor.subscribe(follow);
    // What changed between the first render and this effect.
    follow();
    return stop;
  }, [editor]);
  return editor;
}
