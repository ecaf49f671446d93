/** The timeline editor: tool bar, track headers, canvas, status line, and the edits as Python. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { StudioContext } from "../core/shell.ts";
import { timecode } from "../core/timecode.ts";
import { Button } from "../core/ui/controls.tsx";
import { ErrorNotice } from "../core/ui/error_notice.tsx";
import { Icon } from "../core/ui/icons.tsx";
import { Menu } from "../core/ui/menu.tsx";
import type { Place } from "../core/ui/popover.ts";
import { acceptDrops } from "./drop.ts";
import { Editor } from "./editor.ts";
import { Headers, type OpenMenu } from "./headers.tsx";
import { timelineKey } from "./keys.ts";
import { withMenus } from "./late_menus.ts";
import { LateEcho, LateInspector, LateKeys } from "./late_panes.tsx";
import type { MenuOf } from "./menu_of.ts";
import { Minimap } from "./minimap.tsx";
import { ClipGrid } from "./mirror.tsx";
import { RULER_HEIGHT } from "./paint.ts";
import { Pointer } from "./pointer.ts";
import { WordsForm, TitleForm } from "./popovers.tsx";
import { VerticalScroll } from "./scrollbars.tsx";
import { StatusLine } from "./status.tsx";
import { Surface } from "./surface.ts";
import { Toolbar } from "./toolbar.tsx";
import { useEditor } from "./use_editor.ts";
import { frameToX } from "./viewport.ts";

/** The editor's state, which lives as long as this view. */
function useEditorState(context: StudioContext): Editor {
  const [state] = useState(() => {
    const controller = new AbortController();
    return { controller, editor: new Editor(context, controller.signal) };
  });
  useEffect(() => () => state.controller.abort(), [state]);
  return state.editor;
}

/** Before there is anything to draw: loading, an error, or an empty timeline. */
function Placeholder({ editor, over, onImport }: { editor: Editor; over: boolean; onImport(): void }) {
  const { document: timeline, value } = useEditor(editor, (it) => [it.document.status, it.value, it.gesture !== null]);
  if (timeline.status === "failed" && timeline.error) {
    return (
      <div class="tl-state" data-testid="timeline-error">
        <ErrorNotice error={timeline.error}>
          <Button onClick={() => void timeline.load()}>Try again</Button>
        </ErrorNotice>
      </div>
    );
  }
  if (!value) {
    return (
      <div class="tl-state" role="status" data-testid="timeline-loading">
        <span class="sw-spinner" />
        <span>Loading the timeline…</span>
      </div>
    );
  }
  if (value.clips.length > 0 || editor.gesture) return null;
  return (
    <div class="tl-state tl-empty" data-over={over || undefined} data-testid="timeline-empty">
      <div class="tl-empty-card">
        <Icon name="video" size={24} />
        <strong>Drop media here</strong>
        <span>Drag a tile from the library, pick media, or add a clip in a cell:</span>
        <code>timeline.add("talk.mp4")</code>
        <Button icon="import" onClick={onImport}>
          Import assets
        </Button>
      </div>
    </div>
  );
}

/** The playhead, for screen readers. */
function PlayheadValue({ editor }: { editor: Editor }) {
  const { value, playhead } = useEditor(editor, (it) => [it.value, it.playhead]);
  if (!value) return null;
  return (
    <div
      class="sw-hidden-visually"
      role="slider"
      aria-label="Playhead"
      aria-valuemin={0}
      aria-valuemax={value.totalFrames}
      aria-valuenow={playhead}
      aria-valuetext={timecode(playhead, value.rate)}
      data-testid="playhead"
    />
  );
}

interface StageProps {
  editor: Editor;
  pointer: { current: Pointer | null };
  openMenu: OpenMenu;
  onImport(): void;
}

