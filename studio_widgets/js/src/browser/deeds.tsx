/** What can be done to files: the entries of the menu, and the bar that has the most used of them. */
import type { MediaItem } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { copyText } from "../core/ui/clipboard.ts";
import { IconButton } from "../core/ui/controls.tsx";
import { Icon } from "../core/ui/icons.tsx";
import type { MenuEntry } from "../core/ui/menu.tsx";
import { noticesOf } from "../core/ui/notices.ts";

/** Each does it, or opens the form for it. Those that are not there cannot be done here. */
export interface Deeds {
  add?(items: readonly MediaItem[]): void;
  send?(items: readonly MediaItem[]): void;
  preview(item: MediaItem): void;
  tag(items: readonly MediaItem[]): void;
  rename(items: readonly MediaItem[]): void;
  download(items: readonly MediaItem[]): void;
  save(item: MediaItem): void;
  remove(items: readonly MediaItem[]): void;
}

interface Deed extends MenuEntry {
  /** On the bar too. */
  bar?: true;
}

/** The line that gives the files in a cell. */
export function asPython(items: readonly MediaItem[]): string {
  const lines = items.map(({ name }) => `studio.library[${JSON.stringify(name)}]`);
  return lines.length === 1 ? lines[0]! : `[${lines.join(", ")}]`;
}

export function deedsFor(context: StudioContext, deeds: Deeds, items: readonly MediaItem[]): Deed[] {
  const [first, ...more] = items;
  if (!first) return [];
  const take = first.sourceType === "recording";
  const dead = !context.channel.alive;
  const copy = async (text: string): Promise<void> => {
    if (!(await copyText(text))) noticesOf(context.model).error(new Error("The browser does not let this page copy."));
  };
  const { add, send } = deeds;
  const all: (Deed | false | undefined)[] = [
    add && { label: "Add to timeline", icon: "add", hint: "Enter", bar: true, disabled: dead, run: () => add(items) },
    send && { label: "Send to studio…", icon: "send", bar: true, disabled: dead, run: () => send(items) },
    more.length === 0 && { label: "Preview", icon: "eye", hint: "Space", run: () => deeds.preview(first) },
    take &&
      more.length === 0 && {
        label: "Save to library…",
        icon: "save",
        bar: true,
        disabled: dead,
        run: () => deeds.save(first),
      },
    !take && { label: "Tag…", icon: "tag", bar: true, divided: true, disabled: dead, run: () => deeds.tag(items) },
    !take && {
      label: "Rename…",
      icon: "rename",
      hint: "F2",
      bar: true,
      disabled: dead,
      run: () => deeds.rename(items),
    },
    { label: "Download", icon: "export", bar: true, disabled: dead, run: () => deeds.download(items) },
    {
      label: more.length > 0 ? "Copy names" : "Copy name",
      icon: "copy",
      divided: true,
      run: () => void copy(items.map(({ name }) => name).join("\n")),
    },
    !take && { label: "Copy as Python", icon: "python", run: () => void copy(asPython(items)) },
    {
      label: take ? "Delete…" : "Delete",
      icon: "trash",
      hint: "Del",
      bar: true,
      danger: true,
      divided: true,
      disabled: dead,
      run: () => deeds.remove(items),
    },
  ];
  return all.filter((deed) => !!deed);
}

interface BarProps {
  count: number;
  deeds: readonly Deed[];
  onClear(): void;
}

/** Shown while something is selected. */
export function SelectionBar({ count, deeds, onClear }: BarProps) {
  return (
    <div class="selection-bar" role="toolbar" aria-label="Selected files">
      <span class="selection-count" role="status">
        {count} <span>selected</span>
      </span>
      {deeds
        .filter(({ bar }) => bar)
        .map(({ label, icon, danger, disabled, run }) => (
          <button
            key={label}
            type="button"
            class="sw-button"
            data-variant="quiet"
            data-danger={danger}
            title={label}
            aria-label={label}
            disabled={disabled}
            onClick={run}
          >
            {icon && <Icon name={icon} />}
            <span>{label}</span>
          </button>
        ))}
      <IconButton icon="close" label="Clear selection" hint="Escape" onClick={onClear} />
    </div>
  );
}
