/** The asset browser: the library and the takes, to search, filter, change and drag onto the timeline. */
import { useEffect, useId, useMemo, useReducer, useState } from "preact/hooks";
import type { Channel } from "../core/channel.ts";
import { useAlive, useTrait } from "../core/hooks.ts";
import type { MediaItem } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { Tabs } from "../core/ui/controls.tsx";
import { plural } from "../core/ui/format.ts";
import { Icon } from "../core/ui/icons.tsx";
import { Menu } from "../core/ui/menu.tsx";
import { noticesOf } from "../core/ui/notices.ts";
import { SaveTakeDialog } from "../core/ui/save_take.tsx";
import { useChosen } from "./chosen.ts";
import { deedsFor, SelectionBar, type Deeds } from "./deeds.tsx";
import { DeleteTakesDialog } from "./delete_takes.tsx";
import { deleteFiles, undoDelete } from "./deletion.ts";
import { DetailsDialog } from "./details.tsx";
import { RenameDialog, TagDialog } from "./dialogs.tsx";
import { Downloads } from "./downloads.ts";
import { UploadButton, useDropzone } from "./dropzone.tsx";
import { FilterBar } from "./filters.tsx";
import { Grid } from "./grid.tsx";
import { PageLoader } from "./page_loader.ts";
import { Pager } from "./pager.tsx";
import { previewMedia } from "./preview.ts";
import { isFiltered, LIMIT, UNFILTERED, useQuery, type Query } from "./query.ts";
import { Sprites } from "./sprites.ts";
import { EmptyLibrary, LoadFailed, NoRecordings, NothingFound, Skeleton } from "./states.tsx";
import { Thumbnails, type ThumbnailRef } from "./thumbnails.ts";
import { JobsRow, Transfers } from "./transfers.tsx";
import { uploadsOf } from "./uploads.ts";

const SLOW_MS = 800;
export const TABS = [
  { value: "library", label: "Assets" },
  { value: "recordings", label: "Recordings" },
] as const;

export interface AssetBrowserProps {
  context: StudioContext;
  /** Puts files on the timeline, in their order; left out where there is none. */
  onAdd?(items: readonly MediaItem[]): void;
  /** Sends files to a project; left out where that makes no sense. */
  onSend?(items: readonly MediaItem[]): void;
  /** Shows a file; false: the browser shows it itself. By default the widget's player does. */
  onPreview?(item: MediaItem): Promise<boolean>;
}

async function fetchThumbnails(channel: Channel, refs: ThumbnailRef[]): Promise<Array<Blob | null>> {
  const { body, buffers } = await channel.request("library.thumbnails", { refs });
  let next = 0;
  return body.pictures.map(({ width }) =>
    width > 0 ? new Blob([buffers[next++] as DataView<ArrayBuffer>], { type: "image/jpeg" }) : null,
  );
}

/** The page for `query`, kept up to date with the library; and the pictures for its tiles. */
export function useLibrary({ channel }: StudioContext, query: Query) {
  const [, update] = useReducer((count: number) => count + 1, 0);
  const loader = useMemo(() => new PageLoader(channel, () => update(undefined)), [channel]);
  const thumbnails = useMemo(() => new Thumbnails((refs) => fetchThumbnails(channel, refs)), [channel]);
  const sprites = useMemo(() => new Sprites(channel), [channel]);
  useEffect(() => {
    const off = channel.on("library.changed", ({ tab }) => {
      thumbnails.forgetMissing();
      if (tab === (loader.query?.tab ?? "library")) loader.refresh();
    });
    return () => {
      off();
      loader.dispose();
      thumbnails.close();
      sprites.close();
    };
  }, [channel, loader, thumbnails, sprites]);
  useEffect(() => loader.load(query), [loader, JSON.stringify(query)]);
  return { loader, thumbnails, sprites };
}

/** Whether `waiting` has lasted for a while. */
function useSlow(waiting: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    const timer = waiting ? setTimeout(() => setSlow(true), SLOW_MS) : undefined;
    return () => clearTimeout(timer);
  }, [waiting]);
  return slow;
}

/** A form over the browser, and the files it is for. */
type Form = { kind: "tag" | "rename" | "save" | "delete" | "details"; items: readonly MediaItem[] };
type OpenMenu = { items: readonly MediaItem[]; at: { x: number; y: number } };

