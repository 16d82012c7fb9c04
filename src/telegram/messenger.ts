/**
 * Makes the calls of one message: sends it, edits it, deletes it. Which of them is due, and what its
 * failure means, the lane decides.
 */
import { type Api, failureOf } from "./api.ts";
import { fingerprint, type Step } from "./content.ts";
import { type LostSends, printOf } from "./lost_sends.ts";
import type { Post } from "./post.ts";

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
    step: Step & { do: "send" },
    done: (messageId: number) => void,
  ): Promise<void> {
    const { raw } = this.#api;
    const abort = this.#signal as never;
    const looks = looksOf(step);
    // Also of a live post: a message that is not known would be in the way of the next run.
    const attempt = await this.#lost.begin(post, {
      index: step.index,
      print: printOf(fingerprint(step.piece, step.keyboard)),
      probe: (message) => raw.editMessageText({ ...message, ...looks }, abort),
    });
    const { chatId, threadId } = post.target;
    const { replyTo, silent } = post.options;
    let messageId: number;
    try {
      ({ message_id: messageId } = await raw.sendMessage({
        chat_id: chatId,
        ...looks,
        ...threadId !== undefined && { message_thread_id: threadId },
        ...(silent || step.silent) && { disable_notification: true },
        ...replyTo !== undefined && step.index === 0 && {
          reply_parameters: { message_id: replyTo, allow_sending_without_reply: true },
        },
      }, abort));
    } catch (error) {
      if (!this.#signal.aborted) this.#lost.failed(post, attempt, failureOf(error));
      throw error;
    }
    done(messageId);
    await this.#lost.arrived(post, attempt, [messageId]);
  }
}

/** What a message of ours shows; an edit to the same changes nothing. */
function looksOf({ piece, keyboard }: Exclude<Step, { do: "delete" }>) {
  return {
    text: piece.text,
    entities: piece.entities,
    // A preview that comes and goes while the text grows makes the chat jump.
    link_preview_options: { is_disabled: true },
    ...keyboard && { reply_markup: keyboard },
  };
}
