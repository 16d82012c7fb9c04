/** Long lists, a page at a time. */
import type { Button } from "../../conversation/speaker.ts";

export interface Page<T> {
  items: readonly T[];
  /** Counted from 0. */
  page: number;
  pages: number;
}

/** A page that exists: the list may have become shorter since the button was made. */
export function pageOf<T>(all: readonly T[], wanted: number, size: number): Page<T> {
  const pages = Math.max(1, Math.ceil(all.length / size));
  const page = Number.isInteger(wanted) ? Math.min(Math.max(wanted, 0), pages - 1) : 0;
  return { items: all.slice(page * size, (page + 1) * size), page, pages };
}

/**
 * Both directions, always, so that buttons stay under the thumb; beyond the end it begins again.
 *
 * @param action What a button does that shows the given page.
 */
export function pageButtons(
  { page, pages }: Page<unknown>,
  action: (page: number) => string,
): Button[][] {
  if (pages < 2) return [];
  return [[
    { label: "◀ Previous", action: action((page + pages - 1) % pages) },
    { label: "Next ▶", action: action((page + 1) % pages) },
  ]];
}
