/** The shared recorder as Preact state. */
import { useEffect, useReducer } from "preact/hooks";
import type { StudioContext } from "../core/shell.ts";
import { recorderOf, type TakeRecorder } from "./take.ts";

export function useTake(context: StudioContext): TakeRecorder {
  const recorder = recorderOf(context);
  const [, update] = useReducer((count: number) => count + 1, 0);
  useEffect(() => recorder.subscribe(() => update(undefined)), [recorder]);
  return recorder;
}
