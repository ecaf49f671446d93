/** Files on their way in and out, and the library's own work behind them. */
import { useEffect, useReducer, useState } from "preact/hooks";
import type { Channel } from "../core/channel.ts";
import type { LibraryJobs } from "../core/protocol.ts";
import { Button, IconButton, Progress } from "../core/ui/controls.tsx";
import { formatSize, plural, sentence } from "../core/ui/format.ts";
import { noticesOf } from "../core/ui/notices.ts";
import type { Downloads } from "./downloads.ts";
import type { Transfer, Uploads } from "./uploads.ts";

/** Rows shown at once; a folder may bring hundreds. */
const SHOWN = 40;
const WORDS = { waiting: "Waiting", finishing: "Checking", paused: "Waits for the kernel" } as const;

function state({ phase, done, size, rate }: Transfer): string {
  if (phase !== "sending") return phase === "failed" ? "" : WORDS[phase];
  const percent = `${Math.floor((100 * done) / Math.max(1, size))} %`;
  return rate > 0 ? `${percent} · ${formatSize(rate)}/s` : percent;
}

interface RowProps {
  row: Transfer;
  queue: Uploads | Downloads;
}

function Row({ row, queue }: RowProps) {
  const { id, name, phase, done, size, error } = row;
  return (
    <li class="transfer" data-phase={phase}>
      <span class="transfer-name" title={name}>
        {name}
      </span>
      <span class="transfer-state sw-mono">{state(row)}</span>
      {phase === "failed" && (
        <Button variant="quiet" aria-label={`Try again: ${name}`} onClick={() => queue.retry(id)}>
          Try again
        </Button>
      )}
      <IconButton
        icon="close"
        label={phase === "failed" ? `Dismiss ${name}` : `Cancel ${name}`}
        onClick={() => queue.cancel(id)}
      />
      {error ? (
        <span class="transfer-error" role="alert">
          {sentence(error.message)} {error.hint}
        </span>
      ) : (
        phase !== "waiting" && (
          <Progress label={name} value={phase === "finishing" ? undefined : done / Math.max(1, size)} />
        )
      )}
    </li>
  );
}

export function Transfers({ uploads, downloads }: { uploads: Uploads; downloads: Downloads }) {
  const [, update] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const ends = [uploads, downloads].map((queue) => queue.subscribe(() => update(undefined)));
    return () => ends.forEach((end) => end());
  }, [uploads, downloads]);
  const all = [uploads, downloads].flatMap((queue) => queue.list.map((row) => ({ row, queue })));
  if (all.length === 0) return null;
  const left = all.filter(({ row }) => row.phase !== "failed");
  const failed = all.length - left.length;
  return (
    <section class="transfers" aria-label="Transfers">
      <header>
        <span role="status">
          {left.length > 0 ? `${plural(left.length, "file")} to go` : `${plural(failed, "file")} failed`}
          {left.length > 0 && failed > 0 && ` · ${failed} failed`}
        </span>
        <Button variant="quiet" onClick={() => [uploads, downloads].forEach((queue) => queue.cancelAll())}>
          {left.length > 0 ? "Cancel all" : "Dismiss all"}
        </Button>
      </header>
      <ul>
        {all.slice(0, SHOWN).map(({ row, queue }) => (
          <Row key={row.id} row={row} queue={queue} />
        ))}
        {all.length > SHOWN && <li class="sw-note">and {all.length - SHOWN} more</li>}
      </ul>
    </section>
  );
}

/** The imports and previews that are being made; nothing while the library is at rest. */
export function JobsRow({ channel, model }: { channel: Channel; model: Parameters<typeof noticesOf>[0] }) {
  const [jobs, setJobs] = useState<LibraryJobs | null>(null);
  useEffect(() => {
    // an event may come before the answer, and is newer
    channel.request("library.jobs", {}).then(
      ({ body }) => setJobs((now) => now ?? body),
      () => {},
    );
    return channel.on("library.jobs", setJobs);
  }, [channel]);
  if (!jobs || jobs.total === 0) return null;
  const { done, total, label, failed } = jobs;
  const cancel = (): void => void channel.request("library.cancel", {}).catch((error) => noticesOf(model).error(error));
  return (
    <div class="jobs" role="group" aria-label="Work in the background">
      <span class="jobs-text" title={label}>
        Working · {Math.floor(done)} of {total}
        {failed ? ` · ${failed} failed` : ""} · {label || "previews"}
      </span>
      <Progress label="Work in the background" value={done / total} />
      <Button variant="quiet" onClick={cancel}>
        Cancel
      </Button>
    </div>
  );
}
