import assert from "node:assert/strict";
import { test } from "node:test";
import { captureError, displayOptions, obstacle } from "./capture.ts";

const able = { isSecureContext: true, canCapture: true, canRecord: true, mimeTypes: ["video/webm"] };
const thrown = (name: string, message = "") => Object.assign(new Error(message), { name });

test("a browser that can record has no obstacle", () => {
  assert.equal(obstacle(able), null);
});

test("each obstacle says what to do", () => {
  assert.match(obstacle({ ...able, isSecureContext: false })!.hint, /https/);
  assert.match(obstacle({ ...able, canCapture: false })!.hint, /desktop/);
  assert.match(obstacle({ ...able, mimeTypes: [] })!.message, /WebM/);
});

test("refusals of the picker are told apart", () => {
  assert.equal(captureError(thrown("NotAllowedError", "Permission denied")).code, "not_chosen");
  assert.match(captureError(thrown("NotAllowedError", "Permission denied by system")).hint, /privacy settings/);
  assert.match(captureError(thrown("NotAllowedError", "Disallowed by permissions policy")).hint, /tab of its own/);
  assert.match(captureError(thrown("NotReadableError")).hint, /another/);
  assert.equal(captureError(thrown("TypeError", "odd")).message, "odd");
});

test("this tab is asked for as such, the others by their kind", () => {
  assert.equal(displayOptions("this-tab", true).preferCurrentTab, true);
  assert.equal((displayOptions("window", false).video as MediaTrackConstraints).displaySurface, "window");
  assert.equal(displayOptions("window", false).audio, false);
});