export function AssetBrowser({ context, onAdd, onSend, onPreview }: AssetBrowserProps) {
  const { model, channel } = context;
  const panel = useId();
  const alive = useAlive(channel);
  const [query, change] = useQuery(model);
  const [selected, select] = useTrait<readonly string[]>(model, "browser_selection", []);
  const { loader, thumbnails, sprites } = useLibrary(context, query);
  const { phase, page, error } = loader.state;
  const chosen = useChosen(channel, selected, page?.items, select);
  const [form, setForm] = useState<Form | null>(null);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const uploads = uploadsOf(model, channel);
  const downloads = useMemo(() => new Downloads(channel), [channel]);
  uploads.onFinished = (count) => noticesOf(model).info(`${plural(count, "file")} uploaded.`);
  const slow = useSlow(phase === "loading" && alive);
  const library = query.tab === "library";

  const upload = (files: File[]): void => {
    if (!library) change({ tab: "library" });
    uploads.add(files);
  };
  const { on, cover } = useDropzone(context, upload);

  // files were deleted, or a cell asked for too much: the last page there is
  useEffect(() => {
    if (phase === "ready" && page && page.items.length === 0 && query.page > 0) {
      change({ page: Math.min(query.page - 1, Math.max(0, Math.ceil(page.total / LIMIT) - 1)) });
    }
  }, [phase, page, query.page]);

  const open = (kind: Form["kind"]) => (items: readonly MediaItem[]) => setForm({ kind, items });
  const remove = async (items: readonly MediaItem[]): Promise<void> => {
    if (await deleteFiles(context, items)) select(selected.filter((id) => !items.some((item) => item.id === id)));
  };
  const preview = async (item: MediaItem): Promise<void> => {
    const shown = await (onPreview ? onPreview(item) : previewMedia(context, item.id));
    if (!shown) open("details")([item]);
  };
  const deeds: Deeds = {
    add: onAdd,
    send: onSend,
    preview: (item) => void preview(item),
    tag: open("tag"),
    rename: open("rename"),
    download: (items) => downloads.add(items),
    save: (item) => open("save")([item]),
    remove: library ? (items) => void remove(items) : open("delete"),
  };
  const onKey = (event: KeyboardEvent): void => {
    const typing = event.composedPath()[0] instanceof HTMLInputElement;
    if (typing || event.key !== "z" || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
    if (undoDelete(context)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  const body = () => {
    if (phase === "error" && error) return <LoadFailed error={error} onRetry={() => loader.retry()} />;
    if (!page) return <Skeleton />;
    if (page.items.length > 0) {
      return (
        <>
          {page.similar && (
            <p class="similar" role="status">
              Nothing matches “{query.search}”. Similar:
            </p>
          )}
          <Grid
            items={page.items}
            page={page.page}
            thumbnails={thumbnails}
            sprites={sprites}
            selected={selected}
            chosen={chosen}
            stale={phase === "loading" && page.page !== query.page}
            actions={{
              open: (items) => (onAdd ? onAdd(items) : void preview(items[0]!)),
              preview: deeds.preview,
              rename: (items) => library && alive && deeds.rename(items),
              remove: (items) => alive && deeds.remove(items),
              menu: (items, at) => setMenu({ items, at }),
              page: (by) => (by > 0 ? page.more : query.page > 0) && change({ page: query.page + by }),
              save: library ? undefined : deeds.save,
            }}
            onSelect={select}
          />
        </>
      );
    }
    if (isFiltered(query)) {
      return <NothingFound search={query.search} onClear={() => change(UNFILTERED)} />;
    }
    if (!library) return <NoRecordings />;
    return (
      <EmptyLibrary>
        <UploadButton disabled={!alive} onFiles={upload}>
          Choose files
        </UploadButton>
      </EmptyLibrary>
    );
  };
  const closeForm = (): void => setForm(null);
  const forms = (): preact.JSX.Element | null => {
    if (!form) return null;
    const { kind, items } = form;
    const props = { context, items, onClose: closeForm };
    if (kind === "tag") return <TagDialog {...props} />;
    if (kind === "rename") return <RenameDialog {...props} />;
    if (kind === "delete") return <DeleteTakesDialog {...props} />;
    if (kind === "save") return <SaveTakeDialog context={context} take={items[0]!} onClose={closeForm} />;
    return (
      <DetailsDialog context={context} item={items[0]!} thumbnails={thumbnails} sprites={sprites} onClose={closeForm} />
    );
  };
  return (
    <section
      class="browser"
      aria-label="Asset browser"
      data-phase={phase}
      data-tab={query.tab}
      onKeyDown={onKey}
      {...on}
    >
      <header class="browser-head">
        <Tabs label="Source" panel={panel} choices={TABS} value={query.tab} onChange={(tab) => change({ tab })} />
        <UploadButton disabled={!alive} onFiles={upload}>
          <span>Upload</span>
        </UploadButton>
      </header>
      {!alive && (
        <div class="browser-gone" role="status">
          <Icon name="warning" size={12} />
          The kernel is gone. Run the cell again to go on.
        </div>
      )}
      <FilterBar channel={channel} query={query} change={change} />
      <div class="browser-body" id={panel} role="tabpanel" aria-label={library ? "Assets" : "Recordings"}>
        {body()}
      </div>
      {selected.length > 0 && (
        <SelectionBar count={selected.length} deeds={deedsFor(context, deeds, chosen)} onClear={() => select([])} />
      )}
      <Transfers uploads={uploads} downloads={downloads} />
      <JobsRow channel={channel} model={model} />
      {slow ? (
        <div class="pager" role="status">
          <span class="sw-spinner" /> Kernel busy, waiting for its answer
        </div>
      ) : (
        page &&
        page.total > 0 &&
        phase !== "error" && (
          <Pager
            page={query.page}
            answer={page}
            noun={library ? "file" : "take"}
            onPage={(next) => change({ page: next })}
          />
        )
      )}
      {menu && (
        <Menu
          label="File"
          place={menu.at}
          entries={deedsFor(context, deeds, menu.items)}
          onClose={() => setMenu(null)}
        />
      )}
      {forms()}
      {cover}
    </section>
  );
}
