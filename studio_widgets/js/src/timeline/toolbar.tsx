/** The buttons above the timeline. */
import type { Action } from "../core/keymap.ts";
import { timecode } from "../core/timecode.ts";
import { IconButton } from "../core/ui/controls.tsx";
import { Icon } from "../core/ui/icons.tsx";
import { canSplit, crossfade, crossfades, marker, redo, remove, split, undo } from "./actions.ts";
import type { Editor } from "./editor.ts";
import { zoomCentre } from "./keys.ts";
import { TOOLS, type Tool } from "./tools/tool.ts";
import { useEditor } from "./use_editor.ts";
import { sliderToZoom, zoomToSlider } from "./viewport.ts";

interface ToolbarProps {
  editor: Editor;
  /** Within the workspace, whose own bar has undo and redo. */
  embedded: boolean;
  echoOpen: boolean;
  titleOpen: boolean;
  onImport(): void;
  onEcho(): void;
  onTitle(): void;
  onHelp(): void;
}

/** Undo and redo say what they would do. */
function HistoryButtons({ editor }: { editor: Editor }) {
  useEditor(editor, ({ document: it }) => [it.history, it.alive]);
  const { history, alive } = editor.document;
  return (
    <div class="tl-tools" role="group" aria-label="History">
      <IconButton
        icon="undo"
        label={history.undo ? `Undo ${history.undo}` : "Undo"}
        hint={editor.keymap.hint("undo")}
        data-testid="undo"
        disabled={!history.undo || !alive}
        onClick={() => undo(editor)}
      />
      <IconButton
        icon="redo"
        label={history.redo ? `Redo ${history.redo}` : "Redo"}
        hint={editor.keymap.hint("redo")}
        data-testid="redo"
        disabled={!history.redo || !alive}
        onClick={() => redo(editor)}
      />
    </div>
  );
}

const TOOL_NAMES = Object.keys(TOOLS) as Tool[];

/** The tools, one of which is in hand. */
function ToolButtons({ editor }: { editor: Editor }) {
  useEditor(editor, (it) => [it.tool, ...TOOL_NAMES.map((name) => it.keymap.hint(`tool_${name}`))]);
  return (
    <div class="tl-tools" role="group" aria-label="Tools">
      {TOOL_NAMES.map((name) => (
        <IconButton
          key={name}
          icon={TOOLS[name].icon}
          label={`${TOOLS[name].label} tool`}
          hint={[TOOLS[name].about, editor.keymap.hint(`tool_${name}`)].filter(Boolean).join("; ")}
          pressed={editor.tool === name}
          data-testid={`tool-${name}`}
          onClick={() => editor.useTool(name)}
        />
      ))}
    </div>
  );
}

function EditButtons({ editor, titleOpen, onTitle }: { editor: Editor; titleOpen: boolean; onTitle(): void }) {
  useEditor(editor, (it) => [it.value, it.selection, it.cut, it.playhead, it.document.alive, it.keymap.hint("split")]);
  const key = (action: Action): string => editor.keymap.hint(action);
  const ready = editor.value !== null && editor.document.alive;
  const found = crossfades(editor);
  const refusal = found.length > 0 && found.every((item) => item.refusal) ? (found[0]?.refusal ?? "") : "";
  return (
    <div class="tl-tools" role="group" aria-label="Edit">
      <IconButton
        icon="blade"
        label="Split at playhead"
        hint={key("split")}
        disabled={!ready || !canSplit(editor)}
        onClick={() => void split(editor)}
      />
      <IconButton
        icon="trash"
        label="Delete"
        hint={key("delete")}
        disabled={!ready || editor.selection.length === 0}
        onClick={() => void remove(editor)}
      />
      <IconButton
        icon="crossfade"
        label="Crossfade"
        hint={refusal || (found.length > 0 ? "at the selected cut" : "select a cut or two adjacent clips")}
        disabled={!ready || found.length === 0}
        onClick={() => void crossfade(editor)}
      />
      <IconButton
        icon="title"
        label="Add title"
        hint={key("add_title")}
        aria-expanded={titleOpen}
        aria-haspopup="dialog"
        disabled={!ready}
        onClick={onTitle}
      />
      <IconButton
        icon="marker"
        label="Add marker"
        hint={key("add_marker")}
        disabled={!ready}
        onClick={() => void marker(editor)}
      />
    </div>
  );
}

