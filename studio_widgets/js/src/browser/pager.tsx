/** Where in the library this page is, and the way to others. */
import { useEffect, useState } from "preact/hooks";
import type { LibraryPage } from "../core/protocol.ts";
import { IconButton } from "../core/ui/controls.tsx";
import { plural } from "../core/ui/format.ts";
import { LIMIT } from "./query.ts";

interface PagerProps {
  page: number;
  answer: LibraryPage;
  noun: string;
  onPage(page: number): void;
}

const count = (value: number): string => value.toLocaleString("en");

export function Pager({ page, answer, noun, onPage }: PagerProps) {
  const { total, capped, more } = answer;
  const [typed, setTyped] = useState(String(page + 1));
  useEffect(() => setTyped(String(page + 1)), [page]);
  const pages = Math.max(Math.ceil(total / LIMIT), page + 1);
  const go = (): void => {
    const wanted = Math.trunc(Number(typed));
    if (wanted >= 1 && wanted !== page + 1) onPage(capped ? wanted - 1 : Math.min(wanted, pages) - 1);
    else setTyped(String(page + 1));
  };
  const plus = capped ? "+" : "";
  const first = page * LIMIT + 1;
  const many = page > 0 || more;
  return (
    <footer class="pager">
      <span class="pager-count" aria-live="polite">
        {many
          ? `${count(first)}–${count(first - 1 + answer.items.length)} of ${count(total)}${plus}`
          : plural(total, noun)}
      </span>
      {many && (
        <nav aria-label="Pages">
          <IconButton icon="first" label="First page" disabled={page === 0} onClick={() => onPage(0)} />
          <IconButton icon="left" label="Previous page" disabled={page === 0} onClick={() => onPage(page - 1)} />
          <span class="pager-page">
            <span class="pager-word">Page</span>
            <input
              class="sw-input"
              inputMode="numeric"
              aria-label={`Page, of ${count(pages)}${plus}`}
              value={typed}
              size={Math.max(2, typed.length)}
              maxLength={8}
              onInput={(event) => setTyped(event.currentTarget.value)}
              onFocus={(event) => event.currentTarget.select()}
              onBlur={go}
              onKeyDown={(event) => event.key === "Enter" && go()}
            />
            of {count(pages)}
            {plus}
          </span>
          <IconButton icon="right" label="Next page" disabled={!more} onClick={() => onPage(page + 1)} />
        </nav>
      )}
    </footer>
  );
}
