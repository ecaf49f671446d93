/** "Import assets" for rooms that load it on first use: its dialog is there at once, with the focus, what is in it later. */
import { lazy, Waiting, type LazyState } from "../core/lazy.tsx";
import { Dialog } from "../core/ui/dialog.tsx";
import type { PickerProps } from "./picker.tsx";

function Frame({ onClose, state }: PickerProps & { state: LazyState }) {
  return (
    <Dialog title="Import assets" className="picker" onClose={onClose}>
      <Waiting state={state} what="the library" />
    </Dialog>
  );
}

export const LatePicker = lazy(async () => (await import("./picker_part.ts")).Part, Frame);
