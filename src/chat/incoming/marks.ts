/**
 * What Telegram has marked in a message: mentions, commands, links. Its entities decide, whatever
 * the text looks like: what it does not mark (a name in code, `/tmp/x`) is text like any other.
 * Offsets are UTF-16 units, as JavaScript counts.
 */
import type { Message, MessageEntity } from "grammy/types";

/** A text with what is marked in it. */
export interface Marked {
  text: string;
  marks: readonly MessageEntity[];
}

/** By whom a mention or command is meant. */
interface Named {
  id: number;
  username: string;
}

export type TextCarrier = Pick<
  Partial<Message>,
  "text" | "entities" | "caption" | "caption_entities"
>;

/** The text of a message or its caption; only marks that lie inside it. */
export function markedOf(message: TextCarrier): Marked {
  const { text, entities, caption, caption_entities } = message;
  return text === undefined ? marked(caption ?? "", caption_entities) : marked(text, entities);
}

/** A text and its entities, as a quote has them as well. */
export function marked(text: string, entities: readonly MessageEntity[] = []): Marked {
  const inside = entities.filter(({ offset, length }) =>
    offset >= 0 && length > 0 && offset + length <= text.length
  );
  return { text, marks: inside.toSorted((a, b) => a.offset - b.offset) };
}

/** Whether somebody is mentioned: by name, as a person without one, or as whose command it is. */
export function mentions(source: Marked, who: Named): boolean {
  return source.marks.some((mark) =>
    isMention(source, mark, who) ||
    mark.type === "bot_command" && isName(contentOf(source, mark).split("@")[1], who)
  );
}

/**
 * The command that the text begins with; a mention of the bot may stand before it.
 *
 * @returns `bot` is the name behind `@`, absent when no bot is named
 */
export function commandOf(
  source: Marked,
  who: Named,
): { name: string; bot?: string; args: string } | undefined {
  const start = skipSpace(source.text, leadingMention(source, who)?.end ?? 0);
  const mark = source.marks.find(({ type, offset }) => type === "bot_command" && offset === start);
  if (!mark) return undefined;
  const [name, bot] = contentOf(source, mark).slice(1).split("@");
  return {
    name: name!.toLowerCase(),
    ...bot !== undefined && { bot },
    args: source.text.slice(endOf(mark)).trim(),
  };
}

/**
 * The text without the bot's name in front of it or at its end, where it only says who is meant; in
 * the middle of a sentence it stays. A text of nothing else stays too.
 */
export function withoutName(source: Marked, who: Named): Marked {
  const { text } = source;
  const leading = leadingMention(source, who);
  const start = leading ? leading.end : 0;
  const last = source.marks.findLast((mark) => isMention(source, mark, who));
  const isAtEnd = last !== undefined && last.offset >= start &&
    text.slice(endOf(last)).trim() === "" && /^$|\s$/.test(text.slice(start, last.offset));
  const end = isAtEnd ? last.offset : text.length;
  return text.slice(start, end).trim() === "" ? trimmed(source) : trimmed(cut(source, start, end));
}

/** The text with the address behind each word that leads somewhere unseen. */
export function withLinks({ text, marks }: Marked): string {
  let shown = "";
  let at = 0;
  for (const mark of marks) {
    if (mark.type !== "text_link" || !mark.url || mark.offset < at) continue;
    const label = text.slice(mark.offset, endOf(mark));
    shown += text.slice(at, endOf(mark));
    at = endOf(mark);
    // Telegram puts what is missing around an address that a person typed.
    const bare = (address: string) => address.trim().replace(/^https?:\/\/|\/$/gi, "");
    if (bare(label) !== bare(mark.url)) shown += ` (${mark.url})`;
  }
  return shown + text.slice(at);
}

function leadingMention(source: Marked, who: Named): { end: number } | undefined {
  const start = skipSpace(source.text, 0);
  const mark = source.marks.find((each) => each.offset === start && isMention(source, each, who));
  if (!mark) return undefined;
  // "@bot, what …": the comma belongs to the name.
  const comma = /^\s*[,:]?(?=\s|$)/.exec(source.text.slice(endOf(mark)));
  return { end: endOf(mark) + (comma?.[0].length ?? 0) };
}

function isMention(source: Marked, mark: MessageEntity, who: Named): boolean {
  if (mark.type === "text_mention") return mark.user?.id === who.id;
  return mark.type === "mention" && isName(contentOf(source, mark).slice(1), who);
}

function isName(name: string | undefined, { username }: Named): boolean {
  return name?.toLowerCase() === username.toLowerCase();
}

function contentOf({ text }: Marked, mark: MessageEntity): string {
  return text.slice(mark.offset, endOf(mark));
}

function endOf({ offset, length }: MessageEntity): number {
  return offset + length;
}

function skipSpace(text: string, from: number): number {
  return text.length - text.slice(from).trimStart().length;
}

function trimmed(source: Marked): Marked {
  return cut(source, skipSpace(source.text, 0), source.text.trimEnd().length);
}

function cut({ text, marks }: Marked, start: number, end: number): Marked {
  const moved = marks.flatMap((mark) =>
    mark.offset >= start && endOf(mark) <= end ? { ...mark, offset: mark.offset - start } : []
  );
  return { text: text.slice(start, end), marks: moved };
}
