/** Small forms over the timeline: a new title's text, a marker's name, and the list of keys. */
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../core/ui/controls.tsx";
import { Dialog } from "../core/ui/dialog.tsx";
import { title } from "./actions.ts";
import type { Editor } from "./editor.ts";
import { KEYS } from "./keys.ts";
import { RULER_HEIGHT } from "./paint.ts";
import { useEditor } from "./use_editor.ts";
import { frameToX } from "./viewport.ts";

interface AskProps {
  label: string;
  initial: string;
  placeholder: string;
  action: string;
  style?: Record<string, string>;
  onDone(text: string): void;
  onClose(): void;
}

/** One line of text, Enter to take it, Escape to leave. */
function Ask({ label, initial, placeholder, action, style, onDone, onClose }: AskProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const onFocusOut = (event: FocusEvent): void => {
    const inside = event.relatedTarget instanceof Node && (event.currentTarget as Node).contains(event.relatedTarget);
    if (!inside && event.relatedTarget !== null) onClose();
  };
  return (
    <form
      class="tl-ask sw-menu"
      aria-label={label}
      style={style}
      onSubmit={(event) => {
        event.preventDefault();
        const text = input.current?.value.trim() ?? "";
        if (text) onDone(text);
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") onClose();
      }}
      onFocusOut={onFocusOut}
    >
      <input
        ref={input}
        class="sw-input"
        aria-label={label}
        placeholder={placeholder}
        defaultValue={initial}
        maxLength={500}
      />
      <Button type="submit" variant="primary">
        {action}
      </Button>
    </form>
  );
}

/** Asks for the text of a new title. */
export function TitleForm({ editor, onClose }: { editor: Editor; onClose(): void }) {
  return (
    <Ask
      label="Title text"
      initial=""
      placeholder="Text of the title"
      action="Add"
      onDone={(text) => {
        onClose();
        void title(editor, text);
      }}
      onClose={onClose}
    />
  );
}

/** Asks for the name of the marker `editor.rename`, beside it. */
export function MarkerForm({ editor }: { editor: Editor }) {
  useEditor(editor, ({ rename, value }) => [rename, value]);
  const marker = editor.value?.markers.find((item) => item.id === editor.rename);
  if (!marker) return null;
  const close = (): void => {
    editor.rename = null;
    editor.changed();
  };
  const left = Math.max(8, Math.min(frameToX(editor.view, marker.frame) - 16, editor.view.width - 300));
  return (
    <Ask
      key={marker.id}
      label="Marker name"
      initial={marker.name}
      placeholder="Name of the chapter"
      action="Rename"
      style={{ left: `${left}px`, top: `${RULER_HEIGHT + 4}px` }}
      onDone={(name) => {
        close();
        if (name === marker.name) return;
        void editor.attempt(editor.document.edit("set_marker", { marker: marker.id, name }), "Marker renamed");
      }}
      onClose={close}
    />
  );
}

/** What each key does. */
export function KeysDialog({ onClose }: { onClose(): void }) {
  return (
    <Dialog title="Keys of the timeline" onClose={onClose}>
      <dl class="tl-keys">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
