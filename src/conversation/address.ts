/** Where a conversation takes place: a chat, or one topic of it. */
export interface Address {
  chatId: number;
  /** Only for messages that really are in a topic. */
  threadId?: number;
}

/** The inverse of {@link keyOf}. */
export function addressOf(key: string): Address {
  const [chatId, threadId] = key.split(":").map(Number);
  return { chatId: chatId!, ...threadId !== undefined && { threadId } };
}

/** The key of a conversation, also of its entry in `sessions.json`: `CHAT` or `CHAT:TOPIC`. */
export function keyOf({ chatId, threadId }: Address): string {
  return threadId === undefined ? `${chatId}` : `${chatId}:${threadId}`;
}
