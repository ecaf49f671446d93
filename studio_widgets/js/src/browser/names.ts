/** Tags of several files, and names by a pattern. Pure. */
import type { MediaItem } from "../core/protocol.ts";

/** The tags that all of the files have, and those that only some have. */
export function commonTags(items: readonly Pick<MediaItem, "tags">[]): { common: string[]; some: string[] } {
  const all = [...new Set(items.flatMap(({ tags }) => tags))];
  const everywhere = (tag: string): boolean => items.every(({ tags }) => tags.includes(tag));
  return { common: all.filter(everywhere), some: all.filter((tag) => !everywhere(tag)) };
}

/** The new name of the `n`-th file, as the kernel makes it. */
export function renamed(name: string, pattern: string, n: number): string {
  const suffix = /\.\w{1,8}$/.exec(name)?.[0] ?? "";
  const stem = name.slice(0, name.length - suffix.length);
  const made = pattern.replaceAll(/\{(name|n)\}/g, (_, word: string) => (word === "n" ? String(n) : stem));
  return made.toLowerCase().endsWith(suffix.toLowerCase()) ? made : made + suffix;
}
