/** Where a conversation takes place: a chat, or one topic of it. */
export interface Address {
  chatId: number;
  /** Only for messages that really are in a topic. */
  threadId?: number;
}

/** A conversation in one of its projects, where it has sessions of their own. */
export interface Seat extends Address {
  /** Name of the project; absent: the workspace. */
  project?: string;
}

/** The inverse of {@link keyOf}; of the key of a seat, the conversation. */
export function addressOf(key: string): Address {
  const { project: _, ...address } = seatOf(key);
  return address;
}

/** The key of a conversation, also of its entry in `sessions.json`: `CHAT` or `CHAT:TOPIC`. */
export function keyOf({ chatId, threadId }: Address): string {
  return threadId === undefined ? `${chatId}` : `${chatId}:${threadId}`;
}

/** The key of a seat: that of the conversation, and behind an `@` the project. */
export function seatKey(seat: Seat): string {
  return seat.project === undefined ? keyOf(seat) : `${keyOf(seat)}@${seat.project}`;
}

/** Whether a key, also that of a seat, is of the conversation. */
export function isOf(key: string, address: Address): boolean {
  return keyOf(seatOf(key)) === keyOf(address);
}

/** The inverse of {@link seatKey}. */
export function seatOf(key: string): Seat {
  const [, place = "", project] = /^([^@]*)(?:@(.*))?$/s.exec(key) ?? [];
  const [chatId, threadId] = place.split(":").map(Number);
  return {
    chatId: chatId!,
    ...threadId !== undefined && { threadId },
    ...project !== undefined && { project },
  };
}
