/**
 * A native draft: Telegram's own preview of a message in the making (private chats only). It
 * vanishes by itself 30 seconds after the last call, and the message must still be sent.
 */
import { cut } from "../base/text.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../base/clock.ts";
import { type Api, failureOf } from "./api.ts";
import { type Content, MESSAGE_LIMIT, type Target, withStatus } from "./content.ts";

const log = getLogger(["ductor", "telegram", "draft"]);

const EVERY_MS = 400;
/** An unchanged draft is shown again before it would vanish. */
const REFRESH_MS = 20_000;

export interface DraftOptions {
  api: Api;
  clock: Clock;
  target: Target;
  /** Called once, when drafts do not work here; nothing is shown any more. */
  onFailure(): void;
}

export class Draft {
  readonly #options: DraftOptions;
  readonly #id = crypto.getRandomValues(new Int32Array(1))[0]! || 1;
  readonly #over = new AbortController();
  #view: (() => Content) | undefined;
  #dirty = false;
  #running = false;

  constructor(options: DraftOptions) {
    this.#options = options;
  }

  /** Shows what `view` returns, as soon as it may. */
  show(view: () => Content): void {
    this.#view = view;
    this.#dirty = true;
    if (!this.#running) this.#run();
  }

  /** The message itself follows. */
  end(): void {
    this.#over.abort();
  }

  async #run(): Promise<void> {
    this.#running = true;
    const { clock } = this.#options;
    const { signal } = this.#over;
    let shownAt = 0;
    while (!signal.aborted && this.#view) {
      if (this.#dirty || clock.elapsed() - shownAt > REFRESH_MS) {
        this.#dirty = false;
        try {
          await this.#send(this.#view());
          shownAt = clock.elapsed();
        } catch (error) {
          if (signal.aborted) break;
          const failure = failureOf(error);
          if (failure.kind !== "flood") {
            log.info("Drafts do not work in this chat ({failure}), editing instead", { failure });
            this.end();
            this.#options.onFailure();
            break;
          }
          await clock.sleep(failure.retryAfter * 1000, signal);
        }
      }
      await clock.sleep(EVERY_MS, signal);
    }
    this.#running = false;
  }

  async #send({ pieces, status }: Content): Promise<void> {
    const { api, target } = this.#options;
    // A draft is one message: of a long answer it shows the end.
    const last = pieces.at(-1) ?? { text: "", entities: [] };
    const { text, entities } = status ? withStatus(last, status) : last;
    await api.raw.sendMessageDraft({
      chat_id: target.chatId,
      draft_id: this.#id,
      text: cut(text, MESSAGE_LIMIT),
      entities,
      ...target.threadId !== undefined && { message_thread_id: target.threadId },
    }, this.#over.signal as never);
  }
}
