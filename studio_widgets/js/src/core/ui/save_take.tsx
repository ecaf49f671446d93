/** "Save to library": turns a take into a media file. Used by the asset browser and the recorder. */
import { useState } from "preact/hooks";
import { asStudioError, type StudioError } from "../channel.ts";
import type { MediaItem } from "../protocol.ts";
import type { StudioContext } from "../shell.ts";
import { Button, Field } from "./controls.tsx";
import { Dialog } from "./dialog.tsx";
import { ErrorNotice } from "./error_notice.tsx";
import { parseTags } from "./format.ts";
import { noticesOf } from "./notices.ts";

const DEFAULT_TAGS = "studio, recording";

interface SaveTakeProps {
  context: StudioContext;
  take: MediaItem;
  onClose(): void;
  onSaved?(media: MediaItem): void;
}

export function SaveTakeDialog({ context, take, onClose, onSaved }: SaveTakeProps) {
  const [name, setName] = useState(take.name);
  const [tags, setTags] = useState(DEFAULT_TAGS);
  const [description, setDescription] = useState("");
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<StudioError | null>(null);
  const save = async (): Promise<void> => {
    if (saving || name.trim() === "") return;
    setSaving(true);
    setError(null);
    try {
      const body = { recordingId: take.id, name: name.trim(), tags: parseTags(tags), description: description.trim() };
      const { body: media } = await context.channel.request("recorder.save", body);
      noticesOf(context.model).info(`“${media.name}” is in the library.`);
      onSaved?.(media);
      onClose();
    } catch (caught) {
      setError(asStudioError(caught));
      setSaving(false);
    }
  };
  return (
    <Dialog title="Save to library" onClose={onClose} onSubmit={() => void save()} locked={saving}>
      <Field label="Name">
        {(id) => (
          <input
            id={id}
            class="sw-input"
            value={name}
            required
            maxLength={200}
            data-autofocus
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Tags" note="Separated by commas">
        {(id, note) => (
          <input
            id={id}
            class="sw-input"
            aria-describedby={note}
            value={tags}
            onInput={(event) => setTags(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Description">
        {(id) => (
          <textarea
            id={id}
            class="sw-textarea"
            rows={3}
            value={description}
            onInput={(event) => setDescription(event.currentTarget.value)}
          />
        )}
      </Field>
      {error && <ErrorNotice error={error} />}
      <div class="sw-dialog-actions">
        <Button onClick={onClose} disabled={saving}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" busy={saving} disabled={name.trim() === ""}>
          Save
        </Button>
      </div>
    </Dialog>
  );
}
