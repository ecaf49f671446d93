/** Tags of several files, and names by a pattern. Pure. */
import type { MediaItem } from "../core/protocol.ts";

/** The tags that all of the files have, and those that only some have. */
export function commonTags(items: readonly Pick<MediaItem, "tags">[]): { common: string[]; some: string[] } {
  const all = [...new Set(items.flatMap(({ tags }) => tags))];
  const everywhere = (tag: string): boolean => items.every(({ tags }) => tags.includes(tag));
  return { common: all.filter(everywhere), some: all.filter((tag) => !everywhere(tag)) };
}

const FIELD = /\{\{|\}\}|\{n:0?([1-9])\}|\{(name|n)\}/g;
const SUFFIX = /\.[A-Za-z][A-Za-z0-9]{1,4}$/;

/** The new name of the `n`-th file, as the kernel makes it (`new_name` there); stray braces stay, the kernel refuses them. */
export function renamed(name: string, pattern: string, n: number): string {
  const suffix = SUFFIX.exec(name)?.[0] ?? "";
  const made = pattern.replace(FIELD, (all, width?: string, word?: string) =>
    width
      ? String(n).padStart(Number(width), "0")
      : word === "n"
        ? String(n)
        : word
          ? name.slice(0, name.length - suffix.length)
          : all[0]!,
  );
  return SUFFIX.test(pattern) ? made : made + suffix;
}

/** A pattern that gives just this name. */
export function literally(name: string): string {
  return name.replace(/[{}]/g, "$&$&");
}
