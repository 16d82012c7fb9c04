import { badRequest } from "./errors.ts";
import type { CallbackAnswer } from "./types.ts";

/** How long a button press waits for its answer. Telegram does not say; bots see about a minute. */
const LIFETIME_MS = 60_000;

interface Pressed {
  chat_id: number;
  message_id: number;
  user_id: number;
  at: number;
  answer: (answer: CallbackAnswer) => void;
}

/** Button presses that wait for `answerCallbackQuery`. */
export class Callbacks {
  readonly #now: () => number;
  readonly #pressed = new Map<string, Pressed>();
  /** Answered ones: answering again is no error there, and changes nothing. */
  readonly #answered = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  press(press: Omit<Pressed, "at" | "answer">): { id: string; answered: Promise<CallbackAnswer> } {
    // A decimal number of 64 bits.
    const id = `${press.user_id}${Math.floor(1e9 + Math.random() * 9e9)}`.slice(0, 19);
    const { promise, resolve } = Promise.withResolvers<CallbackAnswer>();
    this.#pressed.set(id, { ...press, at: this.#now(), answer: resolve });
    return { id, answered: promise };
  }

  /** Throws 400 for an id that is unknown or too old. Undefined when it was answered before. */
  answer(
    id: string,
    content: { text?: string; show_alert: boolean; url?: string },
  ): CallbackAnswer | undefined {
    const since = this.#answered.get(id);
    if (since !== undefined && this.#now() - since < LIFETIME_MS) return undefined;
    const pressed = this.#pressed.get(id);
    this.#pressed.delete(id);
    if (!pressed || this.#now() - pressed.at >= LIFETIME_MS) {
      throw badRequest(
        "query is too old and response timeout expired or query ID is invalid",
      );
    }
    this.#answered.set(id, this.#now());
    const { chat_id, message_id, user_id } = pressed;
    const answer = { query_id: id, chat_id, message_id, user_id, ...content };
    pressed.answer(answer);
    return answer;
  }
}

/** A `chat_instance`: the same for all presses in a chat. */
export function chatInstance(chatId: number): string {
  return String(BigInt.asIntN(63, BigInt(chatId) * 6_364_136_223_846_793_005n));
}
