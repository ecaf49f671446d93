/**
 * What anywidget gets as a widget's module: it fetches the room's code, which the page has once, and hands over to it.
 *
 * anywidget holds a widget's messages back until `initialize` has ended, and gives up on it after two seconds. So that
 * does not wait for the code, which comes as such a message: `render` does.
 */
import type { AnyWidget } from "../core/shell.ts";
import { ModelSource } from "./messages.ts";
import { placeholder } from "./placeholder.ts";
import type { Plan } from "./plan.ts";
import { Registry } from "./registry.ts";

declare const STUDIO_PLAN: Plan;

const plan = STUDIO_PLAN;
const key = `studio-widgets.${plan.build}`;
const page = globalThis as unknown as Record<symbol, Registry | undefined>;
const registry = (page[Symbol.for(key)] ??= new Registry(plan, `globalThis[Symbol.for("${key}")]`));

export default (): AnyWidget => {
  let source: ModelSource;
  let room: Promise<AnyWidget> | null = null;
  let props: Parameters<AnyWidget["initialize"]>[0];
  const open = (): Promise<AnyWidget> => {
    room ??= registry.load(plan.entry).then((module) => {
      const made = (module["default"] as () => AnyWidget)();
      made.initialize(props);
      return made;
    });
    room.catch(() => (room = null));
    return room;
  };
  return {
    initialize(given) {
      props = given;
      source = new ModelSource(given.model, given.signal);
      registry.add(source);
      given.signal.addEventListener("abort", () => registry.remove(source));
      void open().catch(() => undefined); // each view says what is wrong
    },
    async render(view) {
      const shown = placeholder(view.el, view.signal, () => source.again());
      const made = await shown.until(open);
      if (made && !view.signal.aborted) made.render(view);
    },
  };
};
