/** How far the mouse may drag each clip of a timeline, for the test that holds these limits to the engine's refusals. */
import { text } from "node:stream/consumers";
import type { TimelineJson } from "../src/core/protocol.ts";
import { fromJson } from "../src/core/value.ts";
import { edgeLimits, ripplePushes, slideLimits, slipLimits, type Limits } from "../src/timeline/limits.ts";

const value = fromJson(JSON.parse(await text(process.stdin)) as TimelineJson);
const answers: { op: string; clip: string; argument: string; alone: boolean; limits: Limits }[] = [];
for (const clip of value.clips) {
  for (const alone of [false, true]) {
    const tell = (op: string, argument: string, { min, max, refusal }: Limits): void => {
      const finite = (frames: number): number => (Number.isFinite(frames) ? frames : Math.sign(frames) * 5000);
      const limits = { min: finite(min), max: finite(max), refusal };
      answers.push({ op, clip: clip.id, argument, alone, limits });
    };
    for (const edge of ["start", "end"] as const) {
      const pushes = ripplePushes(value, clip, edge, alone);
      tell("trim", edge, edgeLimits(value, "trim", clip, edge, alone));
      tell("ripple", edge, edgeLimits(value, "ripple", clip, edge, alone, pushes));
      tell("roll", edge, edgeLimits(value, "roll", clip, edge, alone));
    }
    tell("slip", "by", slipLimits(value, clip, alone));
    tell("slide", "by", slideLimits(value, clip, alone));
  }
}
console.log(JSON.stringify(answers));
