/** The notice under a message that has to wait, with a button that takes the message back. */
import { spawn } from "../../base/async/spawn.ts";
import type { Address } from "../../conversation/address.ts";
import type { Outbox } from "../../telegram/outbox.ts";
import { italic, textOf } from "../../telegram/text.ts";
import { keyboardOf } from "../buttons.ts";
import { texts } from "./texts.ts";

/** The verb of its button; the argument is the id of what waits. */
export const CANCEL = "cancel";

export class QueueNotice {
  readonly #post;

  /** @param id Of what waits. */
  constructor(
    outbox: Pick<Outbox, "open">,
    { address, messageId }: { address: Address; messageId?: number | undefined },
    id: string,
  ) {
    this.#post = outbox.open(address, {
      silent: true,
      // After a restart the message waits again, with a notice of its own.
      ifLeft: "",
      ...messageId !== undefined && { replyTo: messageId },
    });
    const keyboard = keyboardOf([[{ label: texts.cancel, action: `${CANCEL}:${id}` }]]);
    this.#post.show(() => ({ pieces: [textOf([italic(texts.waiting)])], keyboard }));
  }

  /** It waits no longer. What stopped it says so; after a restart it has a notice of its own again. */
  end(): void {
    spawn("Taking a queue notice away", this.#post.finish({ pieces: [] }));
  }
}
