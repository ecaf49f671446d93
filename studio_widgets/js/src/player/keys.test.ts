import assert from "node:assert/strict";
import { test } from "node:test";
import type { StudioContext } from "../core/shell.ts";
import { remotePlayer, shuttleKey } from "./keys.ts";

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

test("J steps back and pauses, K pauses, L plays", () => {
  const { traits, player } = setup({ playing: true, playhead: 50 });
  assert.equal(shuttleKey("j", player), true);
  assert.deepEqual(traits, { playing: false, playhead: 40 });
  shuttleKey("L", player);
  assert.equal(traits["playing"], true);
  shuttleKey("k", player);
  assert.equal(traits["playing"], false);
  assert.equal(shuttleKey("x", player), false);
});

test("seeking stays within the timeline", () => {
  const { traits, player } = setup({ playing: false, playhead: 50 });
  player.seek(500);
  assert.equal(traits["playhead"], 99);
  player.step(-200);
  assert.equal(traits["playhead"], 0);
});
