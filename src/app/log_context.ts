/** Which conversation log lines are about, and why; see log_line.ts. */
import { withContext } from "@logtape/logtape";
import type { Address } from "../conversation/address.ts";

/** What something was started by: a message, a job, a heartbeat, a webhook. */
export type Operation = "msg" | "cron" | "hb" | "wh";

/**
 * Runs `fn`; what it logs says where it belongs.
 *
 * @param address absent: it is for everybody
 */
export function inContext<T>(op: Operation, address: Address | undefined, fn: () => T): T {
  if (!address) return withContext({ op }, fn);
  const { chatId, threadId } = address;
  return withContext(
    { op, chat: threadId === undefined ? `${chatId}` : `${chatId}/${threadId}` },
    fn,
  );
}
