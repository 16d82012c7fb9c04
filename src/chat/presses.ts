/**
 * Presses of inline buttons. Ours carry `d:VERB:ARGUMENT`; those an agent wrote carry `b:ROW.COLUMN`
 * and their label is read from the message itself, so no label can pass as one of ours, none is too
 * long, and all work after a restart. Every press gets its answer, whatever becomes of it: until
 * then the button of the one who pressed shows a spinner.
 */
import { getLogger } from "@logtape/logtape";
import type { CallbackQuery, Message, User } from "grammy/types";
import { spawn } from "../base/async/spawn.ts";
import { LATE, within } from "../base/async/within.ts";
import type { Clock } from "../base/clock.ts";
import type { Address } from "../conversation/address.ts";
import { type Api, failureOf } from "../telegram/api.ts";
import type { Boundary } from "./boundary.ts";
import { AGENT, labelOf, OWN } from "./buttons.ts";
import { addressOf } from "./incoming/incoming.ts";
import { texts } from "./texts.ts";

const log = getLogger(["ductor", "telegram", "presses"]);

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
 * its own, which is done later, and the action has changed the message itself. `toast`: a word to
 * the one who pressed, at most 200 characters.
 */
export type PressResult = "keep" | "request" | { keep?: boolean; toast?: string } | void;

/** Which message with buttons it is; presses on one are done in the order in which they came. */
export function panelOf({ message }: Pick<Press, "message">): string {
  return `${message.chat.id}/${message.message_id}`;
}

/** What the buttons of one verb do; `verb` as in `Button.action` before the colon. */
export interface ButtonAction {
  readonly verb: string;
  press(press: Press): PressResult | Promise<PressResult>;
}

export interface PressesOptions {
  api: Pick<Api, "raw">;
  clock: Clock;
  boundary: Boundary;
  /** All verbs there are. */
  actions: readonly ButtonAction[];
  /** What a button of the agent does; its argument is the full label. */
  label: ButtonAction["press"];
}

/** A button must not look stuck while its action takes long. */
const ANSWER_MS = 1000;

export class Presses {
  readonly #options: PressesOptions;
  readonly #actions: ReadonlyMap<string, ButtonAction["press"]>;

  /** @throws {Error} when two actions have one verb */
  constructor(options: PressesOptions) {
    this.#options = options;
    const { actions } = options;
    this.#actions = new Map(actions.map((action) => [action.verb, (press) => action.press(press)]));
    if (this.#actions.size < actions.length) {
      const verbs = actions.map(({ verb }) => verb);
      const twice = verbs.find((verb, index) => verbs.indexOf(verb) !== index);
      throw new Error(`Cannot tell buttons apart: two actions are called ${twice}. Rename one.`);
    }
  }

  /** Never rejects. Returns whether the press became a request of its own, which is done later. */
  async handle(query: CallbackQuery, updateId: number): Promise<boolean> {
    const { message, data = "" } = query;
    const found = message && isAccessible(message) ? this.#find(data, message) : undefined;
    if (!message || !isAccessible(message) || !found) {
      this.#answer(query, texts.toasts.tooOld);
      return false;
    }
    const { act, argument } = found;
    const { clock, boundary } = this.#options;
    const press = { updateId, address: addressOf(message), from: query.from, message, argument };
    const acting = boundary.run(press.address, texts.button, () => act(press));
    const first = await within(acting, ANSWER_MS, { clock });
    if (first === LATE) this.#answer(query);
    else if (!first.ok) this.#answer(query, texts.toasts.failed);
    else this.#answer(query, typeof first.value === "object" ? first.value.toast : undefined);
    const end = await acting;
    // It can be tried again.
    if (!end.ok) return false;
    const { value } = end;
    if (value === "request") return true;
    const keep = value === "keep" || (typeof value === "object" && value.keep);
    if (!keep) await this.#removeButtons(message);
    return false;
  }

  /** What is pressed, and its argument. */
  #find(
    data: string,
    message: Message,
  ): { act: ButtonAction["press"]; argument: string } | undefined {
    if (data.startsWith(AGENT)) {
      const argument = labelOf(message.reply_markup, data);
      return argument === undefined ? undefined : { act: this.#options.label, argument };
    }
    if (!data.startsWith(OWN)) return undefined;
    const [, verb = "", argument = ""] = /^([^:]*):?([\s\S]*)$/.exec(data.slice(OWN.length)) ?? [];
    const act = this.#actions.get(verb);
    if (act) return { act, argument };
    log.warn("No button is called {verb}", { verb });
    return { act: () => ({ toast: texts.toasts.tooOld }), argument };
  }

  #answer(query: CallbackQuery, text?: string): void {
    spawn("Answering a press", answerPress(this.#options.api, query, text));
  }

  /** Takes the buttons off a message, so that nobody presses twice. */
  async #removeButtons(message: Message): Promise<void> {
    await this.#options.api.raw.editMessageReplyMarkup({
      chat_id: message.chat.id,
      message_id: message.message_id,
    }).catch((error) => log.debug("Buttons stay: {failure}", { failure: failureOf(error) }));
  }
}

/** Ends the spinner on a button; for a press from before the start it is too late, and no matter. */
export async function answerPress(
  api: Pick<Api, "raw">,
  { id }: Pick<CallbackQuery, "id">,
  text?: string,
): Promise<void> {
  await api.raw.answerCallbackQuery({ callback_query_id: id, ...text && { text } })
    .catch((error) =>
      log.debug("A button press was not answered: {failure}", { failure: failureOf(error) })
    );
}

/** Messages older than 48 hours come without content (`date` 0). */
function isAccessible(message: NonNullable<CallbackQuery["message"]>): message is Message {
  return message.date !== 0;
}
