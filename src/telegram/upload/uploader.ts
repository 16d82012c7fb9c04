/** Sends the files of a post, one call after the other, in whatever form Telegram takes them. */
import { getLogger } from "@logtape/logtape";
import { type Api, type Failure, failureOf } from "../api.ts";
import type { Content } from "../content.ts";
import type { Post } from "../post.ts";
import { type Batch, nextBatch, simplerLevel } from "./out_file.ts";
import { type OutgoingFiles, UnsendableFile } from "./outgoing_files.ts";
import { upload, UploadError, type UploadTarget } from "./upload.ts";

const log = getLogger(["ductor", "telegram", "files"]);

/** How many message ids are looked at for an upload whose answer was lost. */
const GHOST_SEARCH = 8;
/** Attempts to upload that may break off in the middle before the file is given up. */
const TRIES = 5;
/** Bytes that must have left for an attempt to count as one: without a network there is none. */
const BEGUN = 1024 * 1024;

export interface UploadStep {
  do: "upload";
  batch: Batch;
}

/** Files come after the whole text, and only of what is final. */
export function nextUpload({ files = [] }: Content, post: Post): UploadStep | undefined {
  const batch = post.final ? nextBatch(files, post.filesDone, post.fileLevel) : undefined;
  return batch && { do: "upload", batch };
}

export interface UploaderOptions {
  api: Api;
  files: OutgoingFiles | undefined;
  signal: AbortSignal;
  /** The newest message id known in the chat. */
  newest(): number;
  /** Whether a message is known to be ours. */
  isKnown(messageId: number): boolean;
  /** A sending is about to start; it does when this resolves, which is when that is on disk. */
  onTry(post: Post, index: number, after: number): Promise<void>;
  /** Telegram has the files; `post.filesDone` has changed. */
  onSent(post: Post, messageIds: readonly number[]): void;
  /** Repeats a harmless call until it is known how it went; `undefined`: well. */
  insist(call: () => Promise<unknown>): Promise<Failure | undefined>;
  /** What is not about the files but about the chat or the network. */
  onFailed(post: Post, failure: Failure): void;
}

export class Uploader {
  readonly #options: UploaderOptions;

  constructor(options: UploaderOptions) {
    this.#options = options;
  }

  /** Never throws: what went wrong is in the post, for the next try, or told by `onFailed`. */
  async upload(post: Post, batch: Batch): Promise<void> {
    const { api, signal, files, newest, onTry, onSent } = this.#options;
    const after = post.lost?.after ?? newest();
    const target = targetOf(post);
    await onTry(post, post.filesDone, after);
    try {
      const ids = batch.level < 3 && files
        ? await upload(api, files, batch, target, signal)
        : [await this.#sayInstead(post, batch, target)];
      post.filesDone += batch.files.length;
      post.fileLevel = 0;
      post.fileNote = undefined;
      post.uploadTries = 0;
      onSent(post, ids);
      await this.#dropGhosts(post, ids);
    } catch (error) {
      if (!signal.aborted) this.#failed(post, batch, after, error);
    }
  }

  /** A word in the place of a file that does not go. */
  async #sayInstead(post: Post, { files }: Batch, target: UploadTarget): Promise<number> {
    const note = post.fileNote ?? `⚠️ I could not send the file ${files[0]!.name.slice(0, 200)}.`;
    const { message_id } = await this.#options.api.raw.sendMessage(
      { ...target, text: note.replaceAll("`", "") },
      this.#options.signal as never,
    );
    return message_id;
  }

  #failed(post: Post, batch: Batch, after: number, error: unknown): void {
    const { cause, bytes } = error instanceof UploadError ? error : { cause: error, bytes: 0 };
    if (cause instanceof UnsendableFile) {
      // One file of an album that went missing must not take the others with it.
      post.fileLevel = batch.files.length > 1 ? 1 : 3;
      if (post.fileLevel === 3) post.fileNote = cause.message;
      return;
    }
    const failure = failureOf(cause);
    switch (failure.kind) {
      case "not_modified":
      case "gone":
      case "refused": {
        const description = "description" in failure ? failure.description : failure.kind;
        log.warn("Telegram refuses a file ({description}), trying another way", { description });
        if (batch.level < 3) post.fileLevel = simplerLevel(batch);
        else post.filesDone++; // Not even the word about it is taken.
        return;
      }
      case "network":
        post.lost ??= { index: post.filesDone, after, upload: true };
        if (bytes > BEGUN && ++post.uploadTries >= TRIES) {
          post.uploadTries = 0;
          post.fileLevel = batch.files.length > 1 ? 1 : 3;
        }
    }
    this.#options.onFailed(post, failure);
  }

  /**
   * After an upload whose answer was lost, the same files may stand twice. Message ids in a chat
   * rise, and whether a message is ours shows by an edit that changes nothing; as every message of
   * ours is known but the lost ones, one between the last known id and the new ones is lost.
   */
  async #dropGhosts(post: Post, ids: readonly number[]): Promise<void> {
    const lost = post.lost;
    if (!lost?.upload) return;
    post.lost = undefined;
    const { api, signal, isKnown, insist } = this.#options;
    const newest = Math.min(...ids);
    const first = Math.max(lost.after + 1, newest - GHOST_SEARCH - ids.length);
    for (let candidate = newest - 1; candidate >= first; candidate--) {
      if (isKnown(candidate)) continue;
      const message = { chat_id: post.target.chatId, message_id: candidate };
      const failure = await insist(() => api.raw.editMessageReplyMarkup(message, signal as never));
      if (failure?.kind !== "not_modified") continue;
      await insist(() => api.raw.deleteMessage(message, signal as never));
      log.info("A file sent twice because of a lost answer was taken back");
    }
  }
}

function targetOf({ target, options, shown, filesDone }: Post): UploadTarget {
  const { chatId, threadId } = target;
  const { replyTo, silent } = options;
  return {
    chat_id: chatId,
    ...threadId !== undefined && { message_thread_id: threadId },
    ...silent && { disable_notification: true },
    ...replyTo !== undefined && shown.length === 0 && filesDone === 0 && {
      reply_parameters: { message_id: replyTo, allow_sending_without_reply: true },
    },
  };
}
