/** The notices of a model, in the corner of the widget. */
import { useEffect, useReducer } from "preact/hooks";
import type { AnyModel } from "../model.ts";
import { trait } from "../traits.ts";
import { StudioError } from "../channel.ts";
import type { ErrorBody } from "../protocol.ts";
import { Button, IconButton } from "./controls.tsx";
import { sentence } from "./format.ts";
import { Icon } from "./icons.tsx";
import { noticesOf } from "./notices.ts";

export function Toasts({ model }: { model: AnyModel }) {
  const notices = noticesOf(model);
  const [, update] = useReducer((count: number) => count + 1, 0);
  useEffect(() => notices.subscribe(() => update(undefined)), [notices]);
  useEffect(
    () =>
      // the kernel's own errors; the one a saved notebook still carries is old and not shown
      trait<Partial<ErrorBody>>(model, "error", {}).subscribe((error) => {
        if (error.message) notices.error(new StudioError({ code: "", message: "", ...error }));
      }),
    [model],
  );
  return (
    <div class="sw-toasts" role="status" aria-live="polite">
      {notices.list.map((notice) => (
        <div
          key={notice.id}
          class="sw-notice sw-toast"
          data-kind={notice.kind}
          role={notice.kind === "error" ? "alert" : undefined}
          onMouseEnter={() => notices.hold(notice.id)}
          onMouseLeave={() => notices.release(notice.id)}
          onFocusIn={() => notices.hold(notice.id)}
          onFocusOut={() => notices.release(notice.id)}
        >
          <Icon name={notice.kind === "error" ? "warning" : "check"} />
          <div class="sw-toast-text">
            {notice.where && <div class="sw-toast-where">{notice.where}</div>}
            <strong>{sentence(notice.message)}</strong>
            {notice.hint && <div class="sw-notice-hint">{sentence(notice.hint)}</div>}
          </div>
          {notice.action && (
            <Button variant="quiet" onClick={() => (notices.dismiss(notice.id), notice.action!.run())}>
              {notice.action.label}
            </Button>
          )}
          <IconButton icon="close" label="Dismiss" onClick={() => notices.dismiss(notice.id)} />
        </div>
      ))}
    </div>
  );
}
