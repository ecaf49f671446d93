/** The player's keys. */
import { Keymap, type Action } from "../core/keymap.ts";
import type { AnyModel } from "../core/model.ts";
import type { StudioContext } from "../core/shell.ts";
import { subjectOf } from "../core/source.ts";
import { trait } from "../core/traits.ts";

/** What a key can do; the part of the controller that keys need. */
export interface Playable {
  readonly total: number;
  toggle(): void;
  play(): void;
  pause(): void;
  seek(frame: number): void;
  step(frames: number): void;
}

const LEAP = 10;

/** Whether the key is typed into a control that has its own use for it. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

const keymaps = new WeakMap<AnyModel, Keymap>();

/** What the key does, with the keys the user has chosen. */
export function actionOf(event: KeyboardEvent, model: AnyModel): Action | null {
  let keymap = keymaps.get(model);
  if (!keymap) keymaps.set(model, (keymap = new Keymap(model)));
  return keymap.actionOf(event);
}

/** Acts on a key of the player; true when it was one. Space on a button presses the button. */
export function playerKey(event: KeyboardEvent, player: Playable, model: AnyModel): boolean {
  if (isTyping(event)) return false;
  const onButton = (event.composedPath()[0] as Element).closest("button") !== null;
  if (event.key === " " && onButton) return false;
  if (event.key === "m" && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const muted = trait<boolean>(model, "muted", false);
    muted.set(!muted.get());
    return true;
  }
  return act(actionOf(event, model), player);
}

/** Does what an action means to a player; false when that is nothing. */
export function act(action: Action | null, player: Playable): boolean {
  const deed = PLAYER[action ?? ""];
  deed?.(player);
  return deed !== undefined;
}

const PLAYER: Record<string, (player: Playable) => void> = {
  play_pause: (player) => player.toggle(),
  previous_frame: (player) => player.step(-1),
  next_frame: (player) => player.step(1),
  back_second: (player) => player.step(-LEAP),
  forward_second: (player) => player.step(LEAP),
  to_start: (player) => player.seek(0),
  to_end: (player) => player.seek(player.total - 1),
  shuttle_back: (player) => player.step(-LEAP),
  shuttle_stop: (player) => player.pause(),
  shuttle_forward: (player) => player.play(),
};

/** The player from afar: through its traits, for keys pressed elsewhere in the workspace. */
export function remotePlayer(context: Pick<StudioContext, "model" | "document">): Playable {
  const playing = trait<boolean>(context.model, "playing", false);
  const { playhead, total } = subjectOf(context);
  const seek = (frame: number): void => playhead.set(Math.min(Math.max(0, frame), Math.max(0, total - 1)));
  return {
    total,
    toggle: () => playing.set(!playing.get()),
    play: () => playing.set(true),
    pause: () => playing.set(false),
    seek,
    step: (frames) => {
      playing.set(false);
      seek(playhead.get() + frames);
    },
  };
}
