/** The whole studio: asset browser, player and timeline around each other, the recorder and the export on call. */
import { useEffect, useRef, useState } from "preact/hooks";
import { addAtPlayhead } from "../browser/add.ts";
import { AssetBrowser } from "../browser/asset_browser.tsx";
import { LatePicker } from "../browser/late_picker.tsx";
import { useTrait } from "../core/hooks.ts";
import type { Action } from "../core/keymap.ts";
import type { StudioContext } from "../core/shell.ts";
import { backToTimeline } from "../core/source.ts";
import { noticesOf } from "../core/ui/notices.ts";
import { isViewMode, showView, type ViewMode } from "../core/view_mode.ts";
import { Toasts } from "../core/ui/toasts.tsx";
import { act, actionOf, isTyping, remotePlayer } from "../player/keys.ts";
import { PlayerView } from "../player/player_view.tsx";
import { useTake } from "../recorder/use_take.ts";
import { chooseImported } from "../timeline/imported.ts";
import { ExportDialog } from "./export_dialog.tsx";
import { bounds, layOut, type PanelSizes } from "./layout.ts";
import { LateTimeline } from "./late_parts.tsx";
import { RecordPanel } from "./record_panel.tsx";
import { Splitter } from "./splitter.tsx";
import { TopBar } from "./top_bar.tsx";
import { importFromUrl } from "./url_import.ts";

/** The width the notebook gives, in pixels; 0 until known. */
function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry!.contentRect.width)));
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, []);
  return [ref, width] as const;
}

/** What keys do wherever the focus is in the workspace, unless the part that has it used them. */
const VIEWS: Partial<Record<Action, ViewMode>> = {
  view_edit: "edit",
  view_browse: "browse",
  view_review: "review",
  view_focus: "focus",
};
const ANYWHERE: ReadonlySet<Action> = new Set(["play_pause", "shuttle_back", "shuttle_stop", "shuttle_forward"]);

function workspaceKey(event: KeyboardEvent, context: StudioContext): void {
  if (event.defaultPrevented || isTyping(event)) return;
  const { document, model } = context;
  const action = actionOf(event, model);
  const onButton = (event.composedPath()[0] as Element).closest("button, [role='tab'], [role='radio']") !== null;
  if (action === "undo" || action === "redo") {
    document[action]().catch((error) => noticesOf(model).error(error));
  } else if (action !== null && VIEWS[action]) {
    showView(model, VIEWS[action]);
  } else if (action !== null && ANYWHERE.has(action) && !(event.key === " " && onButton)) {
    act(action, remotePlayer(context));
  } else return;
  event.preventDefault();
}

/** Escape leads back from a media file, before any part takes it for something else; a dialog keeps its own. */
function leavePreview(event: KeyboardEvent, context: StudioContext): void {
  const inDialog = (event.composedPath()[0] as Element).closest("dialog, [role='dialog']") !== null;
  if (event.key !== "Escape" || inDialog || isTyping(event) || !backToTimeline(context)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** Whether the recorder is unfolded. It steps aside while it records (it may be in the picture) and returns with the take. */
function useRecordPanel(context: StudioContext) {
  const state = useState(false);
  const setOpen = state[1];
  const { phase, take, error } = useTake(context).state;
  useEffect(() => {
    if (phase === "starting") setOpen(false);
    else if (phase === "idle" && (take || error)) setOpen(true);
  }, [phase]);
  return state;
}

export function WorkspaceView({ context }: { context: StudioContext }) {
  const [ref, width] = useWidth();
  const [sizes, setSizes] = useTrait<PanelSizes>(context.model, "panel_sizes", {});
  const [recording, setRecording] = useRecordPanel(context);
  const [exporting, setExporting] = useState(false);
  const [importing, setImporting] = useState(false);
  const recordButton = useRef<HTMLButtonElement>(null);
  const [mode] = useTrait<string>(context.model, "view_mode", "edit");
  const view = isViewMode(mode) ? mode : "edit";
  const layout = layOut(sizes, width || 1200, view);
  // each view has sizes of its own, but for the height of the whole
  const across = view === "browse" ? "browse_player" : "browser";
  const down = view === "browse" ? "browse_timeline" : view === "review" ? "review_timeline" : "timeline";
  const resize = (part: keyof PanelSizes) => ({
    bounds: bounds(part, width || 1200, layout.height),
    value: layout[part],
    onChange: (value: number) => setSizes({ ...sizes, [part]: value }),
    onReset: () => setSizes({ ...sizes, [part]: undefined }),
  });
  useEffect(() => void importFromUrl(context, ref.current!), [context]);
  const closeRecorder = (): void => {
    setRecording(false);
    recordButton.current?.focus();
  };
  const style = {
    "--browser": `${layout.browser}px`,
    "--player": `${layout.browse_player}px`,
    "--timeline": `${layout[down]}px`,
    "--height": `${layout.height}px`,
    "--stage": `${layout.stage}px`,
  };
  return (
    <div
      ref={ref}
      class="workspace"
      data-mode={layout.mode}
      data-view={view}
      style={style}
      onKeyDownCapture={(event) => leavePreview(event, context)}
      onKeyDown={(event) => workspaceKey(event, context)}
    >
      <TopBar
        context={context}
        recordOpen={recording}
        recordButton={recordButton}
        onRecord={() => setRecording(!recording)}
        onImport={() => setImporting(true)}
        onExport={() => setExporting(true)}
      />
      <div class="area-browser">
        <AssetBrowser context={context} onAdd={(items) => void addAtPlayhead(context, items)} />
      </div>
      {(view === "edit" || view === "browse") && (
        <Splitter
          label={view === "edit" ? "Width of the asset browser" : "Width of the player"}
          orientation="vertical"
          direction={view === "edit" ? 1 : -1}
          {...resize(across)}
        />
      )}
      <div class="area-player">
        <PlayerView context={context} />
      </div>
      {view !== "focus" && (
        <Splitter label="Height of the timeline" orientation="horizontal" direction={-1} {...resize(down)} />
      )}
      <div class="area-timeline">
        <LateTimeline context={context} embedded onImport={() => setImporting(true)} />
      </div>
      <Splitter label="Height of the workspace" orientation="horizontal" {...resize("height")} />
      {recording && <RecordPanel context={context} onClose={closeRecorder} />}
      {importing && (
        <LatePicker
          context={context}
          onClose={() => setImporting(false)}
          onInserted={(done, target) => chooseImported(context, done, target)}
        />
      )}
      {exporting && <ExportDialog context={context} onClose={() => setExporting(false)} />}
      <Toasts model={context.model} />
    </div>
  );
}