/** The canvases and what lies over them. Does not render while scrolling: only its parts do that show something new. */
function Stage({ editor, pointer, openMenu, onImport }: StageProps) {
  const stage = useRef<HTMLDivElement>(null);
  const [over, setOver] = useState(false);
  const id = useId();
  useEffect(() => {
    const element = stage.current;
    if (!element) return;
    const controller = new AbortController();
    const hands = new Pointer(editor, element, controller.signal);
    pointer.current = hands;
    new Surface(editor, element, () => hands.tick(), controller.signal);
    acceptDrops(editor, element, setOver, controller.signal);
    return () => controller.abort();
  }, [editor]);
  return (
    <>
      <div class="tl-stage" id={`${id}-stage`} data-over={over || undefined}>
        <div
          class="tl-canvas"
          ref={stage}
          data-testid="timeline-canvas"
          onContextMenu={(event) => {
            event.preventDefault();
            const there = pointer.current?.at(event);
            const place = { x: event.clientX, y: event.clientY };
            if (!there) return;
            void withMenus(editor, ({ menuFor }) => {
              const found = menuFor(editor, there.hit, there.frame);
              if (found) openMenu(found, place);
            });
          }}
        >
          <canvas class="tl-layer" aria-hidden="true" />
          <canvas class="tl-layer" aria-hidden="true" />
        </div>
        <PlayheadValue editor={editor} />
        <ClipGrid editor={editor} id={id} />
        <Placeholder editor={editor} over={over} onImport={onImport} />
        <WordsForm editor={editor} />
      </div>
      <VerticalScroll editor={editor} controls={`${id}-stage`} />
      <Minimap editor={editor} controls={`${id}-stage`} />
    </>
  );
}

/** Where the menu key's menu opens: at the selected clip, else at the playhead. */
function placeOfSelection(editor: Editor, root: HTMLElement): Place {
  const id = editor.focused ?? editor.selection[0];
  const clip = id === undefined ? null : root.querySelector<HTMLElement>(`[data-clip-id="${CSS.escape(id)}"]`);
  const stage = root.querySelector(".tl-stage")!.getBoundingClientRect();
  const box = clip?.getBoundingClientRect();
  const x = box ? box.left + 8 : stage.left + frameToX(editor.view, editor.playhead);
  const y = box ? box.top + box.height / 2 : stage.top + RULER_HEIGHT;
  return { x: Math.max(stage.left, Math.min(x, stage.right - 40)), y: Math.max(stage.top, Math.min(y, stage.bottom)) };
}

function InspectorPane({ editor }: { editor: Editor }) {
  useEditor(editor, (it) => [it.inspector.get()]);
  return editor.inspector.get() ? <LateInspector editor={editor} /> : null;
}

export interface TimelineEditorProps {
  context: StudioContext;
  /** Within the workspace, which has undo and redo in its own bar. */
  embedded?: boolean;
  /** Opens the picker. */
  onImport(): void;
}

export function TimelineEditor({ context, embedded = false, onImport }: TimelineEditorProps) {
  const editor = useEditorState(context);
  const pointer = useRef<Pointer | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const [panel, setPanel] = useState<"title" | "keys" | null>(null);
  const [echoOpen, setEchoOpen] = useState(false);
  const [menu, setMenu] = useState<{ of: MenuOf; place: Place } | null>(null);
  const openMenu: OpenMenu = (of, place) => setMenu({ of, place });
  const close = (): void => {
    setPanel(null);
    root.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    root.current?.removeAttribute("data-by-pointer");
    const targets = {
      cancelDrag: () => pointer.current?.cancel() ?? false,
      openTitle: () => setPanel("title"),
      openHelp: () => setPanel("keys"),
      openMenu: () => {
        void withMenus(editor, ({ menuOfSelection }) => {
          const found = menuOfSelection(editor);
          if (found && root.current) openMenu(found, placeOfSelection(editor, root.current));
        });
      },
    };
    if (!timelineKey(event, editor, targets)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={root}
      class="tl"
      role="region"
      aria-label="Timeline"
      tabIndex={0}
      data-timeline-root
      data-lm-suppress-shortcuts="true"
      data-testid="timeline"
      onKeyDown={onKeyDown}
    >
      <Toolbar
        editor={editor}
        embedded={embedded}
        echoOpen={echoOpen}
        titleOpen={panel === "title"}
        onImport={onImport}
        onEcho={() => setEchoOpen(!echoOpen)}
        onTitle={() => setPanel(panel === "title" ? null : "title")}
        onHelp={() => setPanel("keys")}
      />
      {panel === "title" && <TitleForm editor={editor} onClose={close} />}
      {panel === "keys" && <LateKeys editor={editor} onClose={close} />}
      {menu && (
        <Menu
          key={menu.of.label}
          label={menu.of.label}
          place={menu.place}
          entries={menu.of.entries}
          onClose={() => setMenu(null)}
        />
      )}
      <div class="tl-panes">
        <div class="tl-lanes">
          <div class="tl-body">
            <div class="tl-corner" />
            <div class="tl-corner" data-low />
            <Headers editor={editor} openMenu={openMenu} />
            <Stage editor={editor} pointer={pointer} openMenu={openMenu} onImport={onImport} />
          </div>
          <StatusLine editor={editor} />
        </div>
        <InspectorPane editor={editor} />
        {echoOpen && <LateEcho document={context.document} />}
      </div>
    </div>
  );
}
