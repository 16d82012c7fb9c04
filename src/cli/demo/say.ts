/** `ductor demo --say`: one question and its answer on the terminal, as it is written. */
import { sleep } from "../../base/async/sleep.ts";
import { aborted } from "../../base/async/within.ts";
import type { Message } from "grammy/types";
import type { Bot } from "../../app/compose.ts";
import type { BotApiServer } from "../../bot_api/server.ts";
import type { ChatUser } from "../../bot_api/types.ts";
import { print, printPart } from "../output.ts";
import { plainMessage } from "./plain_message.ts";

/** How long a turn may last after there were buttons below a message; then it waits for a press. */
const ASKED_MS = 5000;

/** @returns false when the turn waits for somebody, who is not here */
export async function sayAndPrint(
  server: BotApiServer,
  you: ChatUser,
  bot: Bot,
  text: string,
  signal: AbortSignal,
): Promise<boolean> {
  const answered = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  /** Nobody reads any more. */
  const unread = Promise.withResolvers<void>();
  const out = (part: string) => {
    if (!printPart(part)) unread.resolve();
  };
  const printer = new GrowingText(out);
  const stop = server.subscribe((event) => {
    if (event.type === "deleted") event.message_ids.forEach((id) => printer.drop(id));
    if (event.type !== "message" && event.type !== "edited") return;
    const { message } = event;
    if (!message.from?.is_bot) return;
    answered.resolve();
    if (message.reply_markup) asked.resolve();
    printer.show(message);
  });
  const over = [aborted(signal), bot.ended, unread.promise];
  try {
    out(`You: ${text}\n\n`);
    you.send(text);
    await Promise.race([answered.promise, ...over]);
    const waits = asked.promise.then(() => sleep(ASKED_MS)).then(() => true);
    const question = await Promise.race([waits, bot.settled(), ...over]) === true;
    printer.finish();
    print("");
    return !question;
  } finally {
    stop();
  }
}

/** Prints messages that change after they were sent, on paper that cannot be printed over. */
export class GrowingText {
  readonly #out: (part: string) => void;
  readonly #messages = new Map<number, Message>();
  readonly #printed = new Map<number, string>();
  /** The message whose text stands last on the paper. */
  #current: number | undefined;

  constructor(out: (part: string) => void) {
    this.#out = out;
  }

  show(message: Message): void {
    this.#messages.set(message.message_id, message);
    this.#grow(message.message_id, plainMessage(message, { final: false }));
  }

  drop(id: number): void {
    this.#messages.delete(id);
  }

  /** What could not be added before: what changed its form (a table does), buttons. */
  finish(): void {
    for (const [id, message] of this.#messages) {
      const now = plainMessage(message, { final: true });
      if (this.#grow(id, now)) continue;
      const before = this.#printed.get(id) ?? "";
      this.#out("\n" + now.slice(sameLines(before, now)));
      this.#printed.set(id, now);
    }
  }

  /** @returns false if `now` does not go on where the paper stands. */
  #grow(id: number, now: string): boolean {
    const before = this.#printed.get(id) ?? "";
    if (now === before) return true;
    const last = this.#current === undefined || this.#current === id;
    if (!now.startsWith(before) || (before !== "" && !last)) return false;
    if (!last) this.#out("\n\n");
    this.#out(now.slice(before.length));
    this.#printed.set(id, now);
    this.#current = id;
    return true;
  }
}

/** How many UTF-16 units of whole lines both begin with. */
function sameLines(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return b.lastIndexOf("\n", at - 1) + 1;
}
