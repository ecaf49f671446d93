/** The keyframes of a property: a button that sets or takes away one at the playhead, and the way between them. */
import { useState } from "preact/hooks";
import { curveOf, keyAt, placesOf } from "../core/motion.ts";
import type { Clip, Ease } from "../core/protocol.ts";
import { IconButton } from "../core/ui/controls.tsx";
import type { Editor } from "../timeline/editor.ts";
import { shared, type At, type EditOf, type Property } from "./properties.ts";

export interface KeysProps {
  readonly property: Property;
  readonly clip: Clip;
  readonly at: At;
  readonly locked: string;
  readonly editor: Editor;
  /** Makes an edit; resolves with why it was refused, "" when it was done. */
  send(edit: EditOf): Promise<string>;
}

const EASES: readonly (readonly [Ease, string])[] = [
  ["linear", "Straight"],
  ["smooth", "Smooth"],
  ["hold", "Jump"],
];

/** Sets a keyframe at the playhead, or takes away the one that is there. */
export function KeyButton({ property, clip, at, locked, send, editor }: KeysProps) {
  const { key, label, keyed = 1 } = property;
  const curve = curveOf(clip, key);
  const here = curve && at !== null ? keyAt(clip, curve, at) : undefined;
  const what = here ? "remove the keyframe" : "set a keyframe";
  const why = locked || (at === null ? "Move the playhead onto the clip" : "");
  const toggle = async (): Promise<void> => {
    const args = { clip: clip.id, property: key, at };
    const value = Number(shared(property, [clip], at)) / keyed;
    const refused = await send(
      here
        ? { op: "remove_keyframe", args }
        : { op: "set_keyframe", args: { ...args, value: Number(value.toFixed(8)) } },
    );
    if (refused) editor.show(refused);
  };
  return (
    <button
      type="button"
      class="in-key"
      aria-label={`${label}: ${what} at the playhead`}
      aria-pressed={here !== undefined}
      aria-disabled={why !== "" || undefined}
      title={why || `${what[0]!.toUpperCase()}${what.slice(1)} at the playhead`}
      data-some={curve !== undefined || undefined}
      onClick={() => why === "" && void toggle()}
    >
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        <path d="M6 1l5 5-5 5-5-5z" />
      </svg>
    </button>
  );
}

/** Under a property that has keyframes: to the one before and after, the way to the next, and all of them away. */
export function KeyRow({ property, clip, at, locked, send, editor }: KeysProps) {
  const [problem, setProblem] = useState("");
  const { key, label } = property;
  const curve = curveOf(clip, key);
  if (!curve) return null;
  const places = placesOf(clip, curve);
  const now = at ?? editor.playhead - clip.startFrame;
  const before = places.findLast((place) => place < now);
  const after = places.find((place) => place > now);
  const here = at === null ? undefined : keyAt(clip, curve, at);
  const number = places.indexOf(now) + 1;
  const go = (place: number | undefined): void => {
    if (place !== undefined) editor.seek(clip.startFrame + place);
  };
  const make = async (edit: EditOf): Promise<void> => setProblem(await send(edit));
  const setEase = (ease: string): void => {
    const args = { clip: clip.id, property: key, at, value: here!.value };
    void make({ op: "set_keyframe", args: ease === "linear" ? args : { ...args, ease } });
  };
  return (
    <div class="in-keys" role="group" aria-label={`Keyframes of ${label}`}>
      <IconButton
        icon="left"
        label={`${label}: previous keyframe`}
        aria-disabled={before === undefined || undefined}
        onClick={() => go(before)}
      />
      <span class="in-keys-count">{number > 0 ? `${number} of ${places.length}` : `${places.length}`}</span>
      <IconButton
        icon="right"
        label={`${label}: next keyframe`}
        aria-disabled={after === undefined || undefined}
        onClick={() => go(after)}
      />
      <select
        class="sw-select in-ease"
        aria-label={`${label}: way to the next keyframe`}
        title={here ? "The way to the next keyframe" : "Move the playhead onto a keyframe to set the way to the next"}
        value={here ? (here.ease ?? "linear") : ""}
        disabled={!here || locked !== ""}
        onChange={(event) => setEase(event.currentTarget.value)}
      >
        {!here && <option value="">–</option>}
        {EASES.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
      <IconButton
        icon="trash"
        label={`${label}: remove all keyframes`}
        aria-disabled={locked !== "" || undefined}
        onClick={() => !locked && void make({ op: "clear_keyframes", args: { clip: clip.id, property: key } })}
      />
      {problem && (
        <p class="in-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
