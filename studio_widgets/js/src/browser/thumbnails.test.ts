import assert from "node:assert/strict";
import { test } from "node:test";
import { Thumbnails, type ThumbnailRef } from "./thumbnails.ts";

function setup(limits: { capacity?: number; questions?: number; pictures?: number } = {}) {
  const asked: Array<{ ids: string[]; give(...blobs: Array<Blob | null>): Promise<void> }> = [];
  const cache = new Thumbnails(
    (refs) =>
      new Promise((resolve) => {
        const give = (...blobs: Array<Blob | null>) => (resolve(blobs), settled());
        asked.push({ ids: refs.map(({ id }) => id), give });
      }),
    limits,
  );
  return { asked, cache };
}

/** The tiles that came into sight have been gathered, and their question asked. */
const gathered = () => new Promise<void>((resolve) => setTimeout(resolve));
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const media = (id: string): ThumbnailRef => ({ id, recording: false });
const jpeg = () => new Blob(["x"], { type: "image/jpeg" });

test("two tiles of one file ask once and get the same URL", async () => {
  const { asked, cache } = setup();
  const seen: Array<string | null> = [];
  cache.use(media("a"), (url) => seen.push(url));
  cache.use(media("a"), (url) => seen.push(url));
  await gathered();
  await asked[0]!.give(jpeg());
  assert.equal(asked.length, 1);
  assert.equal(seen.length, 2);
  assert.equal(seen[0], seen[1]);
  cache.close();
});

test("tiles that come into sight together are one question, and each gets its own picture", async () => {
  const { asked, cache } = setup();
  const seen: Record<string, string | null> = {};
  for (const id of ["a", "b", "c"]) cache.use(media(id), (url) => (seen[id] = url));
  await gathered();
  assert.deepEqual(
    asked.map(({ ids }) => ids),
    [["a", "b", "c"]],
  );
  await asked[0]!.give(jpeg(), null, jpeg());
  assert.match(seen["a"]!, /^blob:/);
  assert.equal(seen["b"], null);
  assert.notEqual(seen["a"], seen["c"]);
  cache.close();
});

test("only a few are asked for at a time, and a tile that leaves before its turn is not asked for", async () => {
  const { asked, cache } = setup({ questions: 1, pictures: 2 });
  for (const id of ["a", "b"]) cache.use(media(id), () => {});
  const leave = cache.use(media("c"), () => {});
  cache.use(media("d"), () => {});
  await gathered();
  assert.deepEqual(
    asked.map(({ ids }) => ids),
    [["a", "b"]],
  );
  leave();
  await asked[0]!.give(jpeg(), jpeg());
  assert.deepEqual(
    asked.map(({ ids }) => ids),
    [["a", "b"], ["d"]],
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
  await gathered();
  await asked[0]!.give(jpeg(), jpeg(), jpeg());
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
  await gathered();
  await asked[0]!.give(null);
  cache.forgetMissing();
  await gathered();
  await asked[1]!.give(jpeg());
  assert.equal(seen[0], null);
  assert.match(seen[1]!, /^blob:/);
  cache.close();
});
