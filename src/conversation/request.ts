import type { ImageInput } from "../agents/agent.ts";
import type { Address } from "./address.ts";

/** One thing a user asks of the agent; becomes one turn. */
export interface Request {
  /** Updates it was made from; they are done when it is. */
  updateIds: readonly number[];
  address: Address;
  userId: number;
  /** The user's message, to reply to. */
  messageId?: number;
  /** What the agent gets; may change while the request waits (the user edits the message). */
  text: string;
  images?: readonly ImageInput[];
}
