import type { MessageEntity } from "grammy/types";
import { normalLink } from "./entity_input.ts";
import { badRequest } from "./errors.ts";
import type { FormattedText } from "./formatted_text.ts";

const SIMPLE: Readonly<Record<string, MessageEntity["type"]>> = {
  b: "bold",
  strong: "bold",
  i: "italic",
  em: "italic",
  u: "underline",
  ins: "underline",
  s: "strikethrough",
  strike: "strikethrough",
  del: "strikethrough",
  "tg-spoiler": "spoiler",
  code: "code",
};

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"' };

interface Open {
  tag: string;
  attributes: Map<string, string>;
  /** Where the content begins in the text so far. */
  at: number;
}

/** `parse_mode: "HTML"`. Throws `can't parse entities: …` where Telegram does. */
export function parseHtml(source: string): FormattedText {
  const entities: MessageEntity[] = [];
  const stack: Open[] = [];
  let text = "";
  let at = 0;
  while (at < source.length) {
    const char = source[at]!;
    if (char === "&") {
      const [decoded, length] = decodeReference(source.slice(at, at + 12));
      text += decoded;
      at += length;
      continue;
    }
    if (char !== "<") {
      text += char;
      at += 1;
      continue;
    }
    const close = source.indexOf(">", at);
    const here = byteOffset(source, at);
    if (close < 0) throw unparsed(`Unclosed start tag at byte offset ${here}`);
    const inner = source.slice(at + 1, close);
    if (inner.startsWith("/")) {
      const open = stack.pop();
      if (!open) throw unparsed(`Unexpected end tag at byte offset ${here}`);
      const name = inner.slice(1).trim().toLowerCase();
      if (name !== "" && name !== open.tag) {
        throw unparsed(
          `Unmatched end tag at byte offset ${here}, expected "</${open.tag}>", found "</${name}>"`,
        );
      }
      const entity = entityOf(open, text, stack.at(-1));
      if (entity) entities.push(entity);
    } else {
      stack.push({ ...readTag(inner, here), at: text.length });
    }
    at = close + 1;
  }
  const open = stack.at(-1);
  if (open) throw unparsed(`Can't find end tag corresponding to start tag "${open.tag}"`);
  return { text, entities: mergeCode(entities) };
}

function readTag(inner: string, here: number): { tag: string; attributes: Map<string, string> } {
  const tag = /^[^\s>]*/.exec(inner)![0].toLowerCase();
  if (tag === "") throw unparsed(`Empty start tag name at byte offset ${here}`);
  const attributes = new Map<string, string>();
  for (
    const match of inner.slice(tag.length).matchAll(
      /([\w-]+)\s*(?:=\s*("[^"]*"|'[^']*'|[^\s"']+))?/g,
    )
  ) {
    const value = (match[2] ?? "").replace(/^(["'])(.*)\1$/s, "$2");
    attributes.set(
      match[1]!.toLowerCase(),
      value.replace(/&[^;]{1,10};/g, (ref) => decodeReference(ref)[0]),
    );
  }
  const known = tag in SIMPLE || ["a", "pre", "blockquote", "tg-emoji", "tg-time"].includes(tag) ||
    tag === "span" && attributes.get("class") === "tg-spoiler";
  if (!known) {
    if (tag === "span") {
      throw unparsed(
        `Tag "span" must have class "tg-spoiler" at byte offset ${here}`,
      );
    }
    throw unparsed(`Unsupported start tag "${tag}" at byte offset ${here}`);
  }
  return { tag, attributes };
}

function entityOf(open: Open, text: string, parent: Open | undefined): MessageEntity | undefined {
  const { tag, attributes, at: offset } = open;
  const length = text.length - offset;
  if (length === 0) return undefined;
  const simple = SIMPLE[tag];
  if (tag === "code" && parent?.tag === "pre") {
    const language = /^language-(.+)$/.exec(attributes.get("class") ?? "")?.[1];
    // Becomes the language of the block around it when that ends.
    return { type: "pre", offset, length, language: language ?? "" };
  }
  if (simple) return { type: simple, offset, length } as MessageEntity;
  switch (tag) {
    case "span":
      return { type: "spoiler", offset, length };
    case "pre":
      return { type: "pre", offset, length };
    case "blockquote":
      return {
        type: attributes.has("expandable") ? "expandable_blockquote" : "blockquote",
        offset,
        length,
      };
    case "a": {
      const url = attributes.get("href") || text.slice(offset);
      const user = /^tg:\/\/user\?id=(\d+)$/.exec(url)?.[1];
      if (user) {
        const mentioned = { id: Number(user), is_bot: false, first_name: "" };
        return { type: "text_mention", offset, length, user: mentioned };
      }
      const link = normalLink(url);
      return link === undefined ? undefined : { type: "text_link", offset, length, url: link };
    }
    case "tg-emoji": {
      const custom_emoji_id = attributes.get("emoji-id") ?? "";
      return { type: "custom_emoji", offset, length, custom_emoji_id };
    }
    default:
      return undefined;
  }
}

/** `<pre><code class="language-x">` is one block with a language, when both cover the same text. */
function mergeCode(entities: MessageEntity[]): MessageEntity[] {
  const result: MessageEntity[] = [];
  for (const entity of entities) {
    const last = result.at(-1);
    const isOuter = entity.type === "pre" && entity.language === undefined;
    if (isOuter && last?.type === "pre" && last.offset >= entity.offset) {
      result.pop();
      const same = last.offset === entity.offset && last.length === entity.length;
      result.push(same && last.language ? { ...entity, language: last.language } : entity);
    } else result.push(entity);
  }
  return result;
}

/** The character and how many characters of source it took; an unknown reference stays as it is. */
function decodeReference(source: string): [string, number] {
  const match = /^&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));?/i.exec(source);
  if (!match) return ["&", 1];
  const [whole, hex, decimal, name] = match;
  if (name !== undefined) {
    const char = NAMED[name];
    return char === undefined ? ["&", 1] : [char, whole.length];
  }
  const code = hex !== undefined ? parseInt(hex, 16) : Number(decimal);
  if (code === 0 || code > 0x10ffff) return ["&", 1];
  return [String.fromCodePoint(code), whole.length];
}

function byteOffset(source: string, at: number): number {
  return new TextEncoder().encode(source.slice(0, at)).length;
}

function unparsed(what: string): Error {
  return badRequest(`can't parse entities: ${what}`);
}
