/** A menu as ARIA wants it: arrows and first letters walk, Enter does, Escape leaves. */
import { Icon, type IconName } from "./icons.tsx";
import { usePopover, type Place } from "./popover.ts";

export interface MenuEntry {
  label: string;
  icon?: IconName;
  /** The key that does the same. */
  hint?: string;
  /** One of a choice: whether it is the one. */
  checked?: boolean;
  danger?: boolean;
  disabled?: boolean;
  /** A line above it. */
  divided?: boolean;
  run(): void;
}

interface MenuProps {
  label: string;
  place: Place;
  entries: readonly MenuEntry[];
  onClose(): void;
}

function walk(event: KeyboardEvent, onClose: () => void): void {
  event.stopPropagation();
  const menu = event.currentTarget as HTMLElement;
  const all = [...menu.querySelectorAll<HTMLElement>("button:not(:disabled)")];
  const at = all.indexOf((menu.getRootNode() as ShadowRoot).activeElement as HTMLElement);
  const turned = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  const { key } = event;
  const next =
    key === "ArrowDown"
      ? turned[0]
      : key === "ArrowUp"
        ? turned.at(-2)
        : key === "Home"
          ? all[0]
          : key === "End"
            ? all.at(-1)
            : key.length === 1 && key !== " "
              ? turned.find((item) => item.textContent!.toLowerCase().startsWith(key.toLowerCase()))
              : undefined;
  if (key === "Tab" || key === "Escape") onClose();
  else if (!next) return;
  event.preventDefault();
  next?.focus();
}

export function Menu({ label, place, entries, onClose }: MenuProps) {
  const ref = usePopover(place, onClose);
  return (
    <div
      ref={ref}
      class="sw-menu"
      popover="auto"
      role="menu"
      aria-label={label}
      onKeyDown={(event) => walk(event, onClose)}
    >
      {entries.map(({ label, icon, hint, checked, danger, disabled, divided, run }) => (
        <button
          key={label}
          type="button"
          class="sw-menu-item"
          role={checked === undefined ? "menuitem" : "menuitemradio"}
          aria-checked={checked}
          tabIndex={-1}
          disabled={disabled}
          data-danger={danger}
          data-divided={divided || undefined}
          data-autofocus={checked || undefined}
          onClick={() => {
            onClose();
            run();
          }}
        >
          {checked === undefined ? icon && <Icon name={icon} /> : <Icon name={checked ? "check" : "none"} />}
          <span class="sw-menu-label">{label}</span>
          {hint && <kbd>{hint}</kbd>}
        </button>
      ))}
    </div>
  );
}
