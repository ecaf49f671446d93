/** What a cell shows until a widget's code is there: a line, or what is wrong and a button. It has no theme yet. */

/** Milliseconds until a widget says that it waits; the code is usually there before. */
const PATIENCE = 400;
/** Milliseconds until it says that the kernel does not answer. */
const SILENCE = 15_000;

export interface Placeholder {
  /** Calls `open`, and again when that fails and the button is pressed; null when the view has gone. */
  until<T>(open: () => Promise<T>): Promise<T | null>;
}

/** A place in `el`; `again` is called when the kernel shall be asked once more. */
export function placeholder(el: HTMLElement, signal: AbortSignal, again: () => void): Placeholder {
  const box = document.createElement("div");
  box.className = "studio-widgets-loading";
  box.style.cssText = "padding:12px;font:13px var(--jp-ui-font-family,system-ui,sans-serif);min-height:24px";
  // keys on the button are not the notebook's
  box.dataset["lmSuppressShortcuts"] = "true";
  box.addEventListener("keydown", (event) => event.stopPropagation());
  el.append(box);
  const say = (role: string, text: string, button = "", press?: () => void): void => {
    const line = document.createElement("span");
    line.setAttribute("role", role);
    line.textContent = text;
    box.replaceChildren(line);
    if (!press) return;
    const made = Object.assign(document.createElement("button"), { textContent: button, type: "button" });
    made.style.marginLeft = "8px";
    made.addEventListener("click", press, { once: true });
    box.append(made);
  };
  const patience = setTimeout(() => say("status", "Loading the widget…"), PATIENCE);
  const silence = (): void => {
    const ask = (): void => {
      again();
      say("status", "Loading the widget…");
      timer = setTimeout(silence, SILENCE);
    };
    say("status", "The kernel has not answered yet; it may be busy.", "Ask again", ask);
  };
  let timer = setTimeout(silence, SILENCE);
  const stop = (): void => {
    clearTimeout(patience);
    clearTimeout(timer);
  };
  const end = (): void => {
    stop();
    box.remove();
  };
  signal.addEventListener("abort", end);
  return {
    async until(open) {
      while (!signal.aborted) {
        try {
          const made = await open();
          end();
          return made;
        } catch (error) {
          stop();
          if (signal.aborted) break;
          await new Promise<void>((resolve) => say("alert", sentenceOf(error), "Try again", resolve));
          say("status", "Loading the widget…");
          timer = setTimeout(silence, SILENCE);
        }
      }
      return null;
    },
  };
}

function sentenceOf(error: unknown): string {
  const { message, where, hint } = error as { message?: string; where?: string; hint?: string };
  const what = [where, message ?? String(error)].filter(Boolean).join(": ");
  return `The widget cannot be shown. ${what.replace(/\.?$/, ".")} ${hint ?? ""}`.trim();
}
