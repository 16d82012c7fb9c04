/** `ductor demo --say`: one question and its answer on the terminal, as it is written. */
import type { Bot } from "../app/compose.ts";
import type { BotApiServer } from "../demo/bot_api/server.ts";
import type { ChatUser } from "../demo/bot_api/types.ts";
import { print, printPart } from "./output.ts";
import { aborted } from "./signals.ts";

export async function sayAndPrint(
  server: BotApiServer,
  you: ChatUser,
  bot: Bot,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  print(`You: ${text}\n`);
  const printed = new Map<number, string>();
  const answered = Promise.withResolvers<void>();
  const stop = server.subscribe((event) => {
    if (event.type !== "message" && event.type !== "edited") return;
    const { message } = event;
    if (!message.from?.is_bot) return;
    answered.resolve();
    grow(message.message_id, withoutStatus(message.text ?? ""));
  });
  try {
    you.send(text);
    await Promise.race([answered.promise, aborted(signal), bot.ended]);
    await Promise.race([bot.settled(), aborted(signal), bot.ended]);
    print("");
  } finally {
    stop();
  }

  function grow(id: number, now: string) {
    const before = printed.get(id);
    // Rendering may change what stands already (a table takes shape); the end is what counts.
    if (before !== undefined && !now.startsWith(before)) return;
    if (before === undefined && printed.size > 0) printPart("\n\n");
    printPart(now.slice(before?.length ?? 0));
    printed.set(id, now);
  }
}

/** The passing line about tools is no part of the answer. */
function withoutStatus(text: string): string {
  return text.replace(/(^|\n\n)⚙️ [^\n]*$/, "");
}
