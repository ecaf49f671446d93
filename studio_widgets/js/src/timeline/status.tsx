/** The line under the timeline: what is selected, what went wrong, whether the kernel keeps up. */
import { timecode } from "../core/timecode.ts";
import { clipEnd, type TimelineValue } from "../core/value.ts";
import { Icon } from "../core/ui/icons.tsx";
import type { Editor } from "./editor.ts";
import { isEndless } from "../core/handles.ts";
import { selectedClips } from "./selection.ts";
import { transitionName } from "./transitions.ts";
import { useEditor } from "./use_editor.ts";

/** What is selected, in words. */
export function selectionText(value: TimelineValue, selection: readonly string[], cut: string | null): string {
  const { rate } = value;
  const left = cut === null ? undefined : value.byId.get(cut);
  if (left) return `Cut at ${timecode(clipEnd(left), rate)}`;
  const clips = selectedClips(value, selection);
  const [only] = clips;
  if (only && clips.length === 1) {
    const from = isEndless(only) ? "" : ` · from ${timecode(only.trimStartFrame, rate)} of its source`;
    return `${only.name} · ${timecode(only.durationFrames, rate)}${from}`;
  }
  if (clips.length > 1) {
    const frames = clips.reduce((sum, clip) => sum + clip.durationFrames, 0);
    return `${clips.length} clips · ${timecode(frames, rate)}`;
  }
  const transition = value.transitions.find((item) => selection.includes(item.id));
  if (transition) return `${transitionName(transition)} · ${timecode(transition.durationFrames, rate)}`;
  const marker = value.markers.find((item) => selection.includes(item.id));
  if (marker) return `${marker.name} · ${timecode(marker.frame, rate)}`;
  const count = value.clips.length;
  return count === 0 ? "" : `${count} ${count === 1 ? "clip" : "clips"} · ${timecode(value.totalFrames, rate)}`;
}

/** Whether edits reach the kernel. */
function Sync({ editor }: { editor: Editor }) {
  const { alive, busy, waiting } = editor.document;
  if (!alive) {
    return (
      <span class="tl-sync" data-state="gone" role="status" data-testid="sync">
        <Icon name="warning" size={14} />
        Kernel gone: run the cell again
      </span>
    );
  }
  if (busy) {
    return (
      <span class="tl-sync" data-state="busy" role="status" data-testid="sync">
        <span class="tl-dot" />
        Kernel busy: {waiting === 1 ? "1 edit is queued" : `${waiting} edits are queued`}
      </span>
    );
  }
  return (
    <span class="tl-sync" data-state={waiting > 0 ? "waiting" : "saved"} data-testid="sync">
      {waiting > 0 && <span class="tl-dot" />}
    </span>
  );
}

export function StatusLine({ editor }: { editor: Editor }) {
  useEditor(editor, ({ value, hint, selection, cut, announcement, document: { alive, busy, waiting } }) => [
    value,
    hint,
    selection,
    cut,
    announcement,
    alive,
    busy,
    waiting,
  ]);
  const { value, hint, selection, cut } = editor;
  return (
    <div class="tl-status">
      <span class="tl-status-text" data-hint={hint !== "" || undefined} data-testid="timeline-status">
        {hint || (value ? selectionText(value, selection, cut) : "")}
      </span>
      <Sync editor={editor} />
      <span class="sw-hidden-visually" role="status" aria-live="polite">
        {hint || editor.announcement}
      </span>
    </div>
  );
}
