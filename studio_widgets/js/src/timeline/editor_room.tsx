/** The timeline editor shown alone: with the picker on call, and the import that the page's address asks for. */
import { useEffect, useRef, useState } from "preact/hooks";
import { LatePicker } from "../browser/late_picker.tsx";
import type { StudioContext } from "../core/shell.ts";
import { importFromUrl } from "../workspace/url_import.ts";
import { chooseImported } from "./imported.ts";
import { TimelineEditor } from "./timeline_editor.tsx";

export function EditorRoom({ context }: { context: StudioContext }) {
  const ref = useRef<HTMLDivElement>(null);
  const [importing, setImporting] = useState(false);
  useEffect(() => void importFromUrl(context, ref.current!), [context]);
  return (
    <div class="editor-room" ref={ref}>
      <TimelineEditor context={context} onImport={() => setImporting(true)} />
      {importing && (
        <LatePicker
          context={context}
          onClose={() => setImporting(false)}
          onInserted={(done, target) => chooseImported(context, done, target)}
        />
      )}
    </div>
  );
}
