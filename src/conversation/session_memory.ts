/**
 * What a session knows of the user's memory. A new one begins with all of it; one that goes on is
 * told what has changed, unless the message is a command of the CLI's own, which takes no additions.
 */
import type { MemoryState } from "../workspace/memory_news.ts";
import { isCommand } from "./hooks.ts";
import type { SessionBucket } from "./sessions.ts";
import type { TurnContext } from "./turn_context.ts";

/**
 * The text for the agent with what is new in the memory, if anything is.
 *
 * @param bucket The session that goes on; absent: a new one.
 */
export async function withNews(
  text: string,
  bucket: SessionBucket | undefined,
  memory: MemoryState,
  { memoryNews }: Pick<TurnContext, "memoryNews">,
): Promise<string> {
  if (bucket === undefined || isCommand(text)) return text;
  const news = await memoryNews(bucket.memory_seen, memory);
  return news === undefined ? text : `${text}\n\n${news}`;
}

/** The version of the memory that a session has seen once it has had this text. */
export function seenBy(
  text: string,
  bucket: SessionBucket | undefined,
  memory: MemoryState,
): string | undefined {
  return bucket !== undefined && isCommand(text) ? bucket.memory_seen : memory.version;
}
