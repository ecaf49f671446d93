/** Buttons, tabs, segmented choices and progress: the small controls every room uses. */
import type { ComponentChildren, JSX, Ref } from "preact";
import { useId } from "preact/hooks";
import { Icon, type IconName } from "./icons.tsx";

interface ButtonProps extends Omit<JSX.IntrinsicElements["button"], "icon" | "ref"> {
  icon?: IconName;
  variant?: "primary" | "danger" | "quiet";
  busy?: boolean;
  buttonRef?: Ref<HTMLButtonElement>;
  children?: ComponentChildren;
}

/** A button with a word on it. While `busy` it shows a spinner and cannot be pressed. */
export function Button({ icon, variant, busy, buttonRef, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      class="sw-button"
      data-variant={variant}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      ref={buttonRef}
      {...rest}
    >
      {busy ? <span class="sw-spinner" /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<JSX.IntrinsicElements["button"], "icon" | "ref"> {
  icon: IconName;
  /** The accessible name; with `hint` it is also the tooltip. */
  label: string;
  /** Added to the tooltip: the key, or what exactly will happen. */
  hint?: string;
  pressed?: boolean;
  buttonRef?: Ref<HTMLButtonElement>;
}

/** A button with only an icon. */
export function IconButton({ icon, label, hint, pressed, buttonRef, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      class="sw-icon-button"
      aria-label={label}
      aria-pressed={pressed}
      title={hint ? `${label} (${hint})` : label}
      ref={buttonRef}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}

interface Choice<T extends string> {
  value: T;
  label: string;
  icon?: IconName;
}

interface ChoiceProps<T extends string> {
  label: string;
  choices: readonly Choice<T>[];
  value: T;
  onChange(value: T): void;
  disabled?: boolean;
}

/** Arrow keys move along a row of tabs or segments, as ARIA wants it; the result is the next index or null. */
export function alongRow(key: string, index: number, count: number): number | null {
  if (key === "ArrowRight" || key === "ArrowDown") return (index + 1) % count;
  if (key === "ArrowLeft" || key === "ArrowUp") return (index + count - 1) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}

function onRowKey<T extends string>(event: KeyboardEvent, { choices, value, onChange }: ChoiceProps<T>): void {
  const index = choices.findIndex((choice) => choice.value === value);
  const next = alongRow(event.key, index, choices.length);
  const choice = next === null ? undefined : choices[next];
  if (!choice || next === null) return;
  event.preventDefault();
  onChange(choice.value);
  const row = event.currentTarget as HTMLElement;
  (row.children[next] as HTMLElement | undefined)?.focus();
}

/** A row of tabs; `panel` is the id of the element they change. */
export function Tabs<T extends string>(props: ChoiceProps<T> & { panel: string }) {
  const { label, choices, value, onChange, panel } = props;
  return (
    <div class="sw-tabs" role="tablist" aria-label={label} onKeyDown={(event) => onRowKey(event, props)}>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          class="sw-tab"
          role="tab"
          aria-selected={choice.value === value}
          aria-controls={panel}
          tabIndex={choice.value === value ? 0 : -1}
          onClick={() => onChange(choice.value)}
        >
          {choice.label}
        </button>
      ))}
    </div>
  );
}

/** One of a few, side by side. */
export function Segments<T extends string>(props: ChoiceProps<T>) {
  const { label, choices, value, onChange, disabled } = props;
  return (
    <div class="sw-segments" role="radiogroup" aria-label={label} onKeyDown={(event) => onRowKey(event, props)}>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          class="sw-segment"
          role="radio"
          aria-checked={choice.value === value}
          tabIndex={choice.value === value ? 0 : -1}
          disabled={disabled}
          onClick={() => onChange(choice.value)}
        >
          {choice.icon && <Icon name={choice.icon} />}
          <span>{choice.label}</span>
        </button>
      ))}
    </div>
  );
}

/** A bar that fills; without `value` (0..1) it says that something goes on. */
export function Progress({ value, label }: { value?: number | undefined; label: string }) {
  const percent = value === undefined ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <div
      class="sw-progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      data-indeterminate={percent === undefined || undefined}
    >
      <span style={percent === undefined ? undefined : { width: `${percent}%` }} />
    </div>
  );
}

interface FieldProps {
  label: string;
  /** Shown under the field. */
  note?: string;
  children(id: string, noteId: string | undefined): ComponentChildren;
}

/** A labelled form field. */
export function Field({ label, note, children }: FieldProps) {
  const id = useId();
  return (
    <div class="sw-field">
      <label class="sw-label" for={id}>
        {label}
      </label>
      {children(id, note ? `${id}-note` : undefined)}
      {note && (
        <span class="sw-note" id={`${id}-note`}>
          {note}
        </span>
      )}
    </div>
  );
}
