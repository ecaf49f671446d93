/** Media files into a project: asking for it, and the fields that say where they go. */
import { useEffect, useState } from "preact/hooks";
import { asStudioError, type StudioError } from "../core/channel.ts";
import type { ImportedMedia, ImportMedia, ProjectList } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { Field } from "../core/ui/controls.tsx";
import { importMedia } from "./import_media.ts";
import type { Target, TrackChoice } from "./picks.ts";

/** Runs one import; `start` gives what was made, null when it was refused: then `error` says why. */
export function useImport(context: StudioContext) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<StudioError | null>(null);
  const start = async (body: ImportMedia): Promise<ImportedMedia | null> => {
    setBusy(true);
    setError(null);
    try {
      return await importMedia(context, body);
    } catch (caught) {
      setError(asStudioError(caught));
      setBusy(false);
      return null;
    }
  };
  return { busy, error, start };
}

/** The projects there are, if they are `wanted`; null until they are known. */
export function useProjects({ channel }: StudioContext, wanted = true) {
  const [projects, setProjects] = useState<ProjectList | null>(null);
  const [error, setError] = useState<StudioError | null>(null);
  useEffect(() => {
    if (!wanted) return;
    const abort = new AbortController();
    channel.request("projects.list", {}, { signal: abort.signal }).then(
      ({ body }) => setProjects(body),
      (caught) => abort.signal.aborted || setError(asStudioError(caught)),
    );
    return () => abort.abort();
  }, [channel, wanted]);
  return { projects, error };
}

const PLACES = { end: "End of the timeline", playhead: "Playhead", time: "At a time…" };

interface TargetFieldsProps {
  target: Target;
  tracks: readonly TrackChoice[];
  /** Whether there is a playhead to insert at. */
  playhead: boolean;
  onChange(target: Target): void;
}

/** Which track, and where on it. */
export function TargetFields({ target, tracks, playhead, onChange }: TargetFieldsProps) {
  const set = (change: Partial<Target>): void => onChange({ ...target, ...change });
  return (
    <div class="target">
      <Field label="Track">
        {(id) => (
          <select
            id={id}
            class="sw-select"
            value={target.track}
            onChange={(event) => set({ track: event.currentTarget.value })}
          >
            <option value="">Automatic</option>
            {tracks.map((track) => (
              <option key={track.id} value={track.id} disabled={track.disabled}>
                {track.label}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Position">
        {(id) => (
          <select
            id={id}
            class="sw-select"
            value={target.place}
            onChange={(event) => set({ place: event.currentTarget.value as Target["place"] })}
          >
            {(["playhead", "end", "time"] as const)
              .filter((place) => playhead || place !== "playhead")
              .map((place) => (
                <option key={place} value={place}>
                  {PLACES[place]}
                </option>
              ))}
          </select>
        )}
      </Field>
      {target.place === "time" && (
        <Field label="Time" note="00:01:30:00, 1:30 or a frame">
          {(id, note) => (
            <input
              id={id}
              class="sw-input sw-mono"
              aria-describedby={note}
              value={target.time}
              maxLength={40}
              onInput={(event) => set({ time: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
    </div>
  );
}

/** Whether the place is still to be typed. */
export function isVague({ place, time }: Target): boolean {
  return place === "time" && time.trim() === "";
}
