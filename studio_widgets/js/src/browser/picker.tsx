/** "Import assets": the library in a dialog, to pick from over many pages, with what was picked in sight. */
import { useEffect, useId, useState } from "preact/hooks";
import type { ImportedMedia, MediaItem } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { trait } from "../core/traits.ts";
import { Button, IconButton, Tabs } from "../core/ui/controls.tsx";
import { Dialog } from "../core/ui/dialog.tsx";
import { ErrorNotice } from "../core/ui/error_notice.tsx";
import { formatLength, plural } from "../core/ui/format.ts";
import { Icon } from "../core/ui/icons.tsx";
import { TABS, useLibrary } from "./asset_browser.tsx";
import { FilterBar } from "./filters.tsx";
import { Grid } from "./grid.tsx";
import { isVague, TargetFields, useImport, useProjects } from "./imports.tsx";
import { Pager } from "./pager.tsx";
import { ANYWHERE, fitting, mergePicks, placeOf, trackChoices, type Target } from "./picks.ts";
import { isFiltered, LIMIT, NOTHING, UNFILTERED, type Query } from "./query.ts";
import { EmptyLibrary, LoadFailed, NoRecordings, NothingFound, Skeleton } from "./states.tsx";
import type { Thumbnails } from "./thumbnails.ts";
import { useThumbnail } from "./tile.tsx";

export interface PickerProps {
  context: StudioContext;
  /** Where to insert, until something else is chosen. */
  target?: Target;
  onClose(): void;
  onInserted?(done: ImportedMedia, target: Target): void;
}

export function PickerDialog({ context, target: given = ANYWHERE, onClose, onInserted }: PickerProps) {
  const { model, document } = context;
  const [picked, setPicked] = useState<readonly MediaItem[]>([]);
  const [wanted, setTarget] = useState(given);
  const run = useImport(context);
  const own = document.value?.tracks;
  const { projects } = useProjects(context, !own);
  const saved = projects?.items.find(({ id }) => id === projects.current);
  const locked = own?.filter((track) => track.locked).map((track) => track.id);
  const kinds = picked.map((item) => item.kind);
  const choices = trackChoices(own?.map((track) => track.id) ?? saved?.tracks ?? [], kinds, locked);
  const target = fitting(wanted, choices);
  const insert = async (items: readonly MediaItem[]): Promise<void> => {
    if (run.busy || items.length === 0 || isVague(target)) return;
    const at = placeOf(target, trait(model, "playhead", 0).get());
    const done = await run.start({ ids: items.map((item) => item.id), track: target.track, at });
    if (!done) return;
    onInserted?.(done, target);
    onClose();
  };
  return (
    <Dialog
      title="Import assets"
      className="picker"
      onClose={onClose}
      onSubmit={() => void insert(picked)}
      locked={run.busy}
    >
      <Shelves
        context={context}
        picked={picked}
        onPick={setPicked}
        onEnter={(item) => void insert(picked.length > 0 ? picked : item ? [item] : [])}
        onOpen={(item) => void insert(mergePicks(picked, [item], [item.id]))}
      >
        {(thumbnails) => (
          <aside class="tray" aria-label="Picked">
            <Tray picked={picked} thumbnails={thumbnails} onChange={setPicked} />
            <TargetFields target={target} tracks={choices} playhead={own !== undefined} onChange={setTarget} />
          </aside>
        )}
      </Shelves>
      {run.error && <ErrorNotice error={run.error} />}
      <div class="sw-dialog-actions">
        <span class="sw-note picker-keys">
          Into “{String(model.get("project_title"))}”. Space picks, Enter inserts.
        </span>
        <Button onClick={onClose} disabled={run.busy}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" busy={run.busy} disabled={picked.length === 0 || isVague(target)}>
          {picked.length === 0 ? "Insert" : `Insert ${plural(picked.length, "asset")}`}
        </Button>
      </div>
    </Dialog>
  );
}

interface ShelvesProps {
  context: StudioContext;
  picked: readonly MediaItem[];
  onPick(picked: readonly MediaItem[]): void;
  /** Enter on a tile. */
  onEnter(item: MediaItem | undefined): void;
  /** A double click on a tile. */
  onOpen(item: MediaItem): void;
  children(thumbnails: Thumbnails): preact.JSX.Element;
}

