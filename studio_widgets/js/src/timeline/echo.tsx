/** The edits as Python: each hand edit is a line that does the same, to paste into a cell. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { TimelineDocument } from "../core/document.ts";
import { useDocument } from "../core/hooks.ts";
import { styled } from "../core/lazy.tsx";
import { cellInserter } from "../core/notebook_host.ts";
import { copyText } from "../core/ui/clipboard.ts";
import { Icon } from "../core/ui/icons.tsx";
import css from "./echo.css";

/** Only the newest lines are in the page; "Copy all" takes every one. */
const MOST = 200;

function EchoPanel({ document: timeline }: { document: TimelineDocument }) {
  const { echo } = useDocument(timeline);
  const [copied, setCopied] = useState<number | "all" | null>(null);
  const panel = useRef<HTMLElement>(null);
  // The page is asked when the panel is there, and only offers what it lets us do.
  const [insert, setInsert] = useState<((source: string) => Promise<void>) | null>(null);
  useEffect(() => setInsert(() => cellInserter(panel.current)), []);
  const lines = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const list = lines.current;
    if (list) list.scrollTop = list.scrollHeight;
  }, [echo.length]);
  useEffect(() => {
    if (copied === null) return;
    const timer = setTimeout(() => setCopied(null), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const take = async (what: number | "all"): Promise<void> => {
    if (await copyText(what === "all" ? all() : (echo[what] ?? ""))) setCopied(what);
  };
  const all = (): string => echo.join("\n");
  const first = Math.max(0, echo.length - MOST);
  return (
    <section ref={panel} class="tl-echo" aria-label="Edits as Python" data-testid="echo-panel">
      <header class="tl-echo-head">
        <span>
          Python <span class="tl-faint">{echo.length === 1 ? "1 edit" : `${echo.length} edits`}</span>
        </span>
        <span class="tl-echo-deeds">
          {insert && (
            <button
              type="button"
              class="sw-button"
              data-variant="quiet"
              title="All lines into a new cell below"
              disabled={echo.length === 0}
              onClick={() => void insert(all())}
            >
              <Icon name="cell-below" size={14} />
              To a cell
            </button>
          )}
          <button
            type="button"
            class="sw-button"
            data-variant="quiet"
            disabled={echo.length === 0}
            onClick={() => void take("all")}
          >
            <Icon name={copied === "all" ? "check" : "copy"} size={14} />
            {copied === "all" ? "Copied" : "Copy all"}
          </button>
        </span>
      </header>
      {echo.length === 0 ? (
        <p class="tl-echo-empty">Each edit made by hand appears here as the line of Python that does the same.</p>
      ) : (
        <ol class="tl-echo-lines" ref={lines} tabIndex={0} aria-label="Python lines" start={first + 1}>
          {echo.slice(first).map((line, index) => (
            <li key={first + index}>
              <code>{line}</code>
              {insert && (
                <button
                  type="button"
                  class="tl-echo-copy"
                  aria-label={`Insert line ${first + index + 1} as a cell below`}
                  title="Into a new cell below"
                  onClick={() => void insert(line)}
                >
                  <Icon name="cell-below" size={14} />
                </button>
              )}
              <button
                type="button"
                class="tl-echo-copy"
                aria-label={`Copy line ${first + index + 1}`}
                title="Copy this line"
                onClick={() => void take(first + index)}
              >
                <Icon name={copied === first + index ? "check" : "copy"} size={14} />
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

export const Echo = styled(css, EchoPanel);
