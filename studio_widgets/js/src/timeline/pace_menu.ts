/** What can be done with how fast a clip plays. */
import { isEndless } from "../core/handles.ts";
import { stretchedBy } from "../core/pace.ts";
import type { Clip } from "../core/protocol.ts";
import type { MenuEntry } from "../core/ui/menu.tsx";
import { clipEnd } from "../core/value.ts";
import type { Editor } from "./editor.ts";
import { send } from "./menu_of.ts";

/** Speeds that the menu offers; any other the stretch tool and cells give. */
const SPEEDS = ["1/2", "1", "3/2", "2"] as const;
const NAMES: Record<string, string> = {
  "1/2": "Half speed",
  "1": "Its own speed",
  "3/2": "1.5× speed",
  "2": "Double speed",
};

/** Entries for the speed of a clip that moves: what follows it closes up or makes room. None for stills and titles. */
export function paceEntries(editor: Editor, clip: Clip): MenuEntry[] {
  if (isEndless(clip)) return [];
  const track = editor.value?.tracks[clip.trackIndex];
  const locked = !editor.document.alive || track?.locked === true;
  const now = clip.retime?.speed ?? "1";
  const { playhead } = editor;
  const inside = playhead >= clip.startFrame && playhead < clipEnd(clip) && track?.kind === "video";
  const speeds = SPEEDS.map((speed, index): MenuEntry => {
    const args = { clip: clip.id, speed, ripple: true };
    return {
      label: NAMES[speed] as string,
      checked: speed === now,
      ...(index === 0 ? { divided: true } : {}),
      disabled: locked || stretchedBy(clip, speed) === null,
      run: () => speed !== now && send(editor, "stretch", args, `${NAMES[speed]}: what follows moved along`),
    };
  });
  const freeze = (): void => send(editor, "freeze", { at: playhead, track: track?.id }, "Freeze frame inserted");
  return [...speeds, { label: "Freeze frame at playhead", icon: "none", disabled: locked || !inside, run: freeze }];
}
