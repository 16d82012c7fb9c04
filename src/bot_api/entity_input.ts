import type { MessageEntity } from "grammy/types";
import { badRequest } from "./errors.ts";
import { isObject } from "./params.ts";

const PLAIN = new Set([
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
  "code",
  "blockquote",
  "expandable_blockquote",
]);

/** Found by the server itself; ignored when a bot sends them. */
const DETECTED = new Set([
  "mention",
  "hashtag",
  "cashtag",
  "bot_command",
  "url",
  "email",
  "phone_number",
  "bank_card_number",
]);

/**
 * Reads the `entities` of a call. Types must be known and fields of the right kind; whether the
 * offsets fit the text is seen to by `fixText`. Links that are no links are dropped, as Telegram does.
 */
export function readEntities(value: unknown): MessageEntity[] {
  // Anything but a list, and a string that is not JSON, is ignored there too.
  if (!Array.isArray(value)) return [];
  const entities: MessageEntity[] = [];
  for (const item of value) {
    const entity = readEntity(item);
    if (entity) entities.push(entity);
  }
  return entities;
}

function readEntity(item: unknown): MessageEntity | undefined {
  if (!isObject(item)) throw wrong("expected an Object");
  const offset = integer(item, "offset");
  const length = integer(item, "length");
  const type = string(item, "type");
  if (type === "") throw wrong("Type is not specified");
  if (PLAIN.has(type)) return { type, offset, length } as MessageEntity;
  if (DETECTED.has(type)) return undefined;
  switch (type) {
    case "pre": {
      const language = item["language"];
      return typeof language === "string" && language !== ""
        ? { type, offset, length, language }
        : { type, offset, length };
    }
    case "text_link": {
      const url = normalLink(string(item, "url"));
      return url === undefined ? undefined : { type, offset, length, url };
    }
    case "text_mention": {
      const user = item["user"];
      if (!isObject(user)) throw wrong(`Can't find field "user"`);
      const id = integer(user, "id");
      return { type, offset, length, user: { id, is_bot: false, first_name: "" } };
    }
    case "custom_emoji":
      return { type, offset, length, custom_emoji_id: String(item["custom_emoji_id"] ?? "") };
    case "date_time":
      return {
        type,
        offset,
        length,
        unix_time: integer(item, "unix_time"),
        date_time_format: String(item["date_time_format"] ?? ""),
      } as MessageEntity;
    default:
      throw wrong("Unsupported type specified");
  }
}

/**
 * A link as Telegram keeps it, or undefined when it is none: http, https, tg and ton schemes,
 * `http://` put before a bare domain, a trailing slash after a bare host.
 */
export function normalLink(link: string): string | undefined {
  const text = link.trim();
  if (text === "" || /\s/.test(text)) return undefined;
  if (/^(tg|ton|tonsite):\/\/./i.test(text)) return text;
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  let url: URL;
  try {
    url = new URL(full);
  } catch {
    return undefined;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  // A host needs a dot, except that addresses in brackets have none; "localhost" is no link there.
  if (!url.hostname.includes(".") && !url.hostname.startsWith("[")) return undefined;
  return url.pathname === "/" && url.search === "" && url.hash === "" ? url.href : full;
}

function integer(object: Record<string, unknown>, field: string): number {
  const value = object[field];
  if (value === undefined) throw wrong(`Can't find field "${field}"`);
  const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number") throw wrong(`Field "${field}" must be of type Number`);
  if (!Number.isSafeInteger(number)) {
    throw wrong(`Field "${field}" must be a valid Number`);
  }
  return number;
}

function string(object: Record<string, unknown>, field: string): string {
  const value = object[field];
  if (value === undefined) throw wrong(`Can't find field "${field}"`);
  if (typeof value !== "string") throw wrong(`Field "${field}" must be of type String`);
  return value;
}

function wrong(what: string): Error {
  return badRequest(`can't parse MessageEntity: ${what}`);
}
