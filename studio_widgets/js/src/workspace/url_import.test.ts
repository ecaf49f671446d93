import assert from "node:assert/strict";
import { test } from "node:test";
import { importOf, tokenOf, withoutImport } from "./url_import.ts";

const A = "0b9c2f9a-31f4-5f0e-9c8e-5a0f3b1d7e44";
const B = "6f1a2c52-3f0b-5d0e-9c8e-5a0f3b1d7e44";
const LAB = "http://localhost:8888/lab/tree/week%201/nb.ipynb";

test("ids are read from the address, once each, and the notebook from its path", () => {
  const found = importOf(`${LAB}?import=${A},%20${B.toUpperCase()},${A},`);
  assert.deepEqual(found, { ids: [A, B], bad: [], notebook: "week 1/nb.ipynb" });
  assert.deepEqual(importOf(`http://h/lab/workspaces/x/tree/nb.ipynb?reset&import=${A}&import=${B}`), {
    ids: [A, B],
    bad: [],
    notebook: "nb.ipynb",
  });
  assert.equal(importOf(`http://h/user/me/notebooks/a/b.ipynb?import=${A}`)?.notebook, "a/b.ipynb");
  assert.equal(importOf(`http://h/lab?import=${A}`)?.notebook, "");
});

test("an address without ids asks for nothing", () => {
  for (const address of [LAB, `${LAB}?import=`, `${LAB}?import=,%20,`, `${LAB}?imports=${A}`, `${LAB}#import=${A}`]) {
    assert.equal(importOf(address), null, address);
  }
});

test("what is no id is told apart", () => {
  const found = importOf(`${LAB}?import=${A},talk.mp4,<script>`);
  assert.deepEqual([found?.ids, found?.bad], [[A], ["talk.mp4", "<script>"]]);
  assert.equal(importOf("http://h/lab/tree/%E0%A4%A.ipynb?import=x")?.notebook, "%E0%A4%A.ipynb");
});

test("the parameter goes and the rest of the address stays as it was", () => {
  assert.equal(withoutImport(`${LAB}?reset&import=${A}&x=a%20b#cell`), `${LAB}?reset&x=a%20b#cell`);
  assert.equal(withoutImport(`${LAB}?import=${A}`), LAB);
  assert.equal(withoutImport(`${LAB}?reset`), null);
});

test("the token is the same for the same link and another for another notebook", () => {
  const token = (address: string) => tokenOf(importOf(address)!);
  assert.equal(token(`${LAB}?import=${A},${B}`), token(`${LAB}?x=1&import=${A}&import=${B}`));
  assert.notEqual(token(`${LAB}?import=${A}`), token(`http://h/lab/tree/other.ipynb?import=${A}`));
  assert.notEqual(token(`${LAB}?import=${A},${B}`), token(`${LAB}?import=${B},${A}`));
});
