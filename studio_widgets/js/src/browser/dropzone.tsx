/** The whole browser takes files from the desktop: by drop, or by a button that opens the system's chooser. */
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { isMediaDrag } from "../core/drag.ts";
import type { StudioContext } from "../core/shell.ts";
import { Button } from "../core/ui/controls.tsx";
import { plural } from "../core/ui/format.ts";
import { Icon } from "../core/ui/icons.tsx";
import { noticesOf } from "../core/ui/notices.ts";
import { ACCEPT, dropped } from "./dropped.ts";

const hasFiles = (event: DragEvent): boolean =>
  !isMediaDrag(event) && (event.dataTransfer?.types.includes("Files") ?? false);

/** Handlers for the element that takes drops, and what covers it while files are held over it. */
export function useDropzone(context: StudioContext, onFiles: (files: File[]) => void) {
  const [over, setOver] = useState(false);
  const take = async (transfer: DataTransfer): Promise<void> => {
    try {
      const { files, skipped } = await dropped(transfer);
      if (files.length > 0) onFiles(files);
      if (skipped > 0) noticesOf(context.model).info(`${plural(skipped, "file")} in the folder left out: no media.`);
    } catch (error) {
      noticesOf(context.model).error(error);
    }
  };
  const on = {
    onDragOver: (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      event.dataTransfer!.dropEffect = "copy";
      setOver(true);
    },
    onDragLeave: ({ currentTarget, relatedTarget }: DragEvent) => {
      if (!(relatedTarget instanceof Node) || !(currentTarget as Node).contains(relatedTarget)) setOver(false);
    },
    onDrop: (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      void take(event.dataTransfer!);
    },
  };
  const cover = over && (
    <div class="dropzone" role="presentation">
      <Icon name="export" size={24} />
      <strong>Drop to upload</strong>
      <span>Files and folders, into the library</span>
    </div>
  );
  return { on, cover };
}

interface UploadButtonProps {
  disabled: boolean;
  children: ComponentChildren;
  onFiles(files: File[]): void;
}

export function UploadButton({ disabled, children, onFiles }: UploadButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        class="sw-button upload"
        icon="export"
        aria-label="Upload files"
        title="Upload files"
        disabled={disabled}
        onClick={() => input.current!.click()}
      >
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPT}
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
    </>
  );
}
