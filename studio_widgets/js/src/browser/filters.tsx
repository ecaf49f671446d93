/** What is shown: search, kind, source, tags, order. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Channel } from "../core/channel.ts";
import { Button, IconButton, Segments } from "../core/ui/controls.tsx";
import { Icon } from "../core/ui/icons.tsx";
import { Menu } from "../core/ui/menu.tsx";
import { usePopover } from "../core/ui/popover.ts";
import { TagField } from "../core/ui/tag_field.tsx";
import { UNFILTERED, type Query } from "./query.ts";

const TYPING_MS = 200;
const KINDS = [
  { value: "", label: "All" },
  { value: "video", label: "Video" },
  { value: "image", label: "Images" },
  { value: "audio", label: "Audio" },
] as const;
export const SOURCES = {
  "": "All",
  upload: "Uploads",
  studio_recording: "Recordings",
  studio_export: "Exports",
} as const;
const ORDERS = {
  newest: "Newest first",
  oldest: "Oldest first",
  name: "Name A to Z",
  name_desc: "Name Z to A",
  longest: "Longest first",
  shortest: "Shortest first",
  largest: "Largest first",
  smallest: "Smallest first",
} as const;

export interface FilterProps {
  channel: Channel;
  query: Query;
  change(changes: Partial<Query>): void;
  /** The search has the focus when a dialog opens. */
  autofocus?: boolean;
}

/** The tags in use, the most frequent first. */
export function useTags(channel: Channel): readonly string[] {
  const [tags, setTags] = useState<readonly string[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    channel.request("library.tags", {}, { signal: abort.signal }).then(
      ({ body }) => setTags(body.items.map(({ tag }) => tag)),
      () => {}, // a field that proposes nothing still takes what is typed
    );
    return () => abort.abort();
  }, [channel]);
  return tags;
}

/** What is typed is asked for after a short rest; a change from a cell shows at once. */
function Search({ value, onChange, autofocus }: { value: string; onChange(value: string): void; autofocus?: boolean }) {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (text: string, wait: number): void => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(text.trim()), wait);
  };
  return (
    <div class="search">
      <Icon name="search" />
      <input
        class="sw-input"
        type="search"
        aria-label="Search media"
        placeholder="Search"
        maxLength={200}
        data-autofocus={autofocus}
        value={typed}
        onInput={(event) => change(event.currentTarget.value, TYPING_MS)}
        onKeyDown={(event) => {
          if (event.key === "Enter") change(event.currentTarget.value, 0);
          if (event.key === "Escape" && typed) change("", 0);
        }}
      />
      {typed && <IconButton icon="close" label="Clear search" onClick={() => change("", 0)} />}
    </div>
  );
}

function FilterPanel({
  channel,
  query,
  change,
  place,
  onClose,
}: FilterProps & { place: HTMLElement; onClose(): void }) {
  const ref = usePopover(place, onClose);
  const known = useTags(channel);
  return (
    <div ref={ref} class="sw-menu filters" popover="auto" role="dialog" aria-label="Filters">
      <span class="sw-label">Source</span>
      <Segments
        label="Source"
        choices={Object.entries(SOURCES).map(([value, label]) => ({ value: value as Query["source"], label }))}
        value={query.source}
        onChange={(source) => change({ source })}
      />
      <span class="sw-label">Tags, all of them</span>
      <TagField
        label="Filter by tag"
        placeholder="Type a tag"
        value={query.tags}
        known={known}
        onChange={(tags) => change({ tags: [...tags] })}
      />
    </div>
  );
}

export function FilterBar({ channel, query, change, autofocus }: FilterProps) {
  const [open, setOpen] = useState<{ panel: "filters" | "order"; place: HTMLElement } | null>(null);
  const opener = (panel: "filters" | "order") => (event: MouseEvent) =>
    setOpen(open?.panel === panel ? null : { panel, place: event.currentTarget as HTMLElement });
  const close = (): void => setOpen(null);
  const library = query.tab === "library";
  return (
    <div class="browser-tools" role="toolbar" aria-label="Filters">
      <div class="browser-find">
        <Search
          autofocus={autofocus}
          value={query.search}
          onChange={(search) => search !== query.search && change({ search })}
        />
        {library && (
          <>
            <IconButton
              icon="filter"
              label="Filters"
              pressed={query.source !== "" || query.tags.length > 0}
              aria-haspopup="dialog"
              aria-expanded={open?.panel === "filters"}
              onClick={opener("filters")}
            />
            <IconButton
              icon="sort"
              label={`Order: ${ORDERS[query.sort]}`}
              aria-haspopup="menu"
              aria-expanded={open?.panel === "order"}
              onClick={opener("order")}
            />
          </>
        )}
      </div>
      {library && <Segments label="Kind" choices={KINDS} value={query.kind} onChange={(kind) => change({ kind })} />}
      {library && (query.source || query.tags.length > 0) && (
        <div class="browser-chips">
          {query.source && <Chip name={SOURCES[query.source]} onRemove={() => change({ source: "" })} />}
          {query.tags.map((tag) => (
            <Chip key={tag} name={tag} onRemove={() => change({ tags: query.tags.filter((one) => one !== tag) })} />
          ))}
          <Button variant="quiet" onClick={() => change(UNFILTERED)}>
            Clear
          </Button>
        </div>
      )}
      {open?.panel === "filters" && (
        <FilterPanel channel={channel} query={query} change={change} place={open.place} onClose={close} />
      )}
      {open?.panel === "order" && (
        <Menu
          label="Order"
          place={open.place}
          entries={Object.entries(ORDERS).map(([sort, label]) => ({
            label,
            checked: sort === query.sort,
            run: () => change({ sort: sort as Query["sort"] }),
          }))}
          onClose={close}
        />
      )}
    </div>
  );
}

function Chip({ name, onRemove }: { name: string; onRemove(): void }) {
  return (
    <button type="button" class="sw-chip" aria-label={`Remove filter ${name}`} onClick={onRemove}>
      {name}
      <Icon name="close" size={8} />
    </button>
  );
}
