/** What a reader would not see, not see where it stands, or take for something else, made visible. */

/** Marks that join or colour emoji, and the first half of a line end: left as they are. */
const HARMLESS = String
  .raw`(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})|(?<=[\p{Extended_Pictographic}\d#*])\ufe0f|\r(?=\n)`;
/**
 * Control characters but tabs and line ends; marks that turn the direction of text or take no room;
 * letters that look like a blank; what no font has.
 */
const HIDDEN = String
  .raw`(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]`;
/** Slashes, dots and the like that are none. */
const SIGNS = String.raw`[\u037e\u2024\u2044\u2215\u2236\u2571\u29f8\ua789]`;
const EITHER = new RegExp(`${HARMLESS}|(${HIDDEN}|${SIGNS})`, "gu");

/** Letters of other alphabets that look like Latin ones. */
const LIKE_LATIN = /[ІЈЅАВЕЗКМНОРСТУХЬаеорсухѕіјһԁԛԝӀΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγικνορτυχօոսցհıɑɡ]/gu;
/** Latin letters and digits of another form: full width, bold, script. */
const OTHER_FORM = /[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u2160-\u217f\u{1d400}-\u{1d7ff}]/gu;
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;

/**
 * The text with each such character as `⟨U+202E⟩`, and the names of those, each once. In a word that
 * has Latin letters, too, a letter that only looks like one counts.
 *
 * @param options `blanks`: blanks that are no usual spaces count as well, as in a command.
 */
export function unhide(text: string, { blanks = false } = {}): { text: string; names: string[] } {
  const names = new Set<string>();
  const name = (char: string) => {
    const name = `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
    names.add(name);
    return `⟨${name}⟩`;
  };
  let visible = text.replaceAll(WORD, (word) => {
    const plain = word.replaceAll(OTHER_FORM, name);
    return /[a-z]/i.test(word) ? plain.replaceAll(LIKE_LATIN, name) : plain;
  });
  visible = visible.replaceAll(
    EITHER,
    (all, hidden?: string) => hidden === undefined ? all : name(hidden),
  );
  if (blanks) visible = visible.replaceAll(/(?! )\p{Zs}/gu, name);
  return { text: visible, names: [...names] };
}

/** The same for a name, which stands on one line. */
export function unhideName(name: string): string {
  return unhide(name).text.replaceAll("\n", "⟨U+000A⟩").replaceAll("\t", "⟨U+0009⟩");
}
