/** The inspector comes when it is first opened. */
import { lazy, Waiting } from "../core/lazy.tsx";

export const LateInspector = lazy(
  async () => (await import("../inspector/inspector_part.ts")).Part,
  ({ state }) => <Waiting state={state} what="the inspector" />,
);
