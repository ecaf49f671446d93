/** What can be done with a cut and with a transition on it. */
import type { Clip, Transition, TransitionKind } from "../core/protocol.ts";
import { timecode } from "../core/timecode.ts";
import type { MenuEntry } from "../core/ui/menu.tsx";
import { addCrossings, crossingsFor } from "./edits.ts";
import type { Editor } from "./editor.ts";
import { longestTransition, MIN_TRANSITION, transitionAfter } from "./limits.ts";
import { deleteEntry, menu, send, type MenuOf } from "./menu_of.ts";
import { TransitionGesture } from "./tools/looks.ts";
import { transitionName } from "./transitions.ts";

type Look = Pick<Transition, "kind" | "direction" | "color"> & { kind: TransitionKind };

/** The looks that the menus offer; any other colour a cell or the inspector gives. */
const LOOKS: readonly Look[] = [
  { kind: "crossfade" },
  { kind: "dip" },
  { kind: "dip", color: "#ffffff" },
  { kind: "wipe", direction: "right" },
  { kind: "wipe", direction: "left" },
  { kind: "wipe", direction: "up" },
  { kind: "wipe", direction: "down" },
];

/** Entries that put a transition on the cut after a clip; where none would fit, why. */
export function crossingEntries(editor: Editor, left: Clip): MenuEntry[] {
  const value = editor.value!;
  // one that is there has a menu of its own
  if (transitionAfter(value, left)) return [];
  const offered: TransitionKind[] = ["crossfade", "dip", "wipe"];
  return offered.map((kind, index) => {
    const found = crossingsFor(value, [], left.id, kind);
    const refusal = found[0]?.refusal ?? "";
    const name = transitionName({ kind });
    return {
      label: refusal ? `${name} needs footage beyond the cut` : name,
      icon: index === 0 ? "crossfade" : "none",
      ...(index === 0 ? { divided: true } : {}),
      disabled: refusal !== "" || !editor.document.alive,
      run: () => void editor.attempt(addCrossings(editor.document, found), `${name} added`),
    };
  });
}

export function transitionMenu(editor: Editor, transition: Transition): MenuOf {
  const value = editor.value!;
  const left = value.byId.get(transition.leftClipId);
  const right = value.byId.get(transition.rightClipId);
  const locked = !editor.document.alive || !left || !right || value.tracks[left.trackIndex]?.locked === true;
  const by = (frames: number): void => {
    const gesture = new TransitionGesture(value, transition);
    gesture.by(frames);
    gesture.commit(editor);
  };
  const half = Math.max(2, Math.round(value.rate.nominal / 2));
  const name = transitionName(transition);
  return menu(`${name}, ${timecode(transition.durationFrames, value.rate)}`, [
    ...LOOKS.map((look): MenuEntry => {
      const label = transitionName(look);
      const fits = left && right && longestTransition(left, right, look.kind, value) >= MIN_TRANSITION;
      return {
        label,
        checked: label === name,
        disabled: locked || !fits,
        run: () =>
          send(editor, "set_transition", { transition: transition.id, ...look }, `Now a ${label.toLowerCase()}`),
      };
    }),
    { label: "Longer by half a second", divided: true, disabled: locked, run: () => by(half) },
    { label: "Shorter by half a second", disabled: locked, run: () => by(-half) },
    deleteEntry(editor, locked),
  ]);
}
