/** Which key does what: the usual keys of `widgets/keymap.py`, and what the trait `keymap` makes of them. */
import type { AnyModel } from "./model.ts";
import { ACTIONS } from "./protocol.ts";
import { trait, type Trait } from "./traits.ts";

export type Action = keyof typeof ACTIONS;

const NAMES: Record<string, string> = {
  " ": "Space",
  ArrowLeft: "Left",
  ArrowRight: "Right",
  ArrowUp: "Up",
  ArrowDown: "Down",
  ContextMenu: "Menu",
};

/** The signs that keyboards have without Shift on the places of an American one. */
const BY_PLACE: Record<string, string> = {
  Comma: ",",
  Period: ".",
  Slash: "/",
  Semicolon: ";",
  Quote: "'",
  BracketLeft: "[",
  BracketRight: "]",
  Backslash: "\\",
  Minus: "-",
  Equal: "=",
  Backquote: "`",
};

type Pressed = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey"> & {
  getModifierState?(name: string): boolean;
};

/** The names a key may be known by, as the keymap writes them; what was typed goes before the place of the key. */
export function keysPressed(event: Pressed): string[] {
  const { key, code, shiftKey } = event;
  // AltGr types signs, and comes as Ctrl with Alt on some systems.
  const typing = event.getModifierState?.("AltGraph") === true;
  const before = typing ? "" : `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}`;
  const shift = shiftKey ? "Shift+" : "";
  const found: string[] = [];
  const named = NAMES[key];
  if (named ?? key.length > 1) return [`${before}${shift}${named ?? key}`];
  const letter = /^\p{L}$/u.test(key);
  const place = /^(?:Key|Digit)(.)$/.exec(code ?? "")?.[1] ?? BY_PLACE[code ?? ""];
  // What a sign is typed with says nothing more than the sign.
  if (!letter && shiftKey && key !== place) found.push(`${before}${key}`);
  found.push(`${before}${shift}${key.toUpperCase()}`);
  if (place && (!letter || !/^[a-z]$/i.test(key))) found.push(`${before}${shift}${place}`);
  return found;
}

const SHOWN: Record<string, string> = { Left: "←", Right: "→", Up: "↑", Down: "↓", "-": "−" };

/** A key as people read it: `Ctrl+←`. */
export function keyText(key: string): string {
  const at = key.lastIndexOf("+", key.length - 2);
  const [before, last] = [key.slice(0, at + 1), key.slice(at + 1)];
  return before + (SHOWN[last] ?? last);
}

export class Keymap {
  readonly #trait: Trait<Partial<Record<string, readonly string[]>>>;
  #changed: unknown = null;
  #byKey = new Map<string, Action>();

  constructor(model: AnyModel) {
    this.#trait = trait<Partial<Record<string, readonly string[]>>>(model, "keymap", {});
  }

  subscribe(fn: () => void): () => void {
    return this.#trait.subscribe(fn);
  }

  /** The keys of an action; none when they were taken away. */
  keysOf(action: Action): readonly string[] {
    return this.#trait.get()[action] ?? ACTIONS[action];
  }

  /** The key of an action for tooltips and menus; "" when it has none. */
  hint(action: Action): string {
    const [first] = this.keysOf(action);
    return first === undefined ? "" : keyText(first);
  }

  /** What the key does. */
  actionOf(event: Pressed): Action | null {
    const given = this.#trait.get();
    if (given !== this.#changed) {
      this.#changed = given;
      this.#byKey = new Map();
      for (const action of Object.keys(ACTIONS) as Action[]) {
        for (const key of this.keysOf(action)) this.#byKey.set(key, action);
      }
    }
    for (const key of keysPressed(event)) {
      const action = this.#byKey.get(key);
      if (action) return action;
    }
    return null;
  }
}
