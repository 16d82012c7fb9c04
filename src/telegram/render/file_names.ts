/**
 * File names that Telegram would make links of: `README.md` is a host in Moldova to it. As code they
 * are none. Names it knows no domain for (`main.ts`) need no care, and neither does what stands
 * behind a slash.
 */
import type { RichBuilder } from "./rich.ts";

/** Endings of files that are top-level domains too, and hardly ever a site that is named bare. */
const ENDINGS =
  "md|sh|py|rs|pl|pm|zip|mov|ps|cc|so|ml|mk|mm|st|tf|bz|cab|pub|gd|ac|am|as|ad|la|mo|mp|sc|sv|vi|map|cr|ec|gdn|inc|lat|cfd";
/** Part of a name; not of a text in a language without spaces, which a name may stand in. */
const PART =
  "(?:(?![\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}])[\\p{L}\\p{N}_])";
/** With line and column behind it, as compilers give them. */
const NAME = new RegExp(
  `(?<!${PART}|[@/\\\\.#:-])${PART}(?:${PART}|[.-]){0,100}?\\.(?:${ENDINGS}|${ENDINGS.toUpperCase()})` +
    `(?::\\d+(?::\\d+)?)?(?!${PART}|[-@/\\\\]|\\.${PART})`,
  "gu",
);
const ADDRESS_START = /^www\./i;

/** Writes text in which file names must not lead anywhere. */
export function writeProse(out: RichBuilder, text: string): void {
  let at = 0;
  for (const { index, 0: name } of text.matchAll(NAME)) {
    if (ADDRESS_START.test(name)) continue;
    out.write(text.slice(at, index));
    out.code(name);
    at = index + name.length;
  }
  out.write(text.slice(at));
}
