/**
 * A notebook opened with `?import=id,id` in its address adds those media files once.
 *
 * JupyterLab may have rewritten the address before a cell is run; what the page was opened with is then still in its
 * navigation entry. The page remembers that it asked: other widgets and cells run again do not. The kernel remembers it
 * per project: neither does the page when it is opened with the same address again.
 */
import { asStudioError, StudioError } from "../core/channel.ts";
import type { StudioContext } from "../core/shell.ts";
import { noticesOf } from "../core/ui/notices.ts";
import { importMedia } from "../browser/import_media.ts";

const PARAMETER = "import";
const MOST = 100;
/** Errors that say nothing about the link. */
const PASSING = ["kernel_gone", "closed", "database_error"];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface UrlImport {
  /** Ids of media files, once each. */
  ids: string[];
  /** What is there in place of ids. */
  bad: string[];
  /** The notebook's path, "" when the address does not say it. */
  notebook: string;
}

/** What an address asks for; null: nothing. */
export function importOf(address: string): UrlImport | null {
  const { pathname, searchParams } = new URL(address);
  const asked = searchParams
    .getAll(PARAMETER)
    .flatMap((list) => list.split(","))
    .map((id) => id.trim())
    .filter((id) => id !== "");
  if (asked.length === 0) return null;
  const ids = [...new Set(asked.filter((id) => UUID.test(id)).map((id) => id.toLowerCase()))];
  return { ids, bad: asked.filter((id) => !UUID.test(id)), notebook: notebookOf(pathname) };
}

/** The path of the notebook that a page of JupyterLab or Notebook was opened with. */
function notebookOf(pathname: string): string {
  const path = /\/(?:tree|notebooks)\/(.+\.ipynb)$/.exec(pathname)?.[1] ?? "";
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The address without its import, the rest as it was; null when it has none. */
export function withoutImport(address: string): string | null {
  const url = new URL(address);
  if (!url.searchParams.has(PARAMETER)) return null;
  // cut out of the text: setting `searchParams` would write `?reset` as `?reset=`
  const kept = url.search
    .slice(1)
    .split("&")
    .filter((part) => part.split("=")[0] !== PARAMETER);
  url.search = kept.join("&");
  return url.href;
}

/** Names the import for the kernel, which does it once per project. */
export function tokenOf({ ids, notebook }: UrlImport): string {
  return `url:${notebook}:${ids.join(",")}`;
}

/** Page-wide, for all bundles: whether the page's import was asked for. */
const page = ((globalThis as Record<symbol, unknown>)[Symbol.for("studio-widgets.url-import")] ??= {
  taken: false,
}) as { taken: boolean };

function asked(): UrlImport | null {
  const [navigation] = performance.getEntriesByType("navigation");
  return importOf(location.href) ?? (navigation ? importOf(navigation.name) : null);
}

/** The path of the notebook that shows `element`, as its tab in JupyterLab has it; "" when there is none. */
function shownIn(element: Element): string {
  const host = (element.getRootNode() as ShadowRoot).host;
  const panel = host?.closest(".jp-NotebookPanel");
  const tab = panel && document.querySelector(`.lm-TabBar-tab[data-id="${CSS.escape(panel.id)}"]`);
  return /^Path: (.+)$/m.exec(tab?.getAttribute("title") ?? "")?.[1] ?? "";
}

/** Does what the page's address asks for, unless it was done; `element` is in the widget. */
export async function importFromUrl(context: StudioContext, element: Element): Promise<void> {
  const wanted = page.taken ? null : asked();
  if (!wanted) return;
  // another notebook that is open in this page is not meant
  const here = shownIn(element);
  if (here && wanted.notebook && here !== wanted.notebook) return;
  page.taken = true;
  try {
    refuse(wanted);
    await importMedia(context, { ids: wanted.ids, token: tokenOf(wanted) });
  } catch (caught) {
    const error = asStudioError(caught);
    noticesOf(context.model).error(error);
    if (PASSING.includes(error.code)) {
      page.taken = false; // the cell run again asks again
      return;
    }
  }
  const clean = withoutImport(location.href);
  if (clean) history.replaceState(history.state, "", clean);
}

function refuse({ ids, bad }: UrlImport): void {
  const where = "?import= in the address";
  if (bad.length > 0) {
    const message = `“${bad[0]!.slice(0, 60)}” is not the id of a media file`;
    throw new StudioError({ code: "bad_import", message, where, hint: "Nothing was added; check the link" });
  }
  if (ids.length > MOST) {
    const message = `${ids.length} files are more than a link may add (${MOST})`;
    throw new StudioError({ code: "bad_import", message, where, hint: "Use “Import assets”" });
  }
}
