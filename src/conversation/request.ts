import type { ImageInput } from "../agents/agent.ts";
import type { ProviderName } from "../agents/provider.ts";
import type { Named } from "../files/names.ts";
import type { Address } from "./address.ts";

/** A file that came with a message and has to be fetched. */
export interface Attachment extends Named {
  fileId: string;
  /** Bytes. */
  size?: number;
  /** What else there is to say of it, such as a sticker's emoji. */
  note?: string;
  /** It belongs to the message that is answered. */
  quoted?: true;
}

/** What one Telegram message adds to a request. */
export interface RequestPart {
  messageId: number;
  text: string;
  attachments: readonly Attachment[];
  /** What stands between this text and the next; nothing where the client cut a long text. */
  glue: string;
}

/** `side`: a question, of which nothing is changed. `bg`: a task, told of when it is done. */
export type Beside = "side" | "bg";

/** One thing a user asks of the agent; becomes one turn. */
export interface Request {
  /** Updates it was made from; they are done when it is. */
  updateIds: readonly number[];
  address: Address;
  userId: number;
  /** Where, by its name; absent: where the conversation works. */
  project?: string;
  /** Who is asked, with its own default model; the conversation stays with it if it answers. */
  provider?: ProviderName;
  /** The user's message, to reply to. */
  messageId?: number;
  /** What the agent gets; may change while the request waits (the user edits the message). */
  text: string;
  images?: readonly ImageInput[];
  /** It brings what strangers wrote: nothing of it is asked to go into the memory. */
  outside?: boolean;
  /** The agent may say that there is nothing to say; then nothing is. */
  silent?: boolean;
  /** It runs in a copy of the conversation's session, beside what that does. */
  beside?: Beside;
  /** Files to fetch when the turn begins. */
  attachments?: readonly Attachment[];
  /** The messages it was made of, where there are any. */
  parts?: readonly RequestPart[];
}

/** What the agent gets of a request whose attachments were fetched. */
export interface Received {
  text: string;
  images: readonly ImageInput[];
}

/** Text and attachments of a request of these parts. */
export function joinParts(
  parts: readonly RequestPart[],
): { text: string; attachments: Attachment[] } {
  let text = "";
  let glue = "";
  for (const part of parts) {
    if (part.text === "") continue;
    text += (text === "" ? "" : glue) + part.text;
    glue = part.glue;
  }
  return { text, attachments: parts.flatMap(({ attachments }) => attachments) };
}

/** What an edited message was in a request; undefined: the request is not made of it. */
export function partOf(request: Request, edited: Request): RequestPart | undefined {
  if (request.address.chatId !== edited.address.chatId) return undefined;
  const id = edited.parts?.[0]?.messageId;
  return request.parts?.find(({ messageId }) => messageId === id);
}

/**
 * Puts an edited message in the place of what it was in a request that waits.
 *
 * @param edited A request made of the edited message alone.
 * @returns `false` when the request is not made of that message.
 */
export function replacePart(request: Request, edited: Request): boolean {
  const [changed] = edited.parts ?? [];
  const before = partOf(request, edited);
  if (!changed || !before) return false;
  request.parts = request.parts!.map((part) => part === before ? changed : part);
  Object.assign(request, joinParts(request.parts));
  return true;
}
