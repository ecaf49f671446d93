/** The bar across the top: which project, how it stands, undo and redo, recording, export. */
import type { Ref } from "preact";
import { useState } from "preact/hooks";
import { useAlive, useDocument, useTrait } from "../core/hooks.ts";
import { Keymap } from "../core/keymap.ts";
import type { StudioContext } from "../core/shell.ts";
import { clockText } from "../core/timecode.ts";
import { alongRow, Button, IconButton } from "../core/ui/controls.tsx";
import { Icon } from "../core/ui/icons.tsx";
import { noticesOf } from "../core/ui/notices.ts";
import { RecordingDot } from "../core/ui/recording_dot.tsx";
import { showView, VIEW_MODES, type ViewMode } from "../core/view_mode.ts";
import type { Phase } from "../recorder/take.ts";
import { useTake } from "../recorder/use_take.ts";
import { statusLine } from "./status.ts";

/** What the record button says; while recording it counts instead. */
const PHASE_NAMES: Partial<Record<Phase, string>> = {
  countdown: "Get ready",
  starting: "Starting",
  saving: "Saving take",
};

interface TopBarProps {
  context: StudioContext;
  recordOpen: boolean;
  recordButton: Ref<HTMLButtonElement>;
  onRecord(): void;
  onImport(): void;
  onExport(): void;
}

export function TopBar({ context, recordOpen, recordButton, onRecord, onImport, onExport }: TopBarProps) {
  const { model } = context;
  const timeline = useDocument(context.document);
  const [title] = useTrait(model, "project_title", "");
  const { history } = timeline;
  const alive = useAlive(context.channel);
  const run = (action: Promise<unknown>): void => void action.catch((error) => noticesOf(model).error(error));
  return (
    <header class="top-bar">
      <div class="top-title">
        <strong title={title || timeline.title}>{title || timeline.title || "Untitled project"}</strong>
        <Status context={context} />
      </div>
      <ViewModes context={context} />
      <div class="top-tools" role="toolbar" aria-label="Project">
        <IconButton
          icon="undo"
          label={history.undo ? `Undo ${history.undo}` : "Undo"}
          hint="Ctrl+Z"
          data-testid="undo"
          disabled={!history.undo || !alive}
          onClick={() => run(timeline.undo())}
        />
        <IconButton
          icon="redo"
          label={history.redo ? `Redo ${history.redo}` : "Redo"}
          hint="Ctrl+Shift+Z"
          data-testid="redo"
          disabled={!history.redo || !alive}
          onClick={() => run(timeline.redo())}
        />
        <span class="top-divider" />
        <Button icon="import" disabled={!alive} onClick={onImport}>
          Import assets
        </Button>
        <RecordButton context={context} open={recordOpen} buttonRef={recordButton} onClick={onRecord} />
        <Button icon="export" variant="primary" disabled={!alive} onClick={onExport}>
          Export to course
        </Button>
      </div>
    </header>
  );
}

/** Which part has the room. */
function ViewModes({ context: { model } }: { context: StudioContext }) {
  const [mode] = useTrait<string>(model, "view_mode", "edit");
  const [keymap] = useState(() => new Keymap(model));
  const names = Object.keys(VIEW_MODES) as ViewMode[];
  return (
    <div
      class="view-modes"
      role="radiogroup"
      aria-label="View"
      onKeyDown={(event) => {
        const next = alongRow(event.key, names.indexOf(mode as ViewMode), names.length);
        if (next === null) return;
        event.preventDefault();
        event.stopPropagation();
        showView(model, names[next]!);
        (event.currentTarget.children[next] as HTMLElement).focus();
      }}
    >
      {names.map((name) => (
        <button
          key={name}
          type="button"
          class="sw-icon-button"
          role="radio"
          aria-label={VIEW_MODES[name].label}
          aria-checked={name === mode}
          tabIndex={name === mode ? 0 : -1}
          title={`${VIEW_MODES[name].label}: ${VIEW_MODES[name].about} (${keymap.hint(`view_${name}`)})`}
          onClick={() => showView(model, name)}
        >
          <Icon name={VIEW_MODES[name].icon} />
        </button>
      ))}
    </div>
  );
}

function Status({ context }: { context: StudioContext }) {
  const timeline = useDocument(context.document);
  const alive = useAlive(context.channel);
  const [status] = useTrait(context.model, "status", "");
  const { waiting, busy } = timeline;
  const line = statusLine({ alive, loaded: timeline.status === "ready", waiting, busy, status });
  return (
    <span class="top-status" role="status" data-kind={line.kind} title={line.detail}>
      {line.icon ? <Icon name={line.icon} size={12} /> : <span class="sw-spinner" />}
      {line.text}
    </span>
  );
}

interface RecordButtonProps {
  context: StudioContext;
  open: boolean;
  buttonRef: Ref<HTMLButtonElement>;
  onClick(): void;
}

/** Opens the recorder; while something is recorded it shows for how long, with a stop beside it. */
function RecordButton({ context, open, buttonRef, onClick }: RecordButtonProps) {
  const recorder = useTake(context);
  const { phase, elapsed } = recorder.state;
  const live = phase === "recording" || phase === "countdown" || phase === "starting";
  return (
    <span class="top-record" data-live={live || undefined}>
      <button
        ref={buttonRef}
        type="button"
        class="sw-button"
        aria-expanded={open}
        aria-haspopup="dialog"
        onClick={onClick}
        title={live ? "Show the recorder" : "Record the screen, a window or a tab"}
      >
        {phase === "saving" ? <span class="sw-spinner" /> : <RecordingDot live={live} />}
        {phase === "recording" ? (
          <span class="sw-mono">{clockText(elapsed / 1000)}</span>
        ) : (
          (PHASE_NAMES[phase] ?? "Record")
        )}
      </button>
      {live && <IconButton icon="stop" label="Stop recording" onClick={() => recorder.stop()} />}
    </span>
  );
}
