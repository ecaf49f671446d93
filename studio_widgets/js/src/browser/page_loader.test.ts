import assert from "node:assert/strict";
import { test } from "node:test";
import { StudioError, type Answer, type Channel } from "../core/channel.ts";
import type { LibraryPage, LibraryQuery } from "../core/protocol.ts";
import { PageLoader } from "./page_loader.ts";

interface Asked {
  query: LibraryQuery;
  signal: AbortSignal;
  answer(page: LibraryPage): void;
  refuse(error: Error): void;
}

function page(total: number): LibraryPage {
  return { items: [], total, page: 0, more: false };
}

function setup() {
  const asked: Asked[] = [];
  const request = (_kind: string, query: LibraryQuery, options: { signal: AbortSignal }) =>
    new Promise<Answer<LibraryPage>>((resolve, reject) => {
      asked.push({
        query,
        signal: options.signal,
        answer: (body) => resolve({ body, buffers: [] }),
        refuse: reject,
      });
    });
  const loader = new PageLoader({ request } as unknown as Pick<Channel, "request">, () => {});
  return { asked, loader };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("the newest question wins and the older one is cancelled", async () => {
  const { asked, loader } = setup();
  loader.load({ search: "in" });
  loader.load({ search: "intro" });
  assert.equal(asked[0]!.signal.aborted, true);
  asked[1]!.answer(page(2));
  asked[0]!.answer(page(9));
  await settled();
  assert.equal(loader.state.phase, "ready");
  assert.equal(loader.state.page!.total, 2);
});

test("the old page stays while another search runs, and goes with another tab", async () => {
  const { asked, loader } = setup();
  loader.load({ tab: "library", search: "" });
  asked[0]!.answer(page(5));
  await settled();
  loader.load({ tab: "library", search: "x" });
  assert.equal(loader.state.phase, "loading");
  assert.equal(loader.state.page!.total, 5);
  loader.load({ tab: "recordings", search: "x" });
  assert.equal(loader.state.page, null);
});

test("a refusal is kept, and retry asks the same question", async () => {
  const { asked, loader } = setup();
  loader.load({ search: "y" });
  asked[0]!.refuse(new StudioError({ code: "database_error", message: "gone", where: "", hint: "restart" }));
  await settled();
  assert.equal(loader.state.error!.hint, "restart");
  loader.retry();
  assert.deepEqual(asked[1]!.query, { search: "y" });
  assert.equal(loader.state.phase, "loading");
});

test("when the kernel dies the page stays to be looked at", async () => {
  const { asked, loader } = setup();
  loader.load({ search: "y" });
  asked[0]!.answer(page(7));
  await settled();
  loader.retry();
  asked[1]!.refuse(new StudioError({ code: "kernel_gone", message: "The kernel is gone." }));
  await settled();
  assert.deepEqual([loader.state.phase, loader.state.page!.total], ["ready", 7]);
});

test("a burst of changes asks once", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { asked, loader } = setup();
  loader.load({});
  for (let k = 0; k < 20; k++) loader.refresh();
  context.mock.timers.tick(300);
  assert.equal(asked.length, 2);
});

test("after dispose nothing is asked or shown any more", async () => {
  const { asked, loader } = setup();
  loader.load({});
  loader.dispose();
  asked[0]!.answer(page(1));
  await settled();
  assert.equal(loader.state.phase, "loading");
});
