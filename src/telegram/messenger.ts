/**
 * Makes the calls of one message: sends it, edits it, deletes it. Which of them is due, and what its
 * failure means, the lane decides.
 */
import { type Api, failureOf } from "./api.ts";
import { fingerprint, looksOf, type Step } from "./content.ts";
import { type LostSends, printOf } from "./lost_sends.ts";
import type { Post, Sending } from "./post.ts";

export class Messenger {
  readonly #api: Api;
  readonly #lost: LostSends;
  readonly #signal: AbortSignal;

  constructor(api: Api, lost: LostSends, signal: AbortSignal) {
    this.#api = api;
    this.#lost = lost;
    this.#signal = signal;
  }

  /**
   * Makes the call of `step`; `done` is given the id of the message.
   *
   * @throws what the call failed with; a send that may have arrived all the same is noted
   */
  async perform(post: Post, step: Step, done: (messageId: number) => void): Promise<void> {
    if (step.do === "send") return await this.#send(post, step, done);
    const message = { chat_id: post.target.chatId, message_id: step.messageId };
    const abort = this.#signal as never; // the DOM's AbortSignal and grammY's declaration differ
    if (step.do === "delete") await this.#api.raw.deleteMessage(message, abort);
    else await this.#api.raw.editMessageText({ ...message, ...looksOf(step) }, abort);
    done(step.messageId);
  }

  async #send(
    post: Post,
    wanted: Sending,
    done: (messageId: number) => void,
  ): Promise<void> {
    const { raw } = this.#api;
    const { replyTo, silent = false } = post.options;
    const step = { ...wanted, silent: wanted.silent || silent };
    const abort = this.#signal as never;
    // Also of a live post: a message that is not known would be in the way of the next run.
    const attempt = await this.#lost.begin(post, {
      index: step.index,
      print: printOf(fingerprint(step.piece, step.keyboard)),
      step,
    });
    const { chatId, threadId } = post.target;
    let messageId: number;
    try {
      ({ message_id: messageId } = await raw.sendMessage({
        chat_id: chatId,
        ...looksOf(step),
        ...threadId !== undefined && { message_thread_id: threadId },
        ...step.silent && { disable_notification: true },
        ...replyTo !== undefined && step.index === 0 && {
          reply_parameters: { message_id: replyTo, allow_sending_without_reply: true },
        },
      }, abort));
    } catch (error) {
      if (!this.#signal.aborted) this.#lost.failed(post, attempt, failureOf(error));
      throw error;
    }
    done(messageId);
    this.#lost.arrived(post, attempt, [messageId]);
  }
}
