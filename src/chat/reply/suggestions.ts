/**
 * What the agent thinks the user says next, as one button under its last answer. Pressed, it is sent
 * as if it had been written. It goes when the next turn begins.
 */
import { getLogger } from "@logtape/logtape";
import { spawn } from "../../base/async/spawn.ts";
import type { Clock } from "../../base/clock.ts";
import { type Api, failureOf } from "../../telegram/api.ts";
import type { Post } from "../../telegram/post.ts";
import { agentKeyboard } from "../buttons.ts";

const log = getLogger(["ductor", "telegram", "suggestions"]);

/** What comes later belongs to something else that the agent did: nobody waits for it. */
const LATE_MS = 60_000;

type Answer = Pick<Post, "target" | "shown" | "delivered">;

/** The newest turn of a conversation. */
interface Turn {
  text?: string;
  answer?: Answer;
  /** When it was answered: milliseconds since the epoch. */
  at?: number;
  /** Resolves with the message that has the button, once it is there. */
  shown?: Promise<number | undefined>;
}

export class Suggestions {
  readonly #api: Pick<Api, "raw">;
  readonly #clock: Clock;
  readonly #turns = new Map<string, Turn>();

  constructor(api: Pick<Api, "raw">, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** A turn begins in the conversation `key`: what was suggested is over. */
  begin(key: string): void {
    const before = this.#turns.get(key);
    this.#turns.set(key, {});
    if (before?.shown) spawn("Taking a suggestion away", this.#takeAway(before));
  }

  /** The turn has ended with an answer that has no buttons. */
  async answered(key: string, answer: Answer): Promise<void> {
    const turn = this.#turns.get(key);
    if (turn) await this.#show(key, Object.assign(turn, { answer, at: this.#clock.elapsed() }));
  }

  /** What the user may want to say next, known before the answer is said or after; once a turn. */
  async offer(key: string, text: string): Promise<void> {
    const turn = this.#turns.get(key);
    if (!turn || turn.text !== undefined || text.trim() === "") return;
    if (turn.at !== undefined && this.#clock.elapsed() - turn.at > LATE_MS) return;
    await this.#show(key, Object.assign(turn, { text: text.trim() }));
  }

  async #show(key: string, turn: Turn): Promise<void> {
    const { text, answer } = turn;
    if (text === undefined || answer === undefined) return;
    const show = async () => {
      if (await answer.delivered !== "delivered" || this.#turns.get(key) !== turn) return undefined;
      const message = answer.shown.at(-1)?.messageId;
      if (message !== undefined) await this.#edit(answer, message, text);
      return message;
    };
    await (turn.shown = show());
  }

  async #takeAway({ answer, shown }: Turn): Promise<void> {
    const message = await shown;
    if (answer && message !== undefined) await this.#edit(answer, message);
  }

  async #edit({ target }: Answer, message_id: number, text?: string): Promise<void> {
    await this.#api.raw.editMessageReplyMarkup({
      chat_id: target.chatId,
      message_id,
      ...text !== undefined && { reply_markup: agentKeyboard([[text]]) },
    }).catch((error) =>
      log.debug("A suggestion was not shown or taken away: {failure}", {
        failure: failureOf(error),
      })
    );
  }
}
