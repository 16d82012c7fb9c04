/** What the set-up asks Telegram: whose token it is, and who writes the code shown on the screen. */
import type { Update } from "grammy/types";
import { type Clock, systemClock } from "../../base/clock.ts";
import { createBotApi, failureOf } from "../../telegram/api.ts";
import { ALLOWED_UPDATES } from "../../telegram/poller.ts";
import { readUpdates } from "../../telegram/update.ts";

/** Telegram hands out this many at a time. */
const PAGE = 100;
const CHECK_MS = 15_000;

export interface CheckedBot {
  id: number;
  username: string;
}

/** The bot of a token, or why there is none, for the user. */
export async function checkToken(token: string, apiRoot: string): Promise<CheckedBot | string> {
  const bot = createBotApi(token, apiRoot);
  try {
    const me = await bot.api.raw.getMe(AbortSignal.timeout(CHECK_MS) as never);
    return { id: me.id, username: me.username ?? "" };
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === "unauthorized") {
      return "Telegram does not know this token. Copy it from @BotFather once more (/mybots).";
    }
    const why = "description" in failure ? failure.description : failure.kind;
    return `Telegram could not be asked at ${apiRoot} (${why}). Look at the network and try again.`;
  } finally {
    bot.close();
  }
}

export interface Sender {
  id: number;
  name: string;
  /** The update with the code, when it still waits for the bot. */
  left?: number;
}

/** Said to whoever sent the code. */
const THANKS = "Thank you, that was the code. I am here as soon as the set-up is finished.";

/** The code cannot be waited for. */
export class CodeError extends Error {
  override name = "CodeError";
}

/** A code that nobody writes by chance. */
export function makeCode(): string {
  const [number] = crypto.getRandomValues(new Uint32Array(1));
  return String(100_000 + number! % 900_000);
}

/** The link that writes the code with one tap. */
export function codeLink(username: string, code: string): string {
  return `https://t.me/${username}?start=${code}`;
}

/**
 * Waits until somebody writes `code` (or `/start code`) to the bot, in a private chat, and thanks for
 * it there. Messages that wait for the bot are not taken from Telegram: only the code's own, with the
 * START of a new chat before it. When something else came before it, it stays too; `left` is its
 * update then, which the bot is not to take for a request.
 *
 * @throws {CodeError} the messages cannot be seen; says what to do instead
 */
export async function awaitCode(
  options: { token: string; apiRoot: string; code: string; signal: AbortSignal; clock?: Clock },
): Promise<Sender | undefined> {
  const { token, apiRoot, code, signal, clock = systemClock } = options;
  const bot = createBotApi(token, apiRoot);
  const get = async (offset: number | undefined, timeout: number) =>
    readUpdates(
      await bot.api.raw.getUpdates({
        ...offset !== undefined && { offset },
        limit: PAGE,
        timeout,
        allowed_updates: ALLOWED_UPDATES,
      }, signal as never),
    );
  try {
    while (!signal.aborted) {
      // Without an offset, so that nothing is confirmed. What waits already comes at once.
      const updates = await get(undefined, 20);
      const at = updates.findIndex((update) => isCode(update, code));
      if (at >= 0) {
        const { update_id, message } = updates[at]!;
        const { id, first_name } = message!.from!;
        const alone = updates.slice(0, at).every((update) => isStart(update));
        if (alone) await get(update_id + 1, 0);
        await bot.api.raw.sendMessage({ chat_id: id, text: THANKS }).catch(() => {});
        return { id, name: first_name, ...!alone && { left: update_id } };
      }
      if (updates.length >= PAGE) {
        throw new CodeError(
          "More than a hundred messages wait for this bot, so the code cannot be seen. " +
            "Type your id by hand (@userinfobot tells it).",
        );
      }
      if (updates.length > 0) await clock.sleep(1000, signal);
    }
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    if (error instanceof CodeError) throw error;
    const failure = failureOf(error);
    if (failure.kind === "conflict") {
      throw new CodeError(
        /webhook/i.test(failure.description)
          ? "A webhook is set for this bot, so its messages go there. The bot removes it when it " +
            "starts; type your id by hand (@userinfobot tells it)."
          : "Another program receives this bot's messages (a ductor that runs? End it with: " +
            "ductor stop). Or type your id by hand (@userinfobot tells it).",
      );
    }
    throw new CodeError("The connection to Telegram broke. Try again, or type your id by hand.");
  } finally {
    bot.close();
  }
}

/** What every new chat with a bot begins with. */
function isStart({ message }: Update): boolean {
  return message?.chat.type === "private" && message.text?.trim() === "/start";
}

function isCode({ message }: Update, code: string): boolean {
  if (message?.chat.type !== "private" || message.from === undefined) return false;
  const text = message.text?.trim();
  return text === code || text === `/start ${code}`;
}
