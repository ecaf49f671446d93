/** Tags as chips, with a field that proposes those in use. */
import { useId, useState } from "preact/hooks";
import { parseTags } from "./format.ts";
import { Icon } from "./icons.tsx";

interface TagFieldProps {
  label: string;
  value: readonly string[];
  /** What is proposed, the most frequent first. */
  known: readonly string[];
  placeholder?: string;
  autofocus?: boolean;
  onChange(tags: readonly string[]): void;
}

const PROPOSED = 8;

export function TagField({ label, value, known, placeholder, autofocus, onChange }: TagFieldProps) {
  const id = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(-1);
  const wanted = text.trim().toLowerCase();
  const proposed = known.filter((tag) => !value.includes(tag) && tag.toLowerCase().includes(wanted)).slice(0, PROPOSED);
  const add = (typed: string): void => {
    setText("");
    setAt(-1);
    const tags = [...new Set([...value, ...parseTags(typed)])];
    if (tags.length > value.length) onChange(tags);
  };
  const onKey = (event: KeyboardEvent): void => {
    const { key } = event;
    const last = proposed.length - 1;
    if (key === "ArrowDown") setAt(at >= last ? 0 : at + 1);
    else if (key === "ArrowUp") setAt(at <= 0 ? last : at - 1);
    else if ((key === "Enter" && (wanted || at >= 0)) || (key === "," && wanted)) add(proposed[at] ?? text);
    else if (key === "Backspace" && !text && value.length > 0) onChange(value.slice(0, -1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="sw-tags">
      <div class="sw-input" onFocusOut={() => text && add(text)}>
        {value.map((tag) => (
          <button
            key={tag}
            type="button"
            class="sw-chip"
            aria-label={`Remove tag ${tag}`}
            onClick={() => onChange(value.filter((other) => other !== tag))}
          >
            {tag}
            <Icon name="close" size={8} />
          </button>
        ))}
        <input
          role="combobox"
          aria-label={label}
          aria-expanded={proposed.length > 0}
          aria-controls={id}
          aria-activedescendant={at >= 0 && proposed[at] ? `${id}-${at}` : undefined}
          aria-autocomplete="list"
          autocomplete="off"
          placeholder={value.length > 0 ? "" : placeholder}
          maxLength={200}
          data-autofocus={autofocus || undefined}
          value={text}
          onInput={(event) => (setText(event.currentTarget.value), setAt(-1))}
          onKeyDown={onKey}
        />
      </div>
      <div role="listbox" id={id} aria-label="Tags in use">
        {proposed.map((tag, index) => (
          <div
            key={tag}
            id={`${id}-${index}`}
            class="sw-chip"
            role="option"
            aria-selected={index === at}
            // the field keeps the focus
            onMouseDown={(event) => (event.preventDefault(), add(tag))}
          >
            {tag}
          </div>
        ))}
      </div>
    </div>
  );
}
