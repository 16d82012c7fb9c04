/**
 * Reads the two small files of an upgrade. By hand, because the supervisor reads them too, and it is
 * to stay small: a schema library would be most of it.
 *
 * @module
 */

/** A JSON object; empty when there is none, or it is something else. */
export function parseObject(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

export function textIn(object: Record<string, unknown>, key: string): string | undefined {
  const value = object[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The chat and the topic; chat 0 is none. */
export function placeIn(
  { chat_id, thread_id }: Record<string, unknown>,
): { chatId?: number; threadId?: number } {
  if (!Number.isSafeInteger(chat_id) || chat_id === 0) return {};
  const topic = Number.isSafeInteger(thread_id) ? { threadId: thread_id as number } : {};
  return { chatId: chat_id as number, ...topic };
}
