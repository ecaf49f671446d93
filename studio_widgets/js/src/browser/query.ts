/** What the browser asks for, as traits that cells set and observe too. */
import { useEffect, useMemo, useReducer } from "preact/hooks";
import type { AnyModel } from "../core/model.ts";
import type { LibraryQuery } from "../core/protocol.ts";
import { trait } from "../core/traits.ts";

export type Query = Required<LibraryQuery>;

export const LIMIT = 30;
export const NOTHING: Omit<Query, "limit"> = {
  tab: "library",
  kind: "",
  source: "",
  tags: [],
  search: "",
  sort: "newest",
  page: 0,
};

/** Without filters; the tab and the order stay. */
export const UNFILTERED: Partial<Query> = { kind: "", source: "", tags: [], search: "" };

/** Whether anything is left out. */
export function isFiltered({ tab, kind, source, tags, search }: Query): boolean {
  return search !== "" || (tab === "library" && (kind !== "" || source !== "" || tags.length > 0));
}

/** The question, and the way to change it: other filters start on the first page, with nothing selected. */
export function useQuery(model: AnyModel): [Query, (changes: Partial<Query>) => void] {
  const [, update] = useReducer((count: number) => count + 1, 0);
  const traits = useMemo(
    () =>
      Object.entries(NOTHING).map(([name, value]) => [name, trait<unknown>(model, `browser_${name}`, value)] as const),
    [model],
  );
  useEffect(() => {
    update(undefined);
    const ends = traits.map(([, one]) => one.subscribe(() => update(undefined)));
    return () => ends.forEach((end) => end());
  }, [traits]);
  const query = Object.fromEntries(traits.map(([name, one]) => [name, one.get()])) as unknown as Query;
  const change = (changes: Partial<Query>): void => {
    if (!("page" in changes)) trait(model, "browser_selection").set([]);
    for (const [name, one] of traits) {
      if (name in changes || name === "page") one.set(changes[name as keyof Query] ?? 0);
    }
  };
  return [{ ...query, limit: LIMIT }, change];
}
