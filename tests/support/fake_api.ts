import { GrammyError, HttpError } from "grammy";
import type { MessageEntity } from "grammy/types";
import type { Api } from "../../src/telegram/api.ts";

interface Shown {
  id: number;
  text: string;
  entities: MessageEntity[];
}

/** What the next call of a method does in place of succeeding. */
export type Trouble =
  | { code: number; description: string; retry_after?: number }
  | "lost before"
  | "lost after";

/** The few methods the outbox needs, in memory, with troubles on demand. */
export class FakeApi {
  readonly calls: { method: string; payload: Record<string, unknown> }[] = [];
  readonly chat = new Map<number, Shown>();
  readonly troubles: Trouble[] = [];
  /** Called at every call; what it returns is waited for. */
  onCall: (method: string) => void | Promise<void> = () => {};
  #lastId = 100;

  get api(): Api {
    return { raw: this.#raw } as unknown as Api;
  }

  texts(): string[] {
    return [...this.chat.values()].map(({ text }) => text);
  }

  /** A message of the user takes an id too. */
  userWrites(): number {
    return ++this.#lastId;
  }

  readonly #raw = {
    sendMessage: (payload: { text: string; entities?: MessageEntity[] }) =>
      this.#do("sendMessage", payload, () => {
        const id = ++this.#lastId;
        this.chat.set(id, { id, text: payload.text, entities: payload.entities ?? [] });
        return { message_id: id };
      }),
    editMessageText: (payload: { message_id: number; text: string; entities?: MessageEntity[] }) =>
      this.#do("editMessageText", payload, () => {
        const message = this.chat.get(payload.message_id);
        if (!message) throw refusal(400, "Bad Request: message to edit not found");
        if (message.text === payload.text) {
          throw refusal(400, "Bad Request: message is not modified: it is the same");
        }
        message.text = payload.text;
        return true;
      }),
    deleteMessage: (payload: { message_id: number }) =>
      this.#do("deleteMessage", payload, () => {
        if (!this.chat.delete(payload.message_id)) {
          throw refusal(400, "Bad Request: message to delete not found");
        }
        return true;
      }),
  };

  async #do<T>(method: string, payload: object, act: () => T): Promise<T> {
    this.calls.push({ method, payload: payload as Record<string, unknown> });
    await this.onCall(method);
    const trouble = this.troubles.shift();
    if (trouble === undefined) return act();
    if (trouble === "lost after") act();
    if (typeof trouble === "string") throw new HttpError("Network request failed!", new Error(""));
    throw refusal(trouble.code, trouble.description, trouble.retry_after);
  }
}

function refusal(error_code: number, description: string, retry_after?: number): GrammyError {
  const parameters = retry_after === undefined ? {} : { retry_after };
  return new GrammyError("failed", { ok: false, error_code, description, parameters }, "m", {});
}
