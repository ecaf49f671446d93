/** The track headers: name, mute, solo, hide, lock. */
import type { Track } from "../core/protocol.ts";
import { Icon, type IconName } from "../core/ui/icons.tsx";
import { setTrack } from "./edits.ts";
import type { Editor } from "./editor.ts";
import type { Lane } from "./lanes.ts";
import { useEditor } from "./use_editor.ts";

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

function Header({ editor, lane }: { editor: Editor; lane: Lane }) {
  const { track } = lane;
  const share = { editor, track };
  return (
    <div
      class="tl-header"
      role="group"
      aria-label={`Track ${track.id}`}
      data-kind={track.kind}
      data-testid={`track-${track.id}`}
      style={{ top: `${lane.y}px`, height: `${lane.height}px` }}
    >
      <div class="tl-header-name">
        <span class="tl-track-id">{track.id}</span>
        <span class="tl-track-name" title={track.name || undefined}>
          {track.name || (track.kind === "video" ? "Video" : "Audio")}
        </span>
      </div>
      <div class="tl-switches">
        {track.kind === "video" && (
          <Switch {...share} field="hidden" icon={track.hidden ? "eye-off" : "eye"} label="Hide" />
        )}
        <Switch {...share} field="muted" icon={track.muted ? "muted" : "volume"} label="Mute" />
        <Switch {...share} field="solo" icon="headphones" label="Solo" />
        <Switch {...share} field="locked" icon={track.locked ? "lock" : "unlock"} label="Lock" />
      </div>
    </div>
  );
}

export function Headers({ editor }: { editor: Editor }) {
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
          <Header key={lane.track.id} editor={editor} lane={lane} />
        ))}
      </div>
    </div>
  );
}
