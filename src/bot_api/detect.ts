import type { MessageEntity } from "grammy/types";

type Found = MessageEntity & { type: "bot_command" | "mention" | "hashtag" | "url" };

/** Endings by which a bare `name.ending` counts as a link; Telegram knows them all, we know these. */
const TLD =
  "com|org|net|io|dev|app|info|me|ai|co|eu|de|at|ch|fr|it|es|nl|pl|ru|uk|us|ua|cn|jp|in|br" +
  "|xyz|gg|sh|so|to|tv|edu|gov|land|page|site|tech|cloud|blog|run|rs|py|md|zip|mov|cc|ml|ps|pub|gd";

/** In order of precedence: what overlaps an earlier find is dropped. */
const PATTERNS: readonly (readonly [string, RegExp])[] = [
  ["url", /(?<![\w@.])(?:https?|tg|ton):\/\/[^\s<>"'`«»“”‘’]+/gi],
  [
    "email",
    /(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b/gi,
  ],
  [
    "url",
    new RegExp(
      `(?<![\\w@./-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+(?:${TLD})\\b(?::\\d+)?(?:[/?#][^\\s<>"'\`]*)?`,
      "gi",
    ),
  ],
  ["bot_command", /(?<![\w/@<>.:#])\/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/@<>])/g],
  ["mention", /(?<![\w@/.])@[A-Za-z0-9_]{3,32}(?!\w)/g],
  ["hashtag", /(?<![\p{L}\p{N}_#&/@])#(?=[\p{N}_]*\p{L})[\p{L}\p{N}_]{1,256}/gu],
  ["cashtag", /(?<![\w$])\$[A-Z]{1,8}(?![\w$])/g],
];

/** The entities Telegram finds in plain text: links, addresses, commands, mentions, tags. */
export function detect(text: string): Found[] {
  const found: Found[] = [];
  for (const [type, pattern] of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const content = type === "url" ? withoutTail(match[0]) : match[0];
      const offset = match.index;
      const length = content.length;
      const free = found.every((other) =>
        offset + length <= other.offset || other.offset + other.length <= offset
      );
      if (free && length > 1) found.push({ type, offset, length } as Found);
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}

/** Punctuation after a link belongs to the sentence, a closing bracket only if it opens in the link. */
function withoutTail(url: string): string {
  let text = url;
  while (true) {
    const shorter = text.replace(/[.,:;!?…]+$/, "");
    const last = shorter.at(-1);
    const pair = last === ")" ? "(" : last === "]" ? "[" : last === "}" ? "{" : undefined;
    if (pair && count(shorter, last!) > count(shorter, pair)) text = shorter.slice(0, -1);
    else return shorter;
  }
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}
