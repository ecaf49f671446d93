import assert from "node:assert/strict";
import { test } from "node:test";
import type { StudioContext } from "../core/shell.ts";
import { act, remotePlayer } from "./keys.ts";

function setup(traits: Record<string, unknown>) {
  const model = {
    get: (name: string) => traits[name],
    set: (name: string, value: unknown) => void (traits[name] = value),
    save_changes: () => {},
    on: () => {},
    off: () => {},
    send: () => {},
  };
  const context = { model, document: { value: { totalFrames: 100 } } } as unknown as StudioContext;
  return { traits, player: remotePlayer(context) };
}

test("the shuttle steps back and pauses, plays, and pauses", () => {
  const { traits, player } = setup({ playing: true, playhead: 50 });
  assert.equal(act("shuttle_back", player), true);
  assert.deepEqual(traits, { playing: false, playhead: 40 });
  act("shuttle_forward", player);
  assert.equal(traits["playing"], true);
  act("shuttle_stop", player);
  assert.equal(traits["playing"], false);
  assert.equal(act("split", player), false);
});

test("seeking stays within the timeline", () => {
  const { traits, player } = setup({ playing: false, playhead: 50 });
  player.seek(500);
  assert.equal(traits["playhead"], 99);
  player.step(-200);
  assert.equal(traits["playhead"], 0);
});