function Clock({ editor }: { editor: Editor }) {
  const { value, playhead } = useEditor(editor, (it) => [it.value, it.playhead]);
  if (!value) return <div class="tl-clock" />;
  return (
    <div class="tl-clock sw-mono" aria-hidden="true">
      <span data-testid="playhead-time">{timecode(playhead, value.rate)}</span>
      <span class="tl-faint"> / {timecode(value.totalFrames, value.rate)}</span>
    </div>
  );
}

function ZoomControls({ editor }: { editor: Editor }) {
  useEditor(editor, (it) => [zoomToSlider(it.view.zoom)]);
  return (
    <div class="tl-tools tl-zoom" role="group" aria-label="Zoom">
      <IconButton
        icon="zoom-out"
        label="Zoom out"
        hint={editor.keymap.hint("zoom_out")}
        onClick={() => editor.zoomBy(1 / 1.4, zoomCentre(editor))}
      />
      <input
        class="sw-range"
        type="range"
        min={0}
        max={1000}
        step={5}
        aria-label="Zoom"
        value={zoomToSlider(editor.view.zoom)}
        onInput={(event) =>
          editor.zoomBy(sliderToZoom(Number(event.currentTarget.value)) / editor.view.zoom, zoomCentre(editor))
        }
      />
      <IconButton
        icon="zoom-in"
        label="Zoom in"
        hint={editor.keymap.hint("zoom_in")}
        onClick={() => editor.zoomBy(1.4, zoomCentre(editor))}
      />
      <IconButton icon="fit" label="Fit timeline" hint={editor.keymap.hint("fit")} onClick={() => editor.fit()} />
    </div>
  );
}

export function Toolbar(props: ToolbarProps) {
  const { editor, embedded, echoOpen, titleOpen, onImport, onEcho, onTitle, onHelp } = props;
  useEditor(editor, (it) => [
    it.snappingTrait.get(),
    it.inspector.get(),
    it.document.alive,
    it.dropMode,
    it.keymap.hint("snapping"),
  ]);
  const inserting = editor.dropMode === "insert";
  const snapping = editor.snappingTrait.get();
  const inspecting = editor.inspector.get();
  return (
    <div class="tl-toolbar" role="toolbar" aria-label="Timeline tools">
      {!embedded && (
        <>
          <HistoryButtons editor={editor} />
          <span class="tl-divider" />
        </>
      )}
      <IconButton
        icon="import"
        label="Import assets"
        hint="pick media of the library"
        disabled={!editor.document.alive}
        onClick={onImport}
      />
      <span class="tl-divider" />
      <ToolButtons editor={editor} />
      <span class="tl-divider" />
      <EditButtons editor={editor} titleOpen={titleOpen} onTitle={onTitle} />
      <span class="tl-divider" />
      <IconButton
        icon="magnet"
        label="Snapping"
        hint={`${editor.keymap.hint("snapping")}; Ctrl while dragging: none`}
        pressed={snapping}
        onClick={() => editor.snappingTrait.set(!snapping)}
      />
      <IconButton
        icon={inserting ? "insert" : "overwrite"}
        label="Drops insert"
        hint={`${inserting ? "what follows makes room" : "now they overwrite what lies there"}; ${editor.keymap.hint("drop_mode")}`}
        pressed={inserting}
        onClick={() => editor.toggleDropMode()}
      />
      <Clock editor={editor} />
      <ZoomControls editor={editor} />
      <span class="tl-divider" />
      <IconButton
        icon="inspector"
        label="Inspector"
        hint={editor.keymap.hint("inspector")}
        aria-expanded={inspecting}
        onClick={() => editor.inspector.set(!inspecting)}
      />
      <button
        type="button"
        class="sw-button tl-echo-toggle"
        data-variant="quiet"
        aria-expanded={echoOpen}
        aria-label="Edits as Python"
        title="Show the edits as Python"
        onClick={onEcho}
      >
        <Icon name="python" />
        <span class="tl-wide">Python</span>
      </button>
      <IconButton icon="help" label="Keys" hint={editor.keymap.hint("help")} onClick={onHelp} />
    </div>
  );
}
