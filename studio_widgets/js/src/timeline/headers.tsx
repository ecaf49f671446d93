/** The track headers: name, mute, solo, hide, lock, height; their menu has the rest. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Track } from "../core/protocol.ts";
import { Icon, type IconName } from "../core/ui/icons.tsx";
import type { Place } from "../core/ui/popover.ts";
import { setTrack } from "./edits.ts";
import { moveTrack } from "./actions.ts";
import type { Editor } from "./editor.ts";
import type { Lane } from "./lanes.ts";
import { withMenus } from "./late_menus.ts";
import type { MenuOf } from "./menu_of.ts";
import { useEditor } from "./use_editor.ts";

export type OpenMenu = (menu: MenuOf, place: Place) => void;

interface SwitchProps {
  editor: Editor;
  track: Track;
  field: "muted" | "solo" | "locked" | "hidden";
  icon: IconName;
  label: string;
}

function Switch({ editor, track, field, icon, label }: SwitchProps) {
  const on = track[field] === true;
  return (
    <button
      type="button"
      class="tl-switch"
      aria-label={`${label} ${track.id}`}
      aria-pressed={on}
      title={`${label} ${track.id}`}
      data-field={field}
      onClick={() => void editor.attempt(setTrack(editor.document, track, { [field]: !on }))}
    >
      <Icon name={icon} size={14} />
    </button>
  );
}

/** The name as a field: Enter or leaving it takes it, Escape does not. */
function NameField({ track, onDone }: { track: Track; onDone(name: string | null): void }) {
  const input = useRef<HTMLInputElement>(null);
  const left = useRef(false);
  const done = (name: string | null): void => {
    if (left.current) return;
    left.current = true;
    onDone(name);
  };
  useEffect(() => input.current?.select(), []);
  return (
    <input
      ref={input}
      class="sw-input tl-name-field"
      aria-label={`Name of track ${track.id}`}
      defaultValue={track.name ?? ""}
      maxLength={80}
      autofocus
      onBlur={(event) => done(event.currentTarget.value.trim())}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") done(event.currentTarget.value.trim());
        else if (event.key === "Escape") done(null);
      }}
    />
  );
}

const MIN_HEIGHT = 36;
const MAX_HEIGHT = 400;
const STEP = 8;

/** The lower edge of a header: drags its height. */
function HeightGrip({ editor, lane }: { editor: Editor; lane: Lane }) {
  const { track, height } = lane;
  const grab = useRef<{ y: number; height: number; now: number } | null>(null);
  const clamp = (value: number): number => Math.round(Math.max(MIN_HEIGHT, Math.min(MAX_HEIGHT, value)));
  const set = async (value: number): Promise<void> => {
    await editor.attempt(setTrack(editor.document, track, { height: value }));
    editor.previewHeights();
  };
  const end = (event: PointerEvent, take: boolean): void => {
    const held = grab.current;
    grab.current = null;
    if (!held) return;
    (event.currentTarget as HTMLElement).releasePointerCapture(event.pointerId);
    if (take && held.now !== held.height) void set(held.now);
    else editor.previewHeights();
  };
  return (
    <div
      class="tl-height"
      role="separator"
      tabIndex={0}
      aria-label={`Height of ${track.id}`}
      aria-orientation="horizontal"
      aria-valuemin={MIN_HEIGHT}
      aria-valuemax={MAX_HEIGHT}
      aria-valuenow={height}
      title="Drag to change the height; double click for the usual one"
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        grab.current = { y: event.clientY, height, now: height };
      }}
      onPointerMove={(event) => {
        if (!grab.current) return;
        grab.current.now = clamp(grab.current.height + event.clientY - grab.current.y);
        editor.previewHeights(new Map([[track.id, grab.current.now]]));
      }}
      onPointerUp={(event) => end(event, true)}
      onPointerCancel={(event) => end(event, false)}
      onDblClick={() => void set(0)}
      onKeyDown={(event) => {
        const by = event.key === "ArrowDown" ? STEP : event.key === "ArrowUp" ? -STEP : 0;
        if (event.key === "Home") void set(0);
        else if (by !== 0 && clamp(height + by) !== height) void set(clamp(height + by));
        else return;
        event.preventDefault();
      }}
    />
  );
}

