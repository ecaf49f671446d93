/** The forms for tags and names. Both read the files anew: they may have been changed since their page was shown. */
import { useEffect, useRef, useState } from "preact/hooks";
import { asStudioError, type StudioError } from "../core/channel.ts";
import type { MediaDetails, MediaItem, Requests } from "../core/protocol.ts";
import type { StudioContext } from "../core/shell.ts";
import { Button, Field } from "../core/ui/controls.tsx";
import { Dialog } from "../core/ui/dialog.tsx";
import { ErrorNotice } from "../core/ui/error_notice.tsx";
import { plural } from "../core/ui/format.ts";
import { TagField } from "../core/ui/tag_field.tsx";
import { useTags } from "./filters.tsx";
import { commonTags, literally, renamed } from "./names.ts";

interface FormProps {
  context: StudioContext;
  items: readonly MediaItem[];
  onClose(): void;
}

/** All that is known of the files; null until the kernel has said. */
export function useDetails({ channel }: StudioContext, items: readonly MediaItem[]) {
  const [details, setDetails] = useState<readonly MediaDetails[] | null>(null);
  const [error, setError] = useState<StudioError | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    channel.request("library.details", { ids: items.map(({ id }) => id) }, { signal: abort.signal }).then(
      ({ body }) => setDetails(body.items),
      (caught) => abort.signal.aborted || setError(asStudioError(caught)),
    );
    return () => abort.abort();
  }, []);
  return { details, error };
}

/** Sends the form; it closes when the kernel has done it, and shows what the kernel says else. */
function useSubmit({ context, onClose }: FormProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<StudioError | null>(null);
  const submit = async <K extends "library.tag" | "library.rename">(kind: K, body: Requests[K]["request"]) => {
    setBusy(true);
    setError(null);
    try {
      await context.channel.request(kind, body);
      onClose();
    } catch (caught) {
      setError(asStudioError(caught));
      setBusy(false);
    }
  };
  return { busy, error, submit };
}

interface ActionsProps {
  label: string;
  busy: boolean;
  disabled: boolean;
  error: StudioError | null;
  onClose(): void;
}

function Actions({ label, busy, disabled, error, onClose }: ActionsProps) {
  return (
    <>
      {error && <ErrorNotice error={error} />}
      <div class="sw-dialog-actions">
        <Button onClick={onClose} disabled={busy}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" busy={busy} disabled={disabled}>
          {label}
        </Button>
      </div>
    </>
  );
}

export function TagDialog(props: FormProps) {
  const { context, items, onClose } = props;
  const { details, error } = useDetails(context, items);
  const { busy, error: refused, submit } = useSubmit(props);
  const known = useTags(context.channel);
  const [edited, setTags] = useState<readonly string[] | null>(null);
  const { common, some } = commonTags(details ?? items);
  const tags = edited ?? common;
  const add = tags.filter((tag) => !common.includes(tag));
  const remove = common.filter((tag) => !tags.includes(tag));
  const partly = some.filter((tag) => !tags.includes(tag));
  const ids = items.map(({ id }) => id);
  return (
    <Dialog
      title={items.length === 1 ? `Tags of “${items[0]!.name}”` : `Tags of ${plural(items.length, "file")}`}
      onClose={onClose}
      locked={busy}
      onSubmit={() => void submit("library.tag", { ids, add, remove })}
    >
      <div class="sw-field">
        <span class="sw-label">{items.length === 1 ? "Tags" : "Tags that all of them have"}</span>
        <TagField
          label="Tags"
          placeholder="Type a tag"
          autofocus
          value={tags}
          known={known.filter((tag) => !partly.includes(tag))}
          onChange={setTags}
        />
      </div>
      {partly.length > 0 && (
        <div class="sw-field">
          <span class="sw-label">Tags that some have: press to give them to all</span>
          <div class="sw-chips">
            {partly.map((tag) => (
              <button key={tag} type="button" class="sw-chip" data-partly onClick={() => setTags([...tags, tag])}>
                {tag}
              </button>
            ))}
          </div>
        </div>
      )}
      <Actions
        label="Save"
        busy={busy}
        disabled={!details || add.length + remove.length === 0}
        error={refused ?? error}
        onClose={onClose}
      />
    </Dialog>
  );
}

export function RenameDialog(props: FormProps) {
  const { context, items, onClose } = props;
  const { details, error } = useDetails(context, items);
  const { busy, error: refused, submit } = useSubmit(props);
  const [first, ...more] = details ?? items;
  const many = more.length > 0;
  const [typed, setPattern] = useState<string | null>(null);
  const [text, setDescription] = useState<string | null>(null);
  const pattern = typed ?? (many ? "{name} {n}" : first!.name);
  const description = text ?? details?.[0]?.description ?? "";
  const ids = items.map(({ id }) => id);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // What is before the suffix is what people change. Chosen once, and not whenever the focus comes back.
    const { value } = field.current!;
    const dot = many ? -1 : value.lastIndexOf(".");
    field.current!.setSelectionRange(0, dot > 0 ? dot : value.length);
  }, []);
  return (
    <Dialog
      title={many ? `Rename ${plural(items.length, "file")}` : `Rename “${items[0]!.name}”`}
      onClose={onClose}
      locked={busy}
      onSubmit={() => {
        if (pattern.trim()) {
          const named = many ? { pattern: pattern.trim() } : { pattern: literally(pattern.trim()), description };
          void submit("library.rename", { ids, ...named });
        }
      }}
    >
      <Field
        label={many ? "Pattern" : "Name"}
        note={many ? "{name} is the old name; {n} counts 1, 2, 3, and {n:02} 01, 02, 03" : undefined}
      >
        {(id, note) => (
          <input
            ref={field}
            id={id}
            class="sw-input"
            aria-describedby={note}
            value={pattern}
            required
            maxLength={500}
            data-autofocus
            onInput={(event) => setPattern(event.currentTarget.value)}
          />
        )}
      </Field>
      {many ? (
        <ol class="renames" aria-label="First results">
          {items.slice(0, 3).map(({ id, name }, index) => (
            <li key={id}>{renamed(name, pattern.trim(), index + 1)}</li>
          ))}
          {items.length > 3 && <li aria-hidden="true">…</li>}
        </ol>
      ) : (
        <Field label="Description">
          {(id) => (
            <textarea
              id={id}
              class="sw-textarea"
              rows={3}
              maxLength={20_000}
              disabled={!details}
              value={description}
              onInput={(event) => setDescription(event.currentTarget.value)}
            />
          )}
        </Field>
      )}
      <Actions
        label="Rename"
        busy={busy}
        disabled={!details || pattern.trim() === ""}
        error={refused ?? error}
        onClose={onClose}
      />
    </Dialog>
  );
}
