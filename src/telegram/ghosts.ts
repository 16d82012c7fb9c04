/** Takes back messages that stand twice because the answer to the first send was lost. */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../base/clock.ts";
import { type Api, type Failure, failureOf } from "./api.ts";
import type { Piece } from "./content.ts";

const log = getLogger(["ductor", "telegram", "outbox"]);

/** How many message ids are looked at for a send whose answer was lost. */
const GHOST_SEARCH = 8;

/** Repeats a harmless call until it is known how it went; `undefined`: well. */
export async function insist(
  call: () => Promise<unknown>,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Failure | undefined> {
  for (let wait = 500;; wait = Math.min(wait * 2, 30_000)) {
    try {
      await call();
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      if (signal.aborted) return failure;
      if (failure.kind === "flood") await clock.sleep(failure.retryAfter * 1000, signal);
      else if (failure.kind === "network") await clock.sleep(wait, signal);
      else return failure;
    }
  }
}

/**
 * After a send whose answer was lost, the same text may stand twice. Ids in a chat rise, and only
 * its lane sends there, so a message of ours between the last known id and the new one that this
 * run does not know is a lost one. An edit to the same content tells ours from the user's.
 *
 * @param sent.after the last id that was known before the lost send
 * @param sent.isOurs whether this run knows the message as its own
 */
export async function dropGhost(
  { chatId, messageId, after, piece: { text, entities }, isOurs }: {
    chatId: number;
    messageId: number;
    after: number;
    piece: Piece;
    isOurs(messageId: number): boolean;
  },
  options: { api: Api; clock: Clock; signal: AbortSignal },
): Promise<void> {
  const { api } = options;
  const signal = options.signal as never; // the DOM's AbortSignal and grammY's declaration differ
  const first = Math.max(after + 1, messageId - GHOST_SEARCH);
  for (let candidate = messageId - 1; candidate >= first; candidate--) {
    if (isOurs(candidate)) continue;
    const message = { chat_id: chatId, message_id: candidate };
    const failure = await insist(
      () => api.raw.editMessageText({ ...message, text, entities }, signal),
      options,
    );
    if (failure !== undefined && failure.kind !== "not_modified") continue;
    await insist(() => api.raw.deleteMessage(message, signal), options);
    log.info("A message sent twice because of a lost answer was taken back");
  }
}
