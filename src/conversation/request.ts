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
  text: string;
  images?: readonly ImageInput[];
}
