/** A widget's place in the page: its own shadow root, JupyterLab's theme, and hands off JupyterLab's shortcuts. */
import { createContext, h, render, type ComponentType, type VNode } from "preact";
import { Channel } from "./channel.ts";
import { TimelineDocument } from "./document.ts";
import type { AnyModel } from "./model.ts";
import themeCss from "./theme.css";
import uiCss from "./ui/ui.css";

/** What every room's component gets. Shared by all views of one model. */
export interface StudioContext {
  readonly model: AnyModel;
  readonly channel: Channel;
  readonly document: TimelineDocument;
  /** Aborted when the widget is gone. */
  readonly signal: AbortSignal;
}

/** Puts the CSS of a part that is loaded later into the view's shadow root, once. */
export const AddCss = createContext<(css: string) => void>(() => undefined);

export type Theme = "light" | "dark";

/** The page's theme: JupyterLab says, else VS Code, else the system. */
export function pageTheme(): Theme {
  const { body } = document;
  const light = body.dataset["jpThemeLight"];
  if (light !== undefined) return light === "true" ? "light" : "dark";
  if (body.classList.contains("vscode-dark")) return "dark";
  if (body.classList.contains("vscode-light")) return "light";
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Calls `fn` when the page's theme may have changed. */
export function onThemeChange(fn: () => void, signal: AbortSignal): void {
  const observer = new MutationObserver(fn);
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"],
  });
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", fn, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
}

/**
 * Renders `content` into a shadow root inside `el`, with the shared theme, the parts of the house and `css`, which comes
 * last also when parts add theirs later; all of it goes when `signal` aborts.
 * Returns the themed root element (`.sw-root`, `data-theme`).
 */
export function mount(el: HTMLElement, css: string, content: VNode<any>, signal: AbortSignal): HTMLElement {
  const host = document.createElement("div");
  // JupyterLab's shortcuts look at the element that has the focus; from outside, that is the host.
  host.dataset["lmSuppressShortcuts"] = "true";
  host.dataset["jpSuppressContextMenu"] = "true";
  host.addEventListener("contextmenu", (event) => {
    event.stopPropagation();
    const target = event.composedPath()[0];
    // Text fields and videos keep the browser's own menu.
    if (target instanceof Element && target.closest("input, textarea, video")) return;
    event.preventDefault();
  });
  // Keys of ours never reach the notebook, whose shortcuts delete cells.
  for (const type of ["keydown", "keypress", "keyup"] as const) {
    host.addEventListener(type, (event) => event.stopPropagation());
  }
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = (text: string): HTMLStyleElement =>
    Object.assign(document.createElement("style"), { textContent: text });
  const own = sheet(css);
  const added = new Set<string>();
  const add = (text: string): void => {
    if (!added.has(text)) own.before(sheet(text));
    added.add(text);
  };
  const root = document.createElement("div");
  root.className = "sw-root";
  root.dataset["lmSuppressShortcuts"] = "true";
  const applyTheme = (): void => void (root.dataset["theme"] = pageTheme());
  applyTheme();
  onThemeChange(applyTheme, signal);
  shadow.append(sheet(`${themeCss}\n${uiCss}`), own, root);
  el.append(host);
  render(h(AddCss.Provider, { value: add }, content), root);
  signal.addEventListener("abort", () => {
    render(null, root);
    host.remove();
  });
  return root;
}

interface InitializeProps {
  model: AnyModel;
  signal: AbortSignal;
}

interface RenderProps extends InitializeProps {
  el: HTMLElement;
}

export interface AnyWidget {
  initialize(props: InitializeProps): void;
  render(props: RenderProps): void;
}

/** The default export of a room's `widget.ts`: one channel and document per model, any number of views. */
export function widget(css: string, view: ComponentType<{ context: StudioContext }>): () => AnyWidget {
  return () => {
    let context: StudioContext | null = null;
    const contextOf = ({ model, signal }: InitializeProps): StudioContext => {
      if (!context || context.signal.aborted) {
        const channel = new Channel(model, signal);
        context = { model, channel, document: new TimelineDocument(channel), signal };
      }
      return context;
    };
    return {
      initialize: (props) => void contextOf(props),
      render: ({ model, el, signal }) =>
        void mount(el, css, h(view, { context: contextOf({ model, signal }) }), signal),
    };
  };
}
