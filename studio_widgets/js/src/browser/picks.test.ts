import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeItems } from "../../dev/fake_media.ts";
import { ANYWHERE, fitting, mergePicks, placeOf, targetOf, trackChoices } from "./picks.ts";

const items = fakeItems(6);
const first = items.slice(0, 3);
const second = items.slice(3);
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id);

test("picks keep their order over pages, and a page changes only its own", () => {
  let picked = mergePicks([], second, ["media-4", "media-3"]);
  assert.deepEqual(ids(picked), ["media-4", "media-3"]);
  picked = mergePicks(picked, first, ["media-1"]);
  assert.deepEqual(ids(picked), ["media-4", "media-3", "media-1"]);
  picked = mergePicks(picked, second, ["media-3", "media-5"]);
  assert.deepEqual(ids(picked), ["media-3", "media-1", "media-5"]);
  assert.deepEqual(ids(mergePicks(picked, first, [])), ["media-3", "media-5"]);
});

test("an id that is not on the page is no pick", () => {
  assert.deepEqual(mergePicks([], first, ["media-9"]), []);
});

test("where the picks go", () => {
  const typed = (time: string) => placeOf({ ...ANYWHERE, place: "time", time }, 7);
  assert.equal(placeOf(ANYWHERE, 7), null);
  assert.equal(placeOf({ ...ANYWHERE, place: "playhead" }, 7), 7);
  assert.equal(typed(" 90 "), 90);
  assert.equal(typed("00:00:03:00"), "00:00:03:00");
  assert.deepEqual(targetOf("V2", null), { track: "V2", place: "end", time: "" });
  assert.deepEqual(targetOf("", 90), { track: "", place: "time", time: "90" });
});

test("tracks that cannot take the picks cannot be chosen", () => {
  const open = (kinds: ("video" | "image" | "audio")[], locked: string[] = []) =>
    trackChoices(["V1", "V2", "A1"], kinds, locked)
      .filter((choice) => !choice.disabled)
      .map((choice) => choice.id);
  assert.deepEqual(open([]), ["V1", "V2", "V3", "A1", "A2"]);
  assert.deepEqual(open(["video", "image"]), ["V1", "V2", "V3"]);
  assert.deepEqual(open(["audio"], ["A1"]), ["A2"]);
  assert.deepEqual(open(["audio", "video"]), []);
  assert.deepEqual(
    trackChoices([], []).map((choice) => choice.label),
    ["V1 (new)", "A1 (new)"],
  );
});

test("a chosen track that does not fit the picks any more gives way to the automatic one", () => {
  const choices = trackChoices(["V1", "A1"], ["video"]);
  assert.equal(fitting({ ...ANYWHERE, track: "V1" }, choices).track, "V1");
  assert.equal(fitting({ ...ANYWHERE, track: "A1" }, choices).track, "");
  assert.equal(fitting({ ...ANYWHERE, track: "V9" }, choices).track, "");
});
