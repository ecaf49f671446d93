/** One property: its label, which is dragged to change a number, and its field. Each change is one edit. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Rate } from "../core/timecode.ts";
import type { Cell, Kind } from "./properties.ts";
import { read, shown, stepped } from "./typed.ts";

export interface FieldProps {
  readonly label: string;
  readonly kind: Kind;
  /** null: the clips differ. */
  readonly value: Cell | null;
  readonly usual: Cell | undefined;
  readonly rate: Rate;
  /** Why nothing can be changed; "" when it can. */
  readonly locked: string;
  /** Makes the edit; resolves with why it was refused, "" when it was done. */
  change(to: Cell): Promise<string>;
  undo(): void;
  /** Controls beside the field. */
  children?: ComponentChildren;
}

const PIXELS_A_STEP = 3;

/** Shift goes ten times as far, Alt a tenth. */
const stride = (event: { shiftKey: boolean; altKey: boolean }): number =>
  event.shiftKey ? 10 : event.altKey ? 0.1 : 1;

/** Follows the pointer from the label on; the value goes along, and Escape gives it up. */
function useScrub(props: FieldProps, preview: (to: Cell | null) => void, commit: (to: Cell) => void) {
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => () => stop.current?.(), []);
  return (event: PointerEvent): void => {
    const { kind, value, locked } = props;
    if (locked || event.button !== 0 || typeof value !== "number") return;
    event.preventDefault();
    const label = event.currentTarget as HTMLElement;
    label.setPointerCapture(event.pointerId);
    const controller = new AbortController();
    const { signal } = controller;
    let to: Cell = value;
    let steps = 0;
    const end = (): void => {
      controller.abort();
      stop.current = null;
      label.removeAttribute("data-held");
    };
    stop.current = end;
    label.setAttribute("data-held", "");
    const move = (moved: PointerEvent): void => {
      steps += (moved.movementX / PIXELS_A_STEP) * stride(moved);
      to = stepped(kind, value, kind.type === "time" ? Math.round(steps) : steps);
      preview(to);
    };
    const up = (): void => {
      end();
      if (to === value) preview(null);
      else commit(to);
    };
    const cancel = (): void => {
      end();
      preview(null);
    };
    label.addEventListener("pointermove", move, { signal });
    label.addEventListener("pointerup", up, { signal });
    label.addEventListener("pointercancel", cancel, { signal });
    // before the timeline's own Escape
    const key = (pressed: KeyboardEvent): void => {
      if (pressed.key !== "Escape") return;
      pressed.preventDefault();
      pressed.stopPropagation();
      cancel();
    };
    window.addEventListener("keydown", key, { signal, capture: true });
  };
}

