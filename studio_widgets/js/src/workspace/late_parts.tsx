/** The rooms that the workspace loads after it is shown itself. */
import { lazy, Waiting } from "../core/lazy.tsx";

export const LateTimeline = lazy(
  async () => (await import("../timeline/part.ts")).Part,
  ({ state }) => <Waiting state={state} what="the timeline" testId="timeline-loading" />,
);

export const LateRecorder = lazy(
  async () => (await import("../recorder/part.ts")).Part,
  ({ state }) => <Waiting state={state} what="the recorder" />,
);
