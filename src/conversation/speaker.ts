/** How a conversation speaks to its user; implemented by the Telegram side. */
import type { Address } from "./address.ts";

/** A button of ours under a message; `action` comes back when it is pressed. */
export interface Button {
  label: string;
  action: string;
}

export interface Said {
  /** Rows of buttons under the message. */
  buttons?: Button[][];
  /** Message to reply to. */
  replyTo?: number;
}

/** The answer of one turn while it is being written. */
export interface Reply {
  /** The next piece of the answer, Markdown. */
  text(delta: string): void;
  /** What follows is a new paragraph. */
  paragraph(): void;
  /** The agent uses a tool; `input` is one line: the command, the path. */
  tool(name: string, input: string): void;
  /** Something passing, such as compacting; `undefined`: it is over. */
  status(text: string | undefined): void;
  /** Whether any of the answer was written. */
  readonly started: boolean;
  /**
   * Ends the answer; `note` (Markdown) is added under it. Resolves when the end is on disk, so that
   * it will arrive whatever happens.
   */
  finish(note?: string, buttons?: Button[][]): Promise<void>;
}

export interface Speaker {
  reply(address: Address, options: { replyTo?: number }): Reply;
  /** Says one thing. Resolves when it is on disk. */
  say(address: Address, markdown: string, said?: Said): Promise<void>;
  /** Shows "typing…" until disposed of. */
  typing(address: Address): Disposable;
}