/** A number, a time, a text or a colour. */
export function TypedField(props: FieldProps) {
  const { label, kind, value, usual, rate, locked, change, undo, children } = props;
  const id = useId();
  const input = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState<string | null>(null);
  const [problem, setProblem] = useState("");
  const held = useRef(false);
  const steps = kind.type === "number" || kind.type === "time";

  const commit = async (to: Cell): Promise<void> => {
    held.current = false;
    setProblem("");
    if (to !== value) setProblem(await change(to));
    setDraft(null);
  };
  const preview = (to: Cell | null): void => setDraft(to === null ? null : shown(kind, to, rate));
  const scrub = useScrub(props, preview, (to) => void commit(to));

  const take = (): void => {
    if (draft === null) return;
    const found = read(kind, draft, value, rate);
    if (found.value === null) {
      setProblem(found.problem);
      setDraft(null);
    } else void commit(found.value);
  };
  const step = (event: KeyboardEvent, by: number): void => {
    event.preventDefault();
    const now = draft === null ? value : read(kind, draft, value, rate).value;
    if (typeof now !== "number" || locked) return;
    held.current = true;
    preview(stepped(kind, now, by * (kind.type === "time" && event.altKey ? 1 : stride(event))));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { key } = event;
    if (key === "Tab") return;
    event.stopPropagation();
    if (steps && (key === "ArrowUp" || key === "ArrowDown")) step(event, key === "ArrowUp" ? 1 : -1);
    else if (key === "Enter" && (kind.type !== "lines" || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      take();
      input.current?.select();
    } else if (key === "Escape") {
      event.preventDefault();
      if (draft === null) input.current?.closest<HTMLElement>("[data-timeline-root]")?.focus();
      setDraft(null);
      setProblem("");
    } else if (key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && draft === null) {
      event.preventDefault();
      undo();
    }
  };
  const common = {
    id,
    ref: input,
    class: "sw-input in-input",
    value: draft ?? shown(kind, value, rate),
    placeholder: value === null ? "mixed" : undefined,
    readOnly: locked !== "",
    title: locked || undefined,
    "aria-invalid": problem !== "" || undefined,
    "aria-describedby": problem ? `${id}-problem` : undefined,
    onInput: (event: Event) => {
      setProblem("");
      setDraft((event.currentTarget as HTMLInputElement).value);
    },
    onFocus: () => input.current?.select(),
    onBlur: take,
    onKeyDown,
    onKeyUp: (event: KeyboardEvent) => {
      event.stopPropagation();
      if (held.current) take();
    },
  };
  return (
    <div class="in-row" data-kind={kind.type}>
      <label
        for={id}
        class="in-label"
        data-scrub={(steps && typeof value === "number" && !locked) || undefined}
        title={steps && !locked ? "Drag to change; double click for the usual value" : undefined}
        onPointerDown={steps ? scrub : undefined}
        onDblClick={() => usual !== undefined && !locked && void commit(usual)}
      >
        {label}
      </label>
      {kind.type === "lines" ? (
        <textarea {...common} rows={3} />
      ) : (
        <span class="in-field">
          {kind.type === "color" && (
            <input
              type="color"
              class="in-swatch"
              aria-label={`${label}: choose`}
              value={String(value ?? "#ffffff").slice(0, 7)}
              disabled={locked !== ""}
              onChange={(event) => void commit(event.currentTarget.value)}
            />
          )}
          <input
            {...common}
            type="text"
            autocomplete="off"
            spellcheck={kind.type === "text"}
            inputMode={kind.type === "number" ? "decimal" : undefined}
            {...(steps && typeof value === "number" ? spinning(kind, value, common.value) : {})}
          />
          {children}
        </span>
      )}
      {problem && (
        <p class="in-problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function spinning(kind: Kind, value: number, text: string) {
  const limits = kind.type === "number" ? { "aria-valuemin": kind.least, "aria-valuemax": kind.most } : {};
  const least = kind.type === "time" ? { "aria-valuemin": kind.least } : {};
  return { role: "spinbutton" as const, "aria-valuenow": value, "aria-valuetext": text, ...limits, ...least };
}

/** On or off. */
export function SwitchField({ label, value, locked, change }: FieldProps) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = value === null;
  }, [value]);
  return (
    <div class="in-row">
      <label for={id} class="in-label">
        {label}
      </label>
      <input
        id={id}
        ref={box}
        type="checkbox"
        class="in-check"
        checked={value === true}
        disabled={locked !== ""}
        title={locked || undefined}
        onChange={(event) => void change(event.currentTarget.checked)}
      />
    </div>
  );
}

/** One of a few. */
export function ChoiceField({ label, kind, value, locked, change }: FieldProps) {
  const id = useId();
  if (kind.type !== "choice") return null;
  return (
    <div class="in-row">
      <label for={id} class="in-label">
        {label}
      </label>
      <select
        id={id}
        class="sw-select in-input"
        value={value === null ? "" : String(value)}
        disabled={locked !== ""}
        title={locked || undefined}
        onChange={(event) => void change(event.currentTarget.value)}
      >
        {value === null && <option value="">mixed</option>}
        {kind.choices.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Field(props: FieldProps) {
  if (props.kind.type === "switch") return <SwitchField {...props} />;
  return props.kind.type === "choice" ? <ChoiceField {...props} /> : <TypedField {...props} />;
}
