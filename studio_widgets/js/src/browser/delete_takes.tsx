/** Deleting takes: they are gone for good, so that it asks first. */
import { useState } from "preact/hooks";
import { asStudioError, type StudioError } from "../core/channel.ts";
import type { MediaItem } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { Button } from "../core/ui/controls.tsx";
import { Dialog } from "../core/ui/dialog.tsx";
import { ErrorNotice } from "../core/ui/error_notice.tsx";
import { plural } from "../core/ui/format.ts";

interface DeleteTakesProps {
  context: StudioContext;
  items: readonly MediaItem[];
  onClose(): void;
}

export function DeleteTakesDialog({ context, items, onClose }: DeleteTakesProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<StudioError | null>(null);
  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      await context.channel.request("recorder.delete", { ids: items.map(({ id }) => id) });
      onClose();
    } catch (caught) {
      setError(asStudioError(caught));
      setBusy(false);
    }
  };
  const what = items.length === 1 ? `“${items[0]!.name}”` : plural(items.length, "take");
  return (
    <Dialog title={`Delete ${what}?`} onClose={onClose} locked={busy} onSubmit={() => void submit()}>
      <span>{items.length === 1 ? "It was" : "They were"} not saved to the library. This cannot be undone.</span>
      {error && <ErrorNotice error={error} />}
      <div class="sw-dialog-actions">
        <Button onClick={onClose} disabled={busy} data-autofocus>
          Keep
        </Button>
        <Button type="submit" variant="danger" busy={busy}>
          Delete
        </Button>
      </div>
    </Dialog>
  );
}
