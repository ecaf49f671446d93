/** Predicts edits read from standard input, for the test that holds the page's guesses to the engine's edits. */
import { text } from "node:stream/consumers";
import { predict } from "../src/core/predict.ts";
import type { TimelineJson } from "../src/core/protocol.ts";
import { fromJson } from "../src/core/value.ts";

interface Question {
  timeline: TimelineJson;
  edits: [op: string, args: Record<string, unknown>][];
}

const { timeline, edits } = JSON.parse(await text(process.stdin)) as Question;
const value = fromJson(timeline);
const answers = edits.map(([op, args], serial) => {
  const { value: after, created } = predict(value, op, args, serial);
  const { clips, tracks, transitions, markers, totalFrames } = after;
  return { clips, tracks, transitions, markers, totalFrames, created };
});
console.log(JSON.stringify(answers));
