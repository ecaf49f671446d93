/** The recorder: choose, count down, record, stop, and what to do with the take. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { MediaItem } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { clockText } from "../core/timecode.ts";
import { Button, Field, Segments } from "../core/ui/controls.tsx";
import { ErrorNotice } from "../core/ui/error_notice.tsx";
import { formatLength, formatSize } from "../core/ui/format.ts";
import { Icon } from "../core/ui/icons.tsx";
import { RecordingDot } from "../core/ui/recording_dot.tsx";
import { SaveTakeDialog } from "../core/ui/save_take.tsx";
import { browser, obstacle, type Surface } from "./capture.ts";
import type { Phase, TakeOptions, TakeRecorder } from "./take.ts";
import { useTake } from "./use_take.ts";

const SURFACES = [
  { value: "screen", label: "Screen", icon: "screen" },
  { value: "window", label: "Window", icon: "window" },
  { value: "tab", label: "Tab", icon: "tab" },
  { value: "this-tab", label: "This tab", icon: "tab" },
] as const;
const COUNTDOWNS = [
  { value: "0", label: "None" },
  { value: "3", label: "3 s" },
  { value: "5", label: "5 s" },
] as const;
const PHASE_NAMES: Partial<Record<Phase, string>> = {
  countdown: "Get ready",
  starting: "Starting",
  recording: "Recording",
  saving: "Saving the take",
};
const BEHIND = 4_000_000; // bytes not on disk yet that are worth a word

export function RecorderView({ context }: { context: StudioContext }) {
  const recorder = useTake(context);
  const { phase, error } = recorder.state;
  const problem = useMemo(() => obstacle(browser()), []);
  return (
    <section class="recorder" aria-label="Recorder" data-phase={phase}>
      {phase === "idle" || phase === "choosing" ? (
        <>
          {problem ? <ErrorNotice error={problem} /> : <Setup recorder={recorder} waiting={phase === "choosing"} />}
          {error && !problem && <ErrorNotice error={error} />}
          {recorder.state.take && <Done context={context} recorder={recorder} take={recorder.state.take} />}
        </>
      ) : (
        <Running recorder={recorder} />
      )}
    </section>
  );
}

function Setup({ recorder, waiting }: { recorder: TakeRecorder; waiting: boolean }) {
  const [options, setOptions] = useState<TakeOptions>(recorder.options);
  const change = (part: Partial<TakeOptions>): void => setOptions((before) => ({ ...before, ...part }));
  return (
    <div class="recorder-setup">
      <div class="sw-field">
        <span class="sw-label">What to record</span>
        <Segments
          label="What to record"
          choices={SURFACES}
          value={options.surface}
          onChange={(surface: Surface) => change({ surface })}
          disabled={waiting}
        />
      </div>
      <div class="recorder-row">
        <div class="sw-field">
          <span class="sw-label">Countdown</span>
          <Segments
            label="Countdown"
            choices={COUNTDOWNS}
            value={String(options.countdown) as "0" | "3" | "5"}
            onChange={(text) => change({ countdown: Number(text) })}
            disabled={waiting}
          />
        </div>
        <label class="recorder-check">
          <input
            type="checkbox"
            checked={options.sound}
            disabled={waiting}
            onInput={(event) => change({ sound: event.currentTarget.checked })}
          />
          Record its sound
        </label>
      </div>
      <Field label="Name">
        {(id) => (
          <input
            id={id}
            class="sw-input"
            placeholder="Screen recording"
            maxLength={200}
            value={options.name}
            disabled={waiting}
            onInput={(event) => change({ name: event.currentTarget.value })}
          />
        )}
      </Field>
      <Button
        class="sw-button recorder-start"
        icon="record"
        busy={waiting}
        onClick={() => void recorder.record({ ...options, name: options.name.trim() })}
      >
        {waiting ? "Choose what to share in the browser’s window" : "Start recording"}
      </Button>
    </div>
  );
}

function Running({ recorder }: { recorder: TakeRecorder }) {
  const { phase, left, elapsed, bytes, unsent, hasSound } = recorder.state;
  const preview = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (preview.current) preview.current.srcObject = recorder.stream;
  }, [recorder.stream]);
  return (
    <div class="recorder-running">
      <div class="recorder-picture">
        <video ref={preview} muted autoplay playsInline aria-label="What is being recorded" />
        {phase === "countdown" && (
          <div class="recorder-count" role="timer" aria-live="assertive">
            {left}
          </div>
        )}
      </div>
      <div class="recorder-status" role="status">
        {phase === "saving" || phase === "starting" ? (
          <span class="sw-spinner" />
        ) : (
          <RecordingDot live={phase === "recording"} />
        )}
        <strong>{PHASE_NAMES[phase]}</strong>
        <span class="recorder-size">{hasSound ? "with sound" : "no sound"}</span>
        {phase !== "countdown" && (
          <span class="recorder-time">
            <span class="recorder-size">{formatSize(bytes)}</span>
            <span class="sw-mono">{clockText(elapsed / 1000)}</span>
          </span>
        )}
      </div>
      {unsent > BEHIND && <div class="sw-note">{formatSize(unsent)} wait for the kernel. Nothing is lost.</div>}
      {phase !== "saving" && (
        <Button icon="stop" variant="primary" onClick={() => recorder.stop()}>
          {phase === "countdown" ? "Cancel" : "Stop recording"}
        </Button>
      )}
    </div>
  );
}

function Done({ context, recorder, take }: { context: StudioContext; recorder: TakeRecorder; take: MediaItem }) {
  const [saving, setSaving] = useState(false);
  return (
    <div class="recorder-done" role="status">
      <Icon name="check" />
      <div class="recorder-done-text">
        <strong>{take.name}</strong>
        <span class="sw-note">
          {[formatLength(take.durationSeconds), formatSize(take.fileSize), "under Recordings"]
            .filter(Boolean)
            .join(" · ")}
        </span>
      </div>
      <Button icon="save" onClick={() => setSaving(true)}>
        Save to library
      </Button>
      {saving && (
        <SaveTakeDialog
          context={context}
          take={take}
          onClose={() => setSaving(false)}
          onSaved={() => recorder.forgetTake()}
        />
      )}
    </div>
  );
}
