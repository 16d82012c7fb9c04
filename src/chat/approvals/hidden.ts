/** What a reader of a command would not see, or not see where it stands, made visible. */

/** Marks that join emoji to one, and the first half of a line end: left as they are. */
const HARMLESS = String
  .raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})|\r(?=\n)`;
/**
 * Control characters but tabs and line ends; marks that turn the direction of text or take no room;
 * letters that look like a blank.
 */
const HIDDEN = String
  .raw`(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u{e0100}-\u{e01ef}]`;
const EITHER = new RegExp(`${HARMLESS}|(${HIDDEN})`, "gu");

/** The text with each such character as `⟨U+202E⟩`, and the names of those, each once. */
export function unhide(text: string): { text: string; names: string[] } {
  const names = new Set<string>();
  const visible = text.replaceAll(EITHER, (all, hidden?: string) => {
    if (hidden === undefined) return all;
    const name = `U+${hidden.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
    names.add(name);
    return `⟨${name}⟩`;
  });
  return { text: visible, names: [...names] };
}
