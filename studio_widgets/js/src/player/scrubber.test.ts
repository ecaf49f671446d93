import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { Channel } from "../core/channel.ts";
import type { FrameEvent, ScrubRequest } from "../core/protocol.ts";
import { PlayerHub } from "./hub.ts";
import { Scrubber } from "./scrubber.ts";

function setup() {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  const asked: ScrubRequest[] = [];
  const shown: number[] = [];
  let arrive: (event: FrameEvent, buffers: DataView[]) => void = () => {};
  const channel = {
    request: (_kind: string, body: ScrubRequest) => (asked.push(body), Promise.resolve({ body: {}, buffers: [] })),
    on: (_kind: string, fn: typeof arrive) => ((arrive = fn), () => {}),
  } as unknown as Pick<Channel, "request" | "on">;
  const scrubber = new Scrubber(channel, new PlayerHub(), ({ frame }) => shown.push(frame));
  const picture = [new DataView(new ArrayBuffer(1))];
  return {
    asked,
    shown,
    scrubber,
    answer: (frame: number, seq: number, rev = 0) => arrive({ frame, seq, rev }, picture),
  };
}

const wish = (frame: number, rev = 0) => ({ frame, width: 1280, height: 720, rev });

test("at most two requests are under way, and the newest wish goes next", () => {
  const { asked, shown, scrubber, answer } = setup();
  for (const frame of [1, 2, 3, 4, 5]) scrubber.want(wish(frame), false);
  assert.deepEqual(
    asked.map(({ frame }) => frame),
    [1, 2],
  );
  answer(1, asked[0]!.seq);
  assert.deepEqual(
    asked.map(({ frame }) => frame),
    [1, 2, 5],
  );
  answer(5, asked[2]!.seq);
  assert.deepEqual(shown, [1, 5]);
});

test("moving asks for small pictures, resting for one in full size", () => {
  const { asked, scrubber, answer } = setup();
  scrubber.want(wish(7), true);
  assert.equal(asked[0]!.width, 640);
  assert.equal(asked[0]!.height, 360);
  answer(7, asked[0]!.seq);
  mock.timers.tick(200);
  assert.equal(asked[1]!.width, 1280);
});

test("a picture that comes after a newer one is not shown", () => {
  const { asked, shown, scrubber, answer } = setup();
  scrubber.want(wish(1), false);
  scrubber.want(wish(2), false);
  answer(2, asked[1]!.seq);
  answer(1, asked[0]!.seq);
  assert.deepEqual(shown, [2]);
});

test("another view's picture of the wished frame fills in, and ours is asked for again", () => {
  const { asked, shown, scrubber, answer } = setup();
  scrubber.want(wish(3), false);
  answer(3, asked[0]!.seq + 1);
  assert.deepEqual(shown, [3]);
  assert.equal(asked.length, 2);
  answer(9, asked[1]!.seq + 1);
  assert.deepEqual(shown, [3], "a picture of another frame is not ours");
});

test("a picture older than the document is asked for again", () => {
  const { asked, scrubber, answer } = setup();
  scrubber.want(wish(3, 8), false);
  answer(3, asked[0]!.seq, 7);
  mock.timers.tick(200);
  assert.equal(asked.length, 2);
  answer(3, asked[1]!.seq, 8);
  mock.timers.tick(1000);
  assert.equal(asked.length, 2);
});

test("a lost answer frees its place", () => {
  const { asked, scrubber } = setup();
  for (const frame of [1, 2, 3]) scrubber.want(wish(frame), false);
  assert.equal(asked.length, 2);
  mock.timers.tick(3100);
  assert.equal(asked.length, 3);
});

test("nothing is shown once playback takes over", () => {
  const { asked, shown, scrubber, answer } = setup();
  scrubber.want(wish(1), false);
  scrubber.forget();
  answer(1, asked[0]!.seq);
  assert.deepEqual(shown, []);
});