/** The library with a search of its own, so that the asset browser's stays as it is. */
function Shelves({ context, picked, onPick, onEnter, onOpen, children }: ShelvesProps) {
  const panel = useId();
  const [ask, setAsk] = useState<Query>({ ...NOTHING, limit: LIMIT });
  const { loader, thumbnails, sprites } = useLibrary(context, ask);
  const { phase, page, error } = loader.state;
  const turn = (change: Partial<Query>): void => setAsk({ ...ask, page: 0, ...change });
  useEffect(() => {
    if (phase === "ready" && page?.items.length === 0 && ask.page > 0) turn({});
  }, [phase, page]);
  const items = page?.items ?? [];
  /** Before the parts see them: these keys mean the dialog. */
  const onKey = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    const tile = target.closest<HTMLElement>(".tile");
    if (target instanceof HTMLInputElement) {
      // Enter asks at once and Escape clears, but neither ends the dialog
      if (event.key === "Enter" || (event.key === "Escape" && target.value)) event.preventDefault();
    } else if (tile && event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      onEnter(items.find((item) => item.id === tile.dataset["id"]));
    } else if (tile && event.key === "Escape") event.stopPropagation();
  };
  const body = (): preact.JSX.Element => {
    if (phase === "error" && error) return <LoadFailed error={error} onRetry={() => loader.retry()} />;
    if (!page) return <Skeleton />;
    if (items.length > 0) {
      return (
        <Grid
          items={items}
          page={page.page}
          thumbnails={thumbnails}
          sprites={sprites}
          selected={picked.map((item) => item.id)}
          chosen={picked}
          stale={phase === "loading" && page.page !== ask.page}
          toggling
          actions={{
            open: ([item]) => item && onOpen(item),
            page: (by) => (by > 0 ? page.more : ask.page > 0) && turn({ page: ask.page + by }),
          }}
          onSelect={(ids) => onPick(mergePicks(picked, items, ids))}
        />
      );
    }
    if (isFiltered(ask)) return <NothingFound search={ask.search} onClear={() => turn(UNFILTERED)} />;
    return ask.tab === "library" ? <EmptyLibrary /> : <NoRecordings />;
  };
  return (
    <div class="picker-body">
      <section class="browser" aria-label="Library" data-phase={phase} onKeyDownCapture={onKey}>
        <Tabs label="Source" panel={panel} choices={TABS} value={ask.tab} onChange={(tab) => turn({ tab })} />
        <FilterBar autofocus channel={context.channel} query={ask} change={turn} />
        <div class="browser-body" id={panel} role="tabpanel" aria-label="Media">
          {body()}
        </div>
        {page && page.total > 0 && phase !== "error" && (
          <Pager
            page={ask.page}
            answer={page}
            noun={ask.tab === "library" ? "file" : "take"}
            onPage={(number) => turn({ page: number })}
          />
        )}
      </section>
      {children(thumbnails)}
    </div>
  );
}

interface TrayProps {
  picked: readonly MediaItem[];
  thumbnails: Thumbnails;
  onChange(picked: readonly MediaItem[]): void;
}

/** What was picked, in the order it will lie on the timeline. */
function Tray({ picked, thumbnails, onChange }: TrayProps) {
  const seconds = picked.reduce((sum, item) => sum + (item.durationSeconds ?? 5), 0);
  return (
    <>
      <h3 class="tray-head" aria-live="polite">
        {picked.length === 0 ? "Nothing picked" : `${picked.length} picked`}
        {picked.length > 0 && <span class="sw-mono">{formatLength(seconds)}</span>}
      </h3>
      {picked.length === 0 ? (
        <p class="tray-empty">Click media to pick it. It goes on the timeline in the order you pick it.</p>
      ) : (
        <ol class="tray-list">
          {picked.map((item) => (
            <Pick
              key={item.id}
              item={item}
              thumbnails={thumbnails}
              onRemove={() => onChange(picked.filter((other) => other !== item))}
            />
          ))}
        </ol>
      )}
    </>
  );
}

function Pick({ item, thumbnails, onRemove }: { item: MediaItem; thumbnails: Thumbnails; onRemove(): void }) {
  const [ref, url] = useThumbnail(item, thumbnails);
  return (
    <li class="tray-item">
      <div class="tray-picture" ref={ref} data-kind={item.kind}>
        {url ? <img src={url} alt="" /> : <Icon name={item.kind} size={12} />}
      </div>
      <span class="tray-name" title={item.name}>
        {item.name}
      </span>
      <IconButton icon="close" label={`Remove ${item.name}`} onClick={onRemove} />
    </li>
  );
}
