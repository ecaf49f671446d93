/** The asset browser: the library and the takes, to search, filter, select and drag onto the timeline. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useMemo, useReducer, useRef, useState } from "preact/hooks";
import type { Channel } from "../core/channel.ts";
import { useTrait } from "../core/hooks.ts";
import type { LibraryQuery, MediaItem } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { IconButton, Segments, Tabs } from "../core/ui/controls.tsx";
import { plural } from "../core/ui/format.ts";
import { Icon } from "../core/ui/icons.tsx";
import { SaveTakeDialog } from "../core/ui/save_take.tsx";
import { addAtPlayhead } from "./add.ts";
import { Grid } from "./grid.tsx";
import { PageLoader } from "./page_loader.ts";
import { EmptyLibrary, LoadFailed, NoRecordings, NothingFound, Skeleton } from "./states.tsx";
import { Thumbnails, type ThumbnailRef } from "./thumbnails.ts";

type Tab = "library" | "recordings";
type Kind = NonNullable<LibraryQuery["kind"]>;

export const LIMIT = 30;
const TYPING_MS = 200;
export const TABS = [
  { value: "library", label: "Library" },
  { value: "recordings", label: "Recordings" },
] as const;
export const KINDS = [
  { value: "", label: "All" },
  { value: "video", label: "Video" },
  { value: "image", label: "Images" },
  { value: "audio", label: "Audio" },
] as const;

async function fetchThumbnail(channel: Channel, ref: ThumbnailRef): Promise<Blob | null> {
  const { buffers } = await channel.request("library.thumbnail", ref);
  const data = buffers[0];
  return data && data.byteLength > 0 ? new Blob([data as DataView<ArrayBuffer>], { type: "image/jpeg" }) : null;
}

/** The page for `query`, kept up to date with the library; and the pictures for its tiles. */
export function useLibrary({ channel }: StudioContext, query: LibraryQuery) {
  const [, update] = useReducer((count: number) => count + 1, 0);
  const loader = useMemo(() => new PageLoader(channel, () => update(undefined)), [channel]);
  const thumbnails = useMemo(() => new Thumbnails((ref) => fetchThumbnail(channel, ref)), [channel]);
  useEffect(() => {
    const off = channel.on("library.changed", ({ tab }) => {
      thumbnails.forgetMissing();
      if (tab === (loader.query?.tab ?? "library")) loader.refresh();
    });
    return () => {
      off();
      loader.dispose();
      thumbnails.close();
    };
  }, [channel, loader, thumbnails]);
  useEffect(() => loader.load(query), [loader, query.tab, query.kind, query.search, query.page]);
  return { loader, thumbnails };
}

interface SearchProps {
  value: string;
  onChange(value: string): void;
  autofocus?: boolean;
}

/** The search field: what is typed is asked for after a short rest; a change from a cell shows at once. */
export function Search({ value, onChange, autofocus }: SearchProps) {
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
        placeholder="Search name or tag"
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

interface PagerProps {
  page: number;
  total: number;
  more: boolean;
  selected: number;
  noun: string;
  onPage(page: number): void;
}

export function Pager({ page, total, more, selected, noun, onPage }: PagerProps) {
  const first = page * LIMIT + 1;
  const last = Math.min(total, first + LIMIT - 1);
  const count = total >= 10_000 ? "10,000+" : String(total);
  return (
    <footer class="pager">
      <span aria-live="polite">
        {total > LIMIT ? `${first}–${last} of ${count}` : plural(total, noun)}
        {selected > 0 && ` · ${selected} selected`}
      </span>
      {(page > 0 || more) && (
        <span class="pager-buttons">
          <IconButton icon="left" label="Previous page" disabled={page === 0} onClick={() => onPage(page - 1)} />
          <IconButton icon="right" label="Next page" disabled={!more} onClick={() => onPage(page + 1)} />
        </span>
      )}
    </footer>
  );
}

interface AssetBrowserProps {
  context: StudioContext;
  /** More to do with what is selected. */
  tools?: ComponentChildren;
}

export function AssetBrowser({ context, tools }: AssetBrowserProps) {
  const { model } = context;
  const panel = useId();
  const [tab, setTab] = useTrait<Tab>(model, "browser_tab", "library");
  const [kind, setKind] = useTrait<Kind>(model, "browser_kind", "");
  const [search, setSearch] = useTrait(model, "browser_search", "");
  const [pageNumber, setPage] = useTrait(model, "browser_page", 0);
  const [selected, select] = useTrait<readonly string[]>(model, "browser_selection", []);
  const [saving, setSaving] = useState<MediaItem | null>(null);
  const { loader, thumbnails } = useLibrary(context, { tab, kind, search, page: pageNumber, limit: LIMIT });
  const { phase, page, error } = loader.state;

  /** Another question starts on its first page, with nothing selected. */
  const ask = (change: () => void): void => {
    setPage(0);
    select([]);
    change();
  };
  // files were deleted, or a cell asked for too much: the last page there is
  useEffect(() => {
    if (phase === "ready" && page && page.items.length === 0 && pageNumber > 0) {
      setPage(Math.max(0, Math.ceil(page.total / LIMIT) - 1));
    }
  }, [phase, page, pageNumber]);

  const body = (): preact.JSX.Element => {
    if (phase === "error" && error) return <LoadFailed error={error} onRetry={() => loader.retry()} />;
    if (!page) return <Skeleton />;
    if (page.items.length > 0) {
      return (
        <Grid
          items={page.items}
          thumbnails={thumbnails}
          selected={selected}
          stale={phase === "loading" && page.page !== pageNumber}
          onSelect={select}
          onAdd={(items) => void addAtPlayhead(context, items)}
          onSave={tab === "recordings" ? setSaving : undefined}
        />
      );
    }
    if (search || kind) {
      return <NothingFound search={search} onClear={() => ask(() => (setSearch(""), setKind("")))} />;
    }
    return tab === "library" ? <EmptyLibrary /> : <NoRecordings />;
  };
  return (
    <section class="browser" aria-label="Asset browser" data-phase={phase} data-tab={tab}>
      <Tabs label="Source" panel={panel} choices={TABS} value={tab} onChange={(next) => ask(() => setTab(next))} />
      <div class="browser-tools">
        <Search value={search} onChange={(text) => text !== search && ask(() => setSearch(text))} />
        <Segments label="Kind" choices={KINDS} value={kind} onChange={(next) => ask(() => setKind(next))} />
        {tools}
      </div>
      <div class="browser-body" id={panel} role="tabpanel" aria-label={tab === "library" ? "Library" : "Recordings"}>
        {body()}
      </div>
      {page && page.total > 0 && phase !== "error" && (
        <Pager
          page={pageNumber}
          total={page.total}
          more={page.more}
          selected={selected.length}
          noun={tab === "library" ? "file" : "take"}
          onPage={setPage}
        />
      )}
      {saving && <SaveTakeDialog context={context} take={saving} onClose={() => setSaving(null)} />}
    </section>
  );
}
