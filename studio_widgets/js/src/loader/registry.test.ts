import assert from "node:assert/strict";
import { test } from "node:test";
import type { Plan } from "./plan.ts";
import { LoadError, Registry, type Source } from "./registry.ts";

const PLAN: Plan = {
  build: "b",
  entry: "room.js",
  files: {
    "core.js": [],
    "shared.js": ["core.js"],
    "room.js": ["shared.js", "core.js"],
    "other.js": ["shared.js"],
    "part.js": ["core.js"],
  },
};

const TEXTS: Record<string, string> = {
  "core.js": 'export const core="core"',
  "shared.js": 'import{core}from"./core.js";export const shared=core',
  "room.js":
    'import{shared}from"./chunks/shared.js";import"./chunks/core.js";const part=()=>import("./chunks/part.js")',
  "other.js": 'import"./chunks/shared.js";',
  "part.js": 'import{core}from"./core.js";',
};

class FakeSource implements Source {
  alive = true;
  readonly asked: string[][] = [];
  readonly texts: Record<string, string>;
  fail: Error | null = null;
  constructor(texts = TEXTS) {
    this.texts = { ...texts };
  }
  async fetch(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    this.asked.push([...names]);
    await Promise.resolve();
    if (this.fail) throw this.fail;
    return new Map(names.flatMap((name) => (name in this.texts ? [[name, this.texts[name]!]] : [])));
  }
}

/** A registry whose imports give the text that was imported. */
function page(...sources: Source[]) {
  const imported: string[] = [];
  const registry = new Registry(PLAN, "REGISTRY", async (url) => {
    imported.push(url);
    return { text: await (await fetch(url)).text() };
  });
  for (const source of sources) registry.add(source);
  return { registry, imported };
}

test("a room asks once for all it needs, in the order of need", async () => {
  const source = new FakeSource();
  await page(source).registry.load("room.js");
  assert.deepEqual(source.asked, [["core.js", "shared.js", "room.js"]]);
});

test("what two widgets share is asked for once, also at the same time", async () => {
  const source = new FakeSource();
  const { registry, imported } = page(source);
  await Promise.all([registry.load("room.js"), registry.load("other.js"), registry.load("room.js")]);
  await registry.load("part.js");
  assert.deepEqual(source.asked, [["core.js", "shared.js", "room.js"], ["other.js"], ["part.js"]]);
  assert.equal(imported.length, 3);
});

test("imports become the URLs of what they name, later ones a call", async () => {
  const { registry } = page(new FakeSource());
  const { text } = (await registry.load("room.js")) as { text: string };
  const urls = [...text.matchAll(/"(blob:[^"]+)"/g)].map((match) => match[1]!);
  assert.equal(urls.length, 2);
  assert.match(await (await fetch(urls[0]!)).text(), /^import\{core\}from"blob:[^"]+";export const shared=core$/);
  assert.equal(await (await fetch(urls[1]!)).text(), TEXTS["core.js"]);
  assert.ok(text.endsWith('const part=()=>REGISTRY.load("part.js")'));
});

test("the URL of what nothing imports is let go", async () => {
  const { registry, imported } = page(new FakeSource());
  await registry.load("room.js");
  await assert.rejects(fetch(imported[0]!));
});

test("when a widget goes away, another one is asked", async () => {
  const [stays, goes] = [new FakeSource(), new FakeSource()];
  goes.fetch = async () => {
    goes.alive = false;
    throw new LoadError("gone", "", "");
  };
  await page(stays, goes).registry.load("room.js");
  assert.equal(stays.asked.length, 1);
});

test("without a kernel it says so", async () => {
  await assert.rejects(page().registry.load("room.js"), /kernel is gone/);
  const dead = new FakeSource();
  dead.alive = false;
  await assert.rejects(page(dead).registry.load("room.js"), /kernel is gone/);
});

test("a refusal is told to all who wait, and asking again asks for what is missing", async () => {
  const source = new FakeSource();
  source.fail = new LoadError("not there", "core.js", "Run the cell again.");
  const { registry } = page(source);
  const both = await Promise.allSettled([registry.load("room.js"), registry.load("room.js")]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  source.fail = null;
  await registry.load("room.js");
  assert.equal(source.asked.length, 2);
});

test("a part that did not arrive is an error that names it, and only that is asked for again", async () => {
  const source = new FakeSource();
  delete source.texts["shared.js"];
  const { registry } = page(source);
  await assert.rejects(registry.load("room.js"), (error: LoadError) => error.where === "shared.js");
  source.texts["shared.js"] = TEXTS["shared.js"]!;
  await registry.load("room.js");
  assert.deepEqual(source.asked[1], ["shared.js"]);
});

test("a part that the build does not have is an error", async () => {
  await assert.rejects(page(new FakeSource()).registry.load("nothing.js"), /not in its build/);
});
