import assert from "node:assert/strict";
import { test } from "node:test";
import { Thumbnails, type ThumbnailRef } from "./thumbnails.ts";

function setup(options: { capacity?: number; atOnce?: number } = {}) {
  const asked: Array<{ ref: ThumbnailRef; give(blob: Blob | null): Promise<void> }> = [];
  const cache = new Thumbnails(
    (ref) =>
      new Promise((resolve) => {
        asked.push({ ref, give: (blob) => (resolve(blob), settled()) });
      }),
    options.capacity,
    options.atOnce,
  );
  return { asked, cache };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const media = (id: string): ThumbnailRef => ({ id, recording: false });
const jpeg = () => new Blob(["x"], { type: "image/jpeg" });

test("two tiles of one file ask once and get the same URL", async () => {
  const { asked, cache } = setup();
  const seen: Array<string | null> = [];
  cache.use(media("a"), (url) => seen.push(url));
  cache.use(media("a"), (url) => seen.push(url));
  await asked[0]!.give(jpeg());
  assert.equal(asked.length, 1);
  assert.equal(seen.length, 2);
  assert.equal(seen[0], seen[1]);
  cache.close();
});

test("only a few are asked for at a time, and a tile that leaves before its turn is not asked for", async () => {
  const { asked, cache } = setup({ atOnce: 1 });
  cache.use(media("a"), () => {});
  const leave = cache.use(media("b"), () => {});
  cache.use(media("c"), () => {});
  assert.deepEqual(
    asked.map(({ ref }) => ref.id),
    ["a"],
  );
  leave();
  await asked[0]!.give(jpeg());
  assert.deepEqual(
    asked.map(({ ref }) => ref.id),
    ["a", "c"],
  );
  cache.close();
});

test("the oldest picture that nobody shows is revoked when there are too many", async (context) => {
  const revoke = context.mock.method(URL, "revokeObjectURL");
  const { asked, cache } = setup({ capacity: 2 });
  let first = "";
  const leave = cache.use(media("a"), (url) => (first = url ?? ""));
  cache.use(media("b"), () => {});
  cache.use(media("c"), () => {});
  for (const one of asked) await one.give(jpeg());
  assert.equal(revoke.mock.callCount(), 0, "all three are in sight");
  leave();
  assert.deepEqual(
    revoke.mock.calls.map((call) => call.arguments[0]),
    [first],
  );
  cache.close();
  assert.equal(revoke.mock.callCount(), 3);
});

test("a file without a picture is asked for again once the library changed", async () => {
  const { asked, cache } = setup();
  const seen: Array<string | null> = [];
  cache.use(media("a"), (url) => seen.push(url));
  await asked[0]!.give(null);
  cache.forgetMissing();
  await asked[1]!.give(jpeg());
  assert.equal(seen[0], null);
  assert.match(seen[1]!, /^blob:/);
  cache.close();
});
