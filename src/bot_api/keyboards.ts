import type { InlineKeyboardButton, InlineKeyboardMarkup } from "grammy/types";
import { normalLink } from "./entity_input.ts";
import { badRequest } from "./errors.ts";
import { isObject } from "./params.ts";

const MAX_BUTTONS = 100;
const MAX_PER_ROW = 8;
/** Bytes. */
const MAX_CALLBACK_DATA = 64;
/** UTF-16 units. */
const MAX_COPY_TEXT = 256;

/** Of these a button has exactly one. */
const ACTIONS = [
  "url",
  "callback_data",
  "copy_text",
  "disabled",
  "web_app",
  "login_url",
  "switch_inline_query",
  "switch_inline_query_current_chat",
  "switch_inline_query_chosen_chat",
  "callback_game",
  "pay",
] as const;

/** The kinds of `reply_markup`; only an inline keyboard stays with the message. */
export type ReplyMarkup =
  | { kind: "inline"; markup: InlineKeyboardMarkup | undefined }
  | { kind: "other" };

/**
 * Checks a `reply_markup`. An inline keyboard without buttons counts as none.
 * Throws 400 with Telegram's words for what is wrong.
 */
export function readReplyMarkup(value: unknown): ReplyMarkup | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) throw badRequest("object expected as reply markup");
  const rows = value["inline_keyboard"];
  if (rows === undefined) return checkOther(value);
  if (!Array.isArray(rows)) {
    throw badRequest(`field "inline_keyboard" must be of type Array`);
  }
  const keyboard: InlineKeyboardButton[][] = [];
  let total = 0;
  for (const row of rows) {
    if (!Array.isArray(row)) {
      throw badRequest(`field "inline_keyboard" must be an Array of Arrays`);
    }
    if (row.length > MAX_PER_ROW) throw badRequest("reply markup is too long");
    const buttons = row.map(readButton);
    total += buttons.length;
    if (buttons.length > 0) keyboard.push(buttons);
  }
  if (total > MAX_BUTTONS) throw badRequest("reply markup is too long");
  if (total === 0) return { kind: "inline", markup: undefined };
  return { kind: "inline", markup: { inline_keyboard: keyboard } };
}

function checkOther(value: Record<string, unknown>): ReplyMarkup | undefined {
  if (Object.keys(value).length === 0) return undefined;
  const keyboard = value["keyboard"];
  if (keyboard !== undefined) {
    if (!Array.isArray(keyboard)) throw badRequest(`field "keyboard" must be of type Array`);
    for (const row of keyboard) {
      if (!Array.isArray(row)) throw badRequest(`field "keyboard" must be an Array of Arrays`);
      for (const button of row) {
        const text = isObject(button) ? button["text"] : button;
        if (typeof text !== "string") {
          throw unparsedKeyboard("KeyboardButton must be a String or an Object");
        }
      }
    }
    return { kind: "other" };
  }
  if (value["remove_keyboard"] === true || value["force_reply"] === true) return { kind: "other" };
  throw badRequest("object expected as reply markup");
}

function readButton(value: unknown): InlineKeyboardButton {
  if (!isObject(value)) throw unparsed("InlineKeyboardButton must be an Object");
  const text = value["text"];
  if (text === undefined) throw unparsed(`Can't find field "text"`);
  if (typeof text !== "string") throw unparsed(`Field "text" must be of type String`);
  if (text.trim() === "") throw badRequest("inline keyboard button text must be non-empty");
  const style = value["style"];
  if (style !== undefined && !["danger", "success", "primary"].includes(String(style))) {
    throw unparsed("invalid button style specified");
  }
  const actions = ACTIONS.filter((name) => value[name] !== undefined && value[name] !== null);
  if (actions.length === 0) {
    throw unparsed("Text buttons are unallowed in the inline keyboard");
  }
  if (actions.length > 1) {
    // Telegram takes one of them and forgets the others, which nobody wants to find out there.
    throw unparsed(`exactly one action is allowed in a button, found ${actions.join(" and ")}`);
  }
  checkAction(actions[0]!, value[actions[0]!]);
  return { ...value } as unknown as InlineKeyboardButton;
}

function checkAction(action: (typeof ACTIONS)[number], value: unknown): void {
  switch (action) {
    case "callback_data": {
      if (typeof value !== "string") {
        throw unparsed(`Field "callback_data" must be of type String`);
      }
      // An empty one is as good as none.
      if (value === "") throw unparsed("Text buttons are unallowed in the inline keyboard");
      if (new TextEncoder().encode(value).length > MAX_CALLBACK_DATA) {
        throw badRequest("BUTTON_DATA_INVALID");
      }
      return;
    }
    case "url":
    case "login_url":
    case "web_app": {
      const url = isObject(value) ? value["url"] : value;
      const valid = typeof url === "string" && normalLink(url) !== undefined;
      if (!valid) {
        throw badRequest(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`);
      }
      if (action !== "url" && !String(url).startsWith("https://")) {
        throw badRequest(
          `inline keyboard button Web App URL '${url}' is invalid: Only HTTPS links are allowed`,
        );
      }
      return;
    }
    case "copy_text": {
      const text = isObject(value) ? value["text"] : undefined;
      if (typeof text !== "string") throw unparsed(`Can't find field "text"`);
      if (text.length < 1 || text.length > MAX_COPY_TEXT) {
        throw badRequest("BUTTON_COPY_TEXT_INVALID");
      }
      return;
    }
    case "callback_game":
    case "pay":
      throw badRequest("BUTTON_TYPE_INVALID");
    default:
      return;
  }
}

function unparsed(what: string): Error {
  return badRequest(`can't parse inline keyboard button: ${what}`);
}

function unparsedKeyboard(what: string): Error {
  return badRequest(`can't parse keyboard button: ${what}`);
}
