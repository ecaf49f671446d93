/** An error in its place: what, where, and the next step. */
import type { ComponentChildren } from "preact";
import { sentence } from "./format.ts";
import { Icon } from "./icons.tsx";

interface ErrorNoticeProps {
  error: { message: string; where?: string; hint?: string };
  /** A button, such as "Try again". */
  children?: ComponentChildren;
}

export function ErrorNotice({ error, children }: ErrorNoticeProps) {
  return (
    <div class="sw-notice" data-kind="error" role="alert">
      <Icon name="warning" />
      <div class="sw-toast-text">
        {error.where && <div class="sw-toast-where">{error.where}</div>}
        <strong>{sentence(error.message)}</strong>
        {error.hint && <div class="sw-notice-hint">{sentence(error.hint)}</div>}
        {children && <div class="sw-notice-actions">{children}</div>}
      </div>
    </div>
  );
}
