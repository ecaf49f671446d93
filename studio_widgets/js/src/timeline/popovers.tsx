/** Small forms over the timeline: a new title's text, a marker's name. */
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../core/ui/controls.tsx";
import { title } from "./actions.ts";
import type { Editor } from "./editor.ts";
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
    const root = input.current?.closest<HTMLElement>("[data-timeline-root]");
    input.current?.focus();
    input.current?.select();
    // The keys go on working where the form was.
    return () => root?.focus({ preventScroll: true });
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

interface Wording {
  readonly frame: number;
  readonly text: string;
  readonly label: string;
  readonly placeholder: string;
  change(text: string): Promise<unknown>;
}

/** What `editor.wording` names: a marker's name or a title's text. */
function wordingOf({ value, wording: id, document: timeline }: Editor): Wording | null {
  const marker = value?.markers.find((item) => item.id === id);
  if (marker) {
    return {
      frame: marker.frame,
      text: marker.name,
      label: "Marker name",
      placeholder: "Name of the chapter",
      change: (name) => timeline.edit("set_marker", { marker: marker.id, name }),
    };
  }
  const clip = id === null ? undefined : value?.byId.get(id);
  if (!clip) return null;
  if (clip.source.type !== "title") {
    return {
      frame: clip.startFrame,
      text: clip.name,
      label: "Clip name",
      placeholder: "Name of the clip",
      change: (name) => timeline.edit("set_name", { clip: clip.id, name }),
    };
  }
  return {
    frame: clip.startFrame,
    text: clip.source.text,
    label: "Title text",
    placeholder: "Text of the title",
    change: (text) => timeline.edit("set_title", { clip: clip.id, text }),
  };
}

/** Asks for the words of a marker or a title, beside it. */
export function WordsForm({ editor }: { editor: Editor }) {
  useEditor(editor, ({ wording, value }) => [wording, value]);
  const words = wordingOf(editor);
  if (!words) return null;
  const close = (): void => {
    editor.wording = null;
    editor.changed();
  };
  const left = Math.max(8, Math.min(frameToX(editor.view, words.frame) - 16, editor.view.width - 300));
  return (
    <Ask
      key={editor.wording}
      label={words.label}
      initial={words.text}
      placeholder={words.placeholder}
      action="Change"
      style={{ left: `${left}px`, top: `${RULER_HEIGHT + 4}px` }}
      onDone={(text) => {
        close();
        if (text !== words.text) void editor.attempt(words.change(text), "Changed");
      }}
      onClose={close}
    />
  );
}
