/**
 * Presses of inline buttons. Ours carry `d:VERB:ARGUMENT`; those an agent wrote carry `b:ROW.COLUMN`
 * and their label is read from the message itself, so no label can pass as one of ours, none is too
 * long, and all work after a restart.
 */
import { getLogger } from "@logtape/logtape";
import type { CallbackQuery, InlineKeyboardMarkup, Message, User } from "grammy/types";
import { systemClock } from "../base/clock.ts";
import type { Address } from "../conversation/address.ts";
import { type Api, failureOf } from "../telegram/api.ts";
import { addressOf } from "./incoming/incoming.ts";

const log = getLogger(["ductor", "telegram", "actions"]);

/** In front of `callback_data` of our own buttons. */
export const OWN = "d:";
/** In front of `callback_data` of buttons an agent wrote. */
export const AGENT = "b:";

export interface Press {
  updateId: number;
  address: Address;
  from: User;
  message: Message;
  /** What follows the verb; the label of a button an agent wrote. */
  argument: string;
}

/**
 * `"keep"`: the buttons stay; else they are taken away. `"request"`: the press became a request of
 * its own, which is done later, and the action has changed the message itself. `toast`: a word to the one who pressed, at
 * most 200 characters.
 */
export type ActionResult = "keep" | "request" | { keep?: boolean; toast?: string } | void;
/** Which message with buttons it is; presses on one are done in the order in which they came. */
export function panelOf({ message }: Pick<Press, "message">): string {
  return `${message.chat.id}/${message.message_id}`;
}

export type Action = (press: Press) => ActionResult | Promise<ActionResult>;

/** A button must not look stuck while its action takes long. */
const ANSWER_MS = 1000;

export class Actions {
  readonly #api: Api;
  readonly #actions = new Map<string, Action>();
  readonly #label: Action;

  /** @param label What a button of the agent does; its argument is the full label. */
  constructor(api: Api, label: Action) {
    this.#api = api;
    this.#label = label;
  }

  on(verb: string, action: Action): void {
    if (this.#actions.has(verb)) throw new Error(`Two actions are called ${verb}`);
    this.#actions.set(verb, action);
  }

  /** @returns Whether the press became a request of its own, which is done later. */
  async handle(query: CallbackQuery, updateId: number): Promise<boolean> {
    const { message, data = "" } = query;
    if (!message || !isAccessible(message)) return this.#answer(query);
    const [action, argument] = this.#actionOf(data, message);
    if (argument === undefined) return this.#answer(query);
    const press = { updateId, address: addressOf(message), from: query.from, message, argument };
    const acting = Promise.resolve(action?.(press));
    const late = new AbortController();
    const first = await Promise.race([
      acting,
      systemClock.sleep(ANSWER_MS, late.signal).then(() => undefined),
    ]).finally(() => late.abort());
    this.#answer(query, typeof first === "object" ? first.toast : undefined);
    const after = await acting;
    if (after === "request") return true;
    const keep = after === "keep" || (typeof after === "object" && after.keep);
    if (!keep) await this.removeButtons(message);
    return false;
  }

  /** What is pressed, and its argument; without one there is no such button. */
  #actionOf(data: string, message: Message): [action?: Action | undefined, argument?: string] {
    if (data.startsWith(AGENT)) {
      const label = labelOf(message.reply_markup, data);
      return label === undefined ? [] : [this.#label, label];
    }
    if (!data.startsWith(OWN)) return [];
    const [, verb = "", argument = ""] = /^([^:]*):?([\s\S]*)$/.exec(data.slice(OWN.length)) ?? [];
    const action = this.#actions.get(verb);
    if (!action) log.warn("No button is called {verb}", { verb });
    return [action, argument];
  }

  /** Stops the spinner on the button; too late for a press from before the start, and no matter. */
  #answer({ id }: CallbackQuery, text?: string): false {
    this.#api.raw.answerCallbackQuery({ callback_query_id: id, ...text && { text } })
      .catch((error) =>
        log.debug("A button press was not answered: {failure}", { failure: failureOf(error) })
      );
    return false;
  }

  /** Takes the buttons off a message, so that nobody presses twice. */
  async removeButtons(message: Message): Promise<void> {
    await this.#api.raw.editMessageReplyMarkup({
      chat_id: message.chat.id,
      message_id: message.message_id,
    }).catch((error) => log.debug("Buttons stay: {failure}", { failure: failureOf(error) }));
  }
}

/** Messages older than 48 hours come without content (`date` 0). */
function isAccessible(message: NonNullable<CallbackQuery["message"]>): message is Message {
  return message.date !== 0;
}

/** The label of the button with this data, as the agent wrote it. */
export function labelOf(
  markup: InlineKeyboardMarkup | undefined,
  data: string,
): string | undefined {
  for (const button of markup?.inline_keyboard.flat() ?? []) {
    if ("callback_data" in button && button.callback_data === data) return button.text;
  }
  return undefined;
}
