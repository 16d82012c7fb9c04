import { GrammyError, HttpError } from "grammy";
import type { InlineKeyboardMarkup, MessageEntity } from "grammy/types";
import type { Api } from "../../src/telegram/api.ts";

interface Shown {
  id: number;
  text: string;
  entities: MessageEntity[];
  keyboard?: InlineKeyboardMarkup | undefined;
}

interface Looks {
  text: string;
  disable_notification?: boolean;
  entities?: MessageEntity[];
  reply_markup?: InlineKeyboardMarkup;
}

/** What the next call of a method does in place of succeeding; one that hangs is never answered. */
export type Trouble =
  | { code: number; description: string; retry_after?: number; migrate_to_chat_id?: number }
  | "refused"
  | "lost before"
  | "lost after"
  | "hangs before"
  | "hangs after";

/** A message that was changed or taken away. */
export interface Touched {
  id: number;
  before: string;
  /** Absent: it was deleted. */
  after?: string;
}

/** The few methods the outbox needs, in memory, with troubles on demand. */
export class FakeApi {
  readonly calls: { method: string; payload: Record<string, unknown> }[] = [];
  /** Messages of the bot. */
  readonly chat = new Map<number, Shown>();
  readonly touched: Touched[] = [];
  /** Texts of the messages that came with a sound. */
  readonly rung: string[] = [];
  readonly troubles: Trouble[] = [];
  /** Called at every call; what it returns is waited for. */
  onCall: (method: string) => void | Promise<void> = () => {};
  #lastId = 100;
  readonly #others = new Set<number>();

  get api(): Api {
    return { raw: this.#raw } as unknown as Api;
  }

  texts(): string[] {
    return [...this.chat.values()].map(({ text }) => text);
  }

  /** What was given to the calls of a method, in order. */
  given(method: string): Record<string, unknown>[] {
    return this.calls.filter((call) => call.method === method).map(({ payload }) => payload);
  }

  /** Methods called, in order. */
  methods(): string[] {
    return this.calls.map(({ method }) => method);
  }

  /** A message of the user takes an id too. */
  userWrites(): number {
    this.#others.add(++this.#lastId);
    return this.#lastId;
  }

  /** The bot's own account writes, but not this run of it. */
  elsewhere(text: string): number {
    return this.#post({ text });
  }

  readonly #raw = {
    sendMessage: (payload: Looks, signal?: AbortSignal) =>
      this.#do("sendMessage", payload, signal, () => {
        if (!payload.disable_notification) this.rung.push(payload.text);
        return { message_id: this.#post(payload) };
      }),
    editMessageText: (payload: Looks & { message_id: number }, signal?: AbortSignal) =>
      this.#do("editMessageText", payload, signal, () => {
        const { message_id: id, text, entities = [], reply_markup: keyboard } = payload;
        if (this.#others.has(id)) throw refusal(400, "Bad Request: message can't be edited");
        const message = this.chat.get(id);
        if (!message) throw refusal(400, "Bad Request: message to edit not found");
        const now = { id, text, entities, keyboard };
        if (JSON.stringify(now) === JSON.stringify(message)) {
          throw refusal(400, "Bad Request: message is not modified: it is the same");
        }
        this.touched.push({ id, before: message.text, after: text });
        this.chat.set(id, now);
        return true;
      }),
    deleteMessage: (payload: { message_id: number }, signal?: AbortSignal) =>
      this.#do("deleteMessage", payload, signal, () => {
        const { message_id: id } = payload;
        const message = this.chat.get(id);
        if (!message) throw refusal(400, "Bad Request: message to delete not found");
        this.touched.push({ id, before: message.text });
        this.chat.delete(id);
        return true;
      }),
    editMessageReplyMarkup: (payload: { message_id: number }, signal?: AbortSignal) =>
      this.#do("editMessageReplyMarkup", payload, signal, () => {
        const message = this.chat.get(payload.message_id);
        if (message) message.keyboard = undefined;
        return true;
      }),
    ...Object.fromEntries(
      ["answerCallbackQuery", "sendChatAction", "setMessageReaction", "sendMessageDraft"].map((
        method,
      ) => [
        method,
        (payload: object, signal?: AbortSignal) => this.#do(method, payload, signal, () => true),
      ]),
    ),
  };

  #post({ text, entities = [], reply_markup: keyboard }: Looks): number {
    const id = ++this.#lastId;
    this.chat.set(id, { id, text, entities, keyboard });
    return id;
  }

  async #do<T>(
    method: string,
    payload: object,
    signal: AbortSignal | undefined,
    act: () => T,
  ): Promise<T> {
    if (signal?.aborted) throw new HttpError("Aborted", new DOMException("", "AbortError"));
    this.calls.push({ method, payload: payload as Record<string, unknown> });
    await this.onCall(method);
    const trouble = this.troubles.shift();
    if (trouble === undefined) return act();
    if (typeof trouble === "object") {
      const { code, description, ...parameters } = trouble;
      throw refusal(code, description, parameters);
    }
    if (trouble.endsWith("after")) act();
    if (trouble.startsWith("hangs")) await new Promise(() => {});
    const cause = trouble === "refused"
      ? new TypeError("error sending request: client error (Connect): tcp connect error: refused")
      : new Error("");
    throw new HttpError("Network request failed!", cause);
  }
}

function refusal(error_code: number, description: string, parameters = {}): GrammyError {
  return new GrammyError("failed", { ok: false, error_code, description, parameters }, "m", {});
}
