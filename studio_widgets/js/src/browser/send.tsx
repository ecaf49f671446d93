/** "Send to studio": what is selected in an asset browser shown alone goes on a project. */
import { useState } from "preact/hooks";
import { useAlive, useTrait } from "../core/hooks.ts";
import type { StudioContext } from "../core/shell.ts";
import { Button, Field } from "../core/ui/controls.tsx";
import { Dialog } from "../core/ui/dialog.tsx";
import { ErrorNotice } from "../core/ui/error_notice.tsx";
import { plural } from "../core/ui/format.ts";
import { AssetBrowser } from "./asset_browser.tsx";
import { isVague, TargetFields, useImport, useProjects } from "./imports.tsx";
import { ANYWHERE, placeOf, trackChoices } from "./picks.ts";

/** The `<select>` value that stands for a project that does not exist yet. */
const NEW = "\u0000new";
/** The tracks of a new project. */
const NEW_TRACKS = ["V1", "V2", "A1", "A2"];

interface SendDialogProps {
  context: StudioContext;
  /** Media files and takes, in the order they will lie. */
  ids: readonly string[];
  onClose(): void;
}

export function SendDialog({ context, ids, onClose }: SendDialogProps) {
  const { projects, error } = useProjects(context);
  const [chosen, setChosen] = useState<string | null>(null);
  const [title, setTitle] = useState("");
  const [target, setTarget] = useState(ANYWHERE);
  const run = useImport(context);
  const loading = !projects && !error;
  const choice = chosen ?? (loading ? "" : (projects?.items[0]?.title ?? NEW));
  const project = choice === NEW ? title.trim() : choice;
  const item = projects?.items.find((one) => one.title === project);
  const ready = project !== "" && !isVague(target);
  const send = async (): Promise<void> => {
    if (run.busy || !ready) return;
    const at = placeOf(target, 0);
    if (await run.start({ ids: [...ids], project, track: target.track, at })) onClose();
  };
  const shown = run.error ?? error;
  return (
    <Dialog title="Send to studio" onClose={onClose} onSubmit={() => void send()} locked={run.busy}>
      <Field label="Project">
        {(id) => (
          <select
            id={id}
            class="sw-select"
            value={choice}
            aria-busy={loading}
            data-autofocus
            onChange={(event) => setChosen(event.currentTarget.value)}
          >
            {loading && <option value="">Loading the projects…</option>}
            {projects?.items.map((one) => (
              <option key={one.id} value={one.title}>
                {one.title}
              </option>
            ))}
            <option value={NEW}>New project…</option>
          </select>
        )}
      </Field>
      {choice === NEW && (
        <Field label="Title of the new project">
          {(id) => (
            <input
              id={id}
              class="sw-input"
              value={title}
              maxLength={200}
              placeholder="Lesson 1"
              onInput={(event) => setTitle(event.currentTarget.value)}
            />
          )}
        </Field>
      )}
      <TargetFields
        target={target}
        tracks={trackChoices(item?.tracks ?? NEW_TRACKS, [])}
        playhead={false}
        onChange={setTarget}
      />
      {shown && <ErrorNotice error={shown} />}
      <div class="sw-dialog-actions">
        <Button onClick={onClose} disabled={run.busy}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" busy={run.busy} disabled={!ready}>
          Send {plural(ids.length, "asset")}
        </Button>
      </div>
    </Dialog>
  );
}

/** An asset browser whose selection can be sent to a project. */
export function SendingBrowser({ context }: { context: StudioContext }) {
  const [selected] = useTrait<readonly string[]>(context.model, "browser_selection", []);
  const [open, setOpen] = useState(false);
  const alive = useAlive(context.channel);
  const none = selected.length === 0;
  const send = (
    <Button
      class="sw-button send"
      icon="export"
      variant="primary"
      disabled={none || !alive}
      title={none ? "Select media first" : "Put what is selected on a project's timeline"}
      onClick={() => setOpen(true)}
    >
      Send to studio…
    </Button>
  );
  return (
    <>
      <AssetBrowser context={context} tools={send} />
      {open && <SendDialog context={context} ids={selected} onClose={() => setOpen(false)} />}
    </>
  );
}
