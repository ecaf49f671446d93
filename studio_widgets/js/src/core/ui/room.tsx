/** A room shown alone as a widget: the room and the notices that the workspace would otherwise show. */
import type { ComponentType } from "preact";
import type { StudioContext } from "../shell.ts";
import { Toasts } from "./toasts.tsx";

/** `View` in a frame of its own; `className` gives it its size. */
export function alone(View: ComponentType<{ context: StudioContext }>, className: string) {
  return function Room({ context }: { context: StudioContext }) {
    return (
      <div class={`sw-room ${className}`}>
        <View context={context} />
        <Toasts model={context.model} />
      </div>
    );
  };
}
