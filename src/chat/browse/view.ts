/** What the file browser shows. Pure. */
import type { Button } from "../../conversation/speaker.ts";
import { shortenMiddle, sizeOf } from "../../base/text.ts";
import { bold, code, italic, nameOf, type Part } from "../../telegram/text.ts";
import { fingerprintOf } from "../panels/fingerprint.ts";
import type { Entry } from "./listing.ts";
import { texts } from "./texts.ts";
import { pageButtons, pageOf } from "../panels/paging.ts";
import type { View } from "../panels/panel.ts";

/** What a browser remembers: the folder, below the home, and where one was before. */
export interface Place {
  /** Names from the home folder downwards. */
  folder: readonly string[];
  page: number;
  /** Folders one came from, the last one last. */
  trail: readonly (readonly string[])[];
}

const PER_PAGE = 10;
/** Characters of a name on a button that also has an icon and a size. */
const LABEL = 26;

export function filesView(
  id: string,
  place: Place,
  entries: readonly Entry[],
  { root, note }: { root: string; note?: string },
): View {
  const action = (what: string) => `files:${id}.${what}`;
  const shown = pageOf(entries, place.page, PER_PAGE);
  const folders = entries.filter(({ isDirectory }) => isDirectory).length;
  const parts: Part[] = [
    bold(texts.title),
    "\n",
    code(shortenMiddle(nameOf([root, ...place.folder].join("/")), 300)),
    "\n\n",
    entries.length === 0 ? italic(texts.empty) : texts.contents(folders, entries.length - folders),
  ];
  if (shown.pages > 1) parts.push(texts.page(shown.page + 1, shown.pages));
  if (note !== undefined) parts.push("\n\n", italic(note));
  const rows: Button[][] = shown.items.map((entry) => [{
    label: labelOf(entry),
    action: action(`o.${fingerprintOf(entry.name)}`),
  }]);
  const ways: Button[] = [];
  const deep = place.folder.length > 0;
  const before = place.trail.at(-1);
  if (deep) ways.push({ label: texts.up, action: action("u") });
  // Where it is the same as going up, one button is enough.
  if (before !== undefined && !same(before, place.folder.slice(0, -1))) {
    ways.push({ label: texts.back, action: action("b") });
  }
  if (deep) ways.push({ label: texts.home, action: action("h") });
  return {
    parts,
    buttons: [...rows, ...pageButtons(shown, (page) => action(`p.${page}`)), ways],
  };
}

export function expiredView(): View {
  return {
    parts: [bold(texts.title), "\n\n", italic(texts.tooOld)],
    buttons: [[{ label: texts.openAgain, action: "files:new" }]],
  };
}

function labelOf({ name, isDirectory, size }: Entry): string {
  const shown = shortenMiddle(nameOf(name), LABEL);
  return isDirectory ? `📁 ${shown}` : `📄 ${shown} · ${sizeOf(size ?? 0)}`;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}
