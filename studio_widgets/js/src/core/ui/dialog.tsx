/** A modal dialog in the browser's top layer: nothing in the notebook can cover or clip it. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { IconButton } from "./controls.tsx";

interface DialogProps {
  title: string;
  onClose(): void;
  /** While true, Escape and the cross do nothing: something must end first. */
  locked?: boolean;
  /** Called on Enter in a field and by submit buttons. */
  onSubmit?(): void;
  /** Gives it another size. */
  className?: string;
  children: ComponentChildren;
}

const FOCUSABLE =
  "button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex='0']";

/** Keys stay in the dialog, and so does Tab, which the native one lets out to the browser's own bars. */
function holdKeys(event: KeyboardEvent): void {
  event.stopPropagation();
  if (event.key !== "Tab") return;
  const dialog = event.currentTarget as HTMLDialogElement;
  const all = [...dialog.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((item) => item.tabIndex >= 0);
  const focused = (dialog.getRootNode() as ShadowRoot).activeElement;
  const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  if (focused !== from || !to) return;
  event.preventDefault();
  to.focus();
}

/** Shown while it is rendered. Focus goes to `[data-autofocus]`, and back to where it was. */
export function Dialog({ title, onClose, locked = false, onSubmit, className = "", children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current!;
    const before = (dialog.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
    dialog.showModal();
    dialog.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      dialog.close();
      before?.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={`sw-dialog ${className}`}
      aria-labelledby={id}
      onKeyDown={holdKeys}
      onCancel={(event) => {
        event.preventDefault();
        if (!locked) onClose();
      }}
    >
      <form
        class="sw-dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit?.();
        }}
      >
        <header class="sw-dialog-head">
          <h2 id={id}>{title}</h2>
          <IconButton icon="close" label="Close" disabled={locked} onClick={onClose} />
        </header>
        {children}
      </form>
    </dialog>
  );
}