interface HeaderProps {
  editor: Editor;
  lane: Lane;
  openMenu: OpenMenu;
}

function Header({ editor, lane, openMenu }: HeaderProps) {
  const { track } = lane;
  const [naming, setNaming] = useState(false);
  const name = useRef<HTMLButtonElement>(null);
  const share = { editor, track };
  const rename = (): void => setNaming(true);
  const named = (text: string | null): void => {
    setNaming(false);
    if (text !== null && text !== (track.name ?? "")) {
      void editor.attempt(setTrack(editor.document, track, { name: text }), "Renamed");
    }
    requestAnimationFrame(() => name.current?.focus());
  };
  const open = (place: Place): void =>
    void withMenus(editor, ({ trackMenu }) => openMenu(trackMenu(editor, track, rename), place));
  const onKeyDown = (event: KeyboardEvent): void => {
    const { key } = event;
    if (key === "F2") rename();
    else if (event.altKey && (key === "ArrowUp" || key === "ArrowDown"))
      moveTrack(editor, track, key === "ArrowUp" ? 1 : -1);
    else if (key === "ContextMenu" || (key === "F10" && event.shiftKey)) open(event.currentTarget as HTMLElement);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const kind = track.kind === "video" ? "Video" : "Audio";
  return (
    <div
      class="tl-header"
      role="group"
      aria-label={`Track ${track.id}`}
      data-kind={track.kind}
      data-testid={`track-${track.id}`}
      style={{ top: `${lane.y}px`, height: `${lane.height}px` }}
      onContextMenu={(event) => {
        event.preventDefault();
        open({ x: event.clientX, y: event.clientY });
      }}
    >
      {naming ? (
        <NameField track={track} onDone={named} />
      ) : (
        <button
          ref={name}
          type="button"
          class="tl-header-name"
          aria-haspopup="menu"
          title={`${track.name || kind}: menu by click, rename with F2 or a double click`}
          onClick={(event) => event.detail < 2 && open(event.currentTarget)}
          onDblClick={rename}
          onKeyDown={onKeyDown}
        >
          <span class="tl-track-id">{track.id}</span> <span class="tl-track-name">{track.name || kind}</span>
          <Icon name="more" size={12} />
        </button>
      )}
      <div class="tl-switches">
        {track.kind === "video" && (
          <Switch {...share} field="hidden" icon={track.hidden ? "eye-off" : "eye"} label="Hide" />
        )}
        <Switch {...share} field="muted" icon={track.muted ? "muted" : "volume"} label="Mute" />
        <Switch {...share} field="solo" icon="headphones" label="Solo" />
        <Switch {...share} field="locked" icon={track.locked ? "lock" : "unlock"} label="Lock" />
      </div>
      <HeightGrip editor={editor} lane={lane} />
    </div>
  );
}

export function Headers({ editor, openMenu }: { editor: Editor; openMenu: OpenMenu }) {
  useEditor(editor, ({ lanes, view }) => [lanes, view.top]);
  return (
    <div
      class="tl-headers"
      onWheel={(event) => {
        if (editor.contentHeight <= editor.view.height || event.ctrlKey) return;
        event.preventDefault();
        editor.look({ top: editor.view.top + event.deltaY });
      }}
    >
      <div class="tl-headers-inner" style={{ transform: `translateY(${-editor.view.top}px)` }}>
        {editor.lanes.map((lane) => (
          <Header key={lane.track.id} editor={editor} lane={lane} openMenu={openMenu} />
        ))}
      </div>
    </div>
  );
}
