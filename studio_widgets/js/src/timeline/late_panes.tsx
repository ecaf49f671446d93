/** What lies beside and over the lanes comes when it is first opened. */
import type { ComponentProps } from "preact";
import { useEffect } from "preact/hooks";
import { lazy, Waiting } from "../core/lazy.tsx";
import { noticesOf } from "../core/ui/notices.ts";
import type { Keys } from "./keys_sheet.tsx";

export const LateInspector = lazy(
  async () => (await import("../inspector/inspector_part.ts")).Part,
  ({ state }) => <Waiting state={state} what="the inspector" />,
);

export const LateEcho = lazy(
  async () => (await import("./aside_part.ts")).Echo,
  ({ state }) => <Waiting state={state} what="the edits" />,
);

/** A sheet has no place of its own to wait in: a notice says why it cannot be had. */
function NoKeys({ editor, onClose, state }: ComponentProps<typeof Keys> & { state: { error: unknown } }) {
  useEffect(() => {
    if (!state.error) return;
    noticesOf(editor.context.model).error(state.error);
    onClose();
  }, [state.error]);
  return null;
}

export const LateKeys = lazy(async () => (await import("./aside_part.ts")).Keys, NoKeys);
