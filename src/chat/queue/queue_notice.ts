/**
 * The notice under a message that has to wait, with buttons that send it to the agent at once or take
 * it back; and what became of it, if it was sent.
 */
import { spawn } from "../../base/async/spawn.ts";
import type { Address } from "../../conversation/address.ts";
import type { Button } from "../../conversation/speaker.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import type { Post } from "../../telegram/post.ts";
import { italic, textOf } from "../../telegram/text.ts";
import { keyboardOf } from "../buttons.ts";
import { texts } from "./texts.ts";

/** The verbs of its buttons; the argument is the id of what waits. */
export const CANCEL = "cancel";
export const SEND = "send";

export class QueueNotice {
  readonly #post: Pick<Post, "show" | "finish">;
  readonly #buttons: Button[];

  /**
   * @param id Of what waits.
   * @param sends Whether it can be offered to the turn that runs.
   */
  constructor(
    outbox: Pick<Outbox, "open">,
    { address, messageId }: { address: Address; messageId?: number | undefined },
    { id, sends }: { id: string; sends: boolean },
  ) {
    this.#post = outbox.open(address, {
      silent: true,
      // After a restart the message waits again, with a notice of its own.
      ifLeft: "",
      ...messageId !== undefined && { replyTo: messageId },
    });
    this.#buttons = [
      ...sends ? [{ label: texts.send, action: `${SEND}:${id}` }] : [],
      { label: texts.cancel, action: `${CANCEL}:${id}` },
    ];
    this.waits();
  }

  waits(): void {
    this.#show(texts.waiting, this.#buttons);
  }

  /** The agent has it, and has not come to it. */
  sent(): void {
    this.#show(texts.sent, []);
  }

  #show(text: string, buttons: Button[]): void {
    const keyboard = keyboardOf(buttons.length > 0 ? [buttons] : []);
    this.#post.show(() => ({ pieces: [textOf([italic(text)])], keyboard }));
  }

  /** The answer that is being written is one to this, too. @param when As `at 14:00` */
  taken(when: string): void {
    const pieces = [textOf([italic(texts.taken(when))])];
    spawn("Ending a queue notice", this.#post.finish({ pieces, silent: true }));
  }

  /** It waits no longer. What stopped it says so; after a restart it has a notice of its own again. */
  end(): void {
    spawn("Taking a queue notice away", this.#post.finish({ pieces: [] }));
  }
}
