import { writeFileAtomic } from "../../base/atomic_file.ts";
import type { Command } from "./command.ts";

/** `/restart`: leaves word where to announce the new start, says so, and ends the program. */
export const restart: Command = {
  description: "Restart ductor",
  group: "System",
  when: "now",
  async run({ address: { chatId, threadId }, address }, _, context) {
    const { home, speaker, outbox } = context;
    if (!context.restart) {
      return await speaker.say(
        address,
        "Here I cannot be restarted from the chat; start me again on the machine.",
      );
    }
    // The format is described in app/restart.ts, which reads it.
    const sentinel = {
      chat_id: chatId,
      ...threadId !== undefined && { thread_id: threadId },
      message: "✅ ductor is back.",
      timestamp: new Date().toISOString(),
    };
    await writeFileAtomic(home.restartSentinelFile, JSON.stringify(sentinel, null, 2) + "\n");
    await speaker.say(address, "🔄 Restarting; running answers come to their end first…");
    await outbox.flush(AbortSignal.timeout(3000));
    context.restart();
  },
};
