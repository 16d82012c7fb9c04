/** Sends the files of a post, one call after the other, in whatever form Telegram takes them. */
import { cut } from "../../base/text.ts";
import { getLogger } from "@logtape/logtape";
import { type Api, type Failure, failureOf } from "../api.ts";
import type { Content } from "../content.ts";
import { type LostSends, printOf } from "../lost_sends.ts";
import type { LostSend, Post, Sending } from "../post.ts";
import { type Batch, nextBatch, simplerLevel } from "./out_file.ts";
import { type OutgoingFiles, UnsendableFile } from "./outgoing_files.ts";
import { upload, UploadError, type UploadTarget } from "./upload.ts";

const log = getLogger(["ductor", "telegram", "files"]);

/** Attempts to upload that may break off in the middle before the file is given up. */
const TRIES = 5;
/** Bytes that must have left for an attempt to count as one: without a network there is none. */
const BEGUN = 1024 * 1024;

export interface UploadStep {
  do: "upload";
  batch: Batch;
}

/** Files come after the whole text. */
export function nextUpload({ files = [] }: Content, post: Post): UploadStep | undefined {
  const batch = nextBatch(files, post.filesDone, post.fileLevel);
  return batch && { do: "upload", batch };
}

export interface UploaderOptions {
  api: Api;
  files: OutgoingFiles | undefined;
  signal: AbortSignal;
  lost: LostSends;
  /** Telegram has the files; `post.filesDone` has changed. */
  onSent(post: Post, messageIds: readonly number[]): void;
  /** What is not about the files but about the chat or the network. */
  onFailed(post: Post, failure: Failure): Promise<void>;
}

export class Uploader {
  readonly #options: UploaderOptions;

  constructor(options: UploaderOptions) {
    this.#options = options;
  }

  /** Never throws: what went wrong is in the post, for the next try, or told by `onFailed`. */
  async upload(post: Post, batch: Batch): Promise<void> {
    const { api, files, lost, onSent } = this.#options;
    const signal = this.#options.signal as never; // the DOM's and grammY's declaration differ
    const target = targetOf(post);
    const note = noteOf(post, files ? batch : { ...batch, level: 3 });
    const attempt = await lost.begin(post, {
      index: post.filesDone,
      upload: true,
      print: printOf(JSON.stringify([batch, note])),
      ...note !== undefined && { step: wordOf(note) },
    });
    try {
      const ids = note === undefined
        ? await upload(api, files!, batch, target, signal)
        : [(await api.raw.sendMessage({ ...target, text: note }, signal)).message_id];
      post.filesDone += batch.files.length;
      post.fileLevel = 0;
      post.fileNote = undefined;
      post.uploadTries = 0;
      onSent(post, ids);
      lost.arrived(post, attempt, ids);
    } catch (error) {
      if (!this.#options.signal.aborted) await this.#failed(post, batch, attempt, error);
    }
  }

  async #failed(post: Post, batch: Batch, attempt: LostSend, error: unknown): Promise<void> {
    const { cause, bytes } = error instanceof UploadError ? error : { cause: error, bytes: 0 };
    const { lost, onFailed } = this.#options;
    if (cause instanceof UnsendableFile) {
      // A request that breaks off in the middle is none.
      lost.failed(post, attempt, { kind: "refused", description: cause.message });
      // One file of an album that went missing must not take the others with it.
      post.fileLevel = batch.files.length > 1 ? 1 : 3;
      if (post.fileLevel === 3) post.fileNote = cause.message;
      return;
    }
    const failure = failureOf(cause);
    lost.failed(post, attempt, failure);
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
        if (bytes > BEGUN && ++post.uploadTries >= TRIES) {
          post.uploadTries = 0;
          post.fileLevel = batch.files.length > 1 ? 1 : 3;
        }
    }
    await onFailed(post, failure);
  }
}

/** A word in the place of a file that does not go. */
function noteOf({ fileNote }: Post, { files, level }: Batch): string | undefined {
  if (level < 3) return undefined;
  const note = fileNote ?? `⚠️ I could not send the file ${cut(files[0]!.name, 200)}.`;
  return note.replaceAll("`", "");
}

function wordOf(text: string): Sending {
  const piece = { text, entities: [] };
  return { do: "send", index: 0, piece, bare: piece, silent: false };
}

function targetOf({ target, options, shown, filesDone }: Post): UploadTarget {
  const { chatId, threadId } = target;
  const { replyTo, silent } = options;
  return {
    chat_id: chatId,
    ...threadId !== undefined && { message_thread_id: threadId },
    // The text before it has rung.
    ...(silent || shown.length > 0 || filesDone > 0) && { disable_notification: true },
    ...replyTo !== undefined && shown.length === 0 && filesDone === 0 && {
      reply_parameters: { message_id: replyTo, allow_sending_without_reply: true },
    },
  };
}
