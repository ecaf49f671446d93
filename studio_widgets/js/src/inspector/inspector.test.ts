import assert from "node:assert/strict";
import { test } from "node:test";
import { lesson } from "../../dev/material.ts";
import { parseRate } from "../core/timecode.ts";
import { fromJson } from "../core/value.ts";
import { editOf, fractionOf, heldBy, SECTIONS, sectionsOf, shared, type Property } from "./properties.ts";
import { read, shown, stepped } from "./typed.ts";

const value = fromJson(lesson());
const rate = parseRate("30");
const clip = (id: string) => value.byId.get(id)!;
const property = (key: string): Property =>
  SECTIONS.flatMap((section) => section.properties).find((item) => item.key === key)!;
const scale = property("scale");
const start = property("start");

test("a title has words and a picture, but no sound and no speed", () => {
  const titles = value.clips.filter((item) => item.source.type === "title");
  assert.deepEqual(
    sectionsOf(titles.slice(0, 1), value).map((section) => section.title),
    ["Clip", "Title", "Picture", "Crop"],
  );
});

test("several clips have what one edit can give them all", () => {
  const keys = sectionsOf([clip("clip-1"), clip("clip-2")], value).flatMap(({ properties }) => properties);
  assert.ok(keys.every((item) => item.column !== undefined));
  assert.ok(!keys.some((item) => item.key === "start"));
});

test("what clips share is shown, what differs is mixed", () => {
  const one = clip("clip-1");
  const other = { ...clip("clip-2"), transform: { scale: 0.5 } };
  assert.equal(shared(scale, [one], null), 100);
  assert.equal(shared(scale, [one, other], null), null);
  assert.equal(shared(scale, [other, other], null), 50);
});

test("one clip is told a plain edit, several one table, and those that have the value already nothing", () => {
  const one = clip("clip-1");
  const two = clip("clip-2");
  assert.deepEqual(editOf(scale, [one], 50, null), { op: "set_transform", args: { clip: "clip-1", scale: 0.5 } });
  assert.equal(editOf(scale, [one], 100, null), null);
  assert.deepEqual(editOf(scale, [one, { ...two, transform: { scale: 0.5 } }], 50, null), {
    op: "update",
    args: { rows: [{ id: "clip-1", scale: 0.5 }] },
  });
  assert.deepEqual(editOf(start, [one], 12, null), { op: "move", args: { clip: "clip-1", to: 12 } });
});

test("what has keyframes shows its value at the playhead, and is set there", () => {
  const curve = {
    property: "scale" as const,
    keys: [
      { frame: 0, value: 1 },
      { frame: 10, value: 2 },
    ],
  };
  const keyed = { ...clip("clip-1"), trimStartFrame: 0, curves: [curve] };
  assert.equal(shared(scale, [keyed], 5), 150);
  assert.deepEqual(editOf(scale, [keyed], 120, 5), {
    op: "set_transform",
    args: { clip: "clip-1", scale: 1.2, at: 5 },
  });
  assert.equal(editOf(scale, [keyed], 150, 5), null);
  assert.deepEqual(editOf(property("x"), [keyed], 10, 5)?.args, { clip: "clip-1", x: 0.1 });
  assert.equal(heldBy(scale, [keyed], 5), "");
  assert.match(heldBy(scale, [keyed], null), /playhead/);
  assert.match(heldBy(scale, [keyed, clip("clip-2")], null), /one clip/);
  assert.equal(heldBy(property("x"), [keyed], null), "");
});

test("speeds are fractions", () => {
  assert.deepEqual([200, 100, 75, 33.33, 150].map(fractionOf), ["2", "1", "3/4", "3333/10000", "3/2"]);
});

test("numbers are read with their unit, a comma, a sign, and within their bounds", () => {
  const { kind } = scale;
  assert.equal(read(kind, " 50 % ", 100, rate).value, 50);
  assert.equal(read(kind, "12,5", 100, rate).value, 12.5);
  assert.equal(read(property("x").kind, "−7.5", 0, rate).value, -7.5);
  assert.match(read(kind, "0", 100, rate).problem, /^From 0\.1/);
  assert.match(read(kind, "large", 100, rate).problem, /Not a number/);
});

test("times are read as editors let one type them, from their least on", () => {
  const { kind } = property("duration");
  assert.equal(read(kind, "00:00:02:10", 5, rate).value, 70);
  assert.equal(read(kind, "+10", 5, rate).value, 15);
  assert.match(read(kind, "0:00", 5, rate).problem, /At least 1 frame/);
  assert.match(read(kind, "soon", 5, rate).problem, /Not a time/);
});

test("values are shown with few digits and stepped within their bounds", () => {
  assert.equal(shown(scale.kind, 33.333333, rate), "33.33 %");
  assert.equal(shown(start.kind, 70, rate), "00:00:02:10");
  assert.equal(shown(scale.kind, null, rate), "");
  assert.equal(stepped(property("opacity").kind, 99, 10), 100);
  assert.equal(stepped(property("gain_db").kind, 0, -3), -1.5);
  assert.equal(stepped(start.kind, 2, -5), 0);
});
