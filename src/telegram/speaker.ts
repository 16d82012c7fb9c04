/** The Telegram side of a conversation: says things through the outbox. */
import { getLogger } from "@logtape/logtape";
import type { Address } from "../conversation/address.ts";
import type { Reply, Said, Speaker } from "../conversation/speaker.ts";
import type { Api } from "./api.ts";
import { keyboardOf } from "./buttons.ts";
import type { Outbox } from "./outbox.ts";
import { render, split } from "./render/mod.ts";
import { ReplyStream } from "./reply_stream.ts";

const log = getLogger(["ductor", "telegram"]);

/** "typing…" fades after 5 s. */
const TYPING_EVERY_MS = 4000;

export interface SpeakerOptions {
  api: Api;
  outbox: Outbox;
  /** Whether answers are shown while they are written. */
  live(): boolean;
}

export class TelegramSpeaker implements Speaker {
  readonly #options: SpeakerOptions;

  constructor(options: SpeakerOptions) {
    this.#options = options;
  }

  reply(address: Address, { replyTo }: { replyTo?: number }): Reply {
    const post = this.#options.outbox.open(address, this.#replying(address, replyTo));
    return new ReplyStream(post, { live: this.#options.live() });
  }

  async say(address: Address, markdown: string, { buttons, replyTo }: Said = {}): Promise<void> {
    await this.#options.outbox.send(address, {
      pieces: split(render(markdown)),
      ...buttons?.length && { keyboard: keyboardOf(buttons) },
    }, this.#replying(address, replyTo));
  }

  typing({ chatId, threadId }: Address): Disposable {
    const { api, outbox } = this.#options;
    const stop = new AbortController();
    const act = () => {
      if (outbox.paused(chatId)) return;
      api.raw.sendChatAction({
        chat_id: chatId,
        action: "typing",
        ...threadId !== undefined && { message_thread_id: threadId },
      }, stop.signal as never).catch((error) => {
        if (stop.signal.aborted) return;
        // The indicator is a nicety: no reason to bother anybody.
        log.debug("No typing indicator: {error}", { error });
      });
    };
    act();
    const timer = setInterval(act, TYPING_EVERY_MS);
    return {
      [Symbol.dispose]() {
        clearInterval(timer);
        stop.abort();
      },
    };
  }

  /** In a private chat it is plain what an answer belongs to. */
  #replying({ chatId }: Address, replyTo: number | undefined): { replyTo?: number } {
    return chatId < 0 && replyTo !== undefined ? { replyTo } : {};
  }
}
