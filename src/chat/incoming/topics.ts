/** What messages tell of the topics they are in. */
import type { Message, Update } from "grammy/types";
import type { TopicNames } from "../../conversation/topic_names.ts";
import { addressOf } from "./incoming.ts";

/** Keeps what the topics of these messages are called. */
export async function noteTopics(
  updates: readonly Update[],
  topics: Pick<TopicNames, "saw">,
): Promise<void> {
  for (const { message } of updates) {
    const address = message && addressOf(message);
    if (address?.threadId === undefined) continue;
    const changed = message?.forum_topic_edited?.name;
    const first = bornAs(message) ?? bornAs(message?.reply_to_message);
    if (changed) await topics.saw(address, changed, false);
    else if (first) await topics.saw(address, first, true);
  }
}

function bornAs(message: Message | undefined): string | undefined {
  return message?.forum_topic_created?.name;
}
