/** The recorder, unfolded under the top bar. It is no modal dialog: one can go on editing while it records. */
import { useEffect, useRef } from "preact/hooks";
import type { StudioContext } from "../core/shell.ts";
import { IconButton } from "../core/ui/controls.tsx";
import { LateRecorder } from "./late_parts.tsx";

interface RecordPanelProps {
  context: StudioContext;
  onClose(): void;
}

export function RecordPanel({ context, onClose }: RecordPanelProps) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => ref.current?.focus(), []);
  return (
    <div
      ref={ref}
      class="record-panel"
      role="dialog"
      aria-label="Record"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
        // what is typed here is for the recorder, not for the player
        event.stopPropagation();
      }}
    >
      <header class="record-head">
        <h2>Record</h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      <LateRecorder context={context} />
    </div>
  );
}
