/** Makes the call that sends a file, or several as an album. */
import { cut, oneLine } from "../../base/text.ts";
import { InputFile } from "grammy";
import type { Api } from "../api.ts";
import type { Batch, OutFile } from "./out_file.ts";
import { type OutgoingFiles, UnsendableFile } from "./outgoing_files.ts";

/** Fields that every sending has. */
export interface UploadTarget {
  chat_id: number;
  message_thread_id?: number;
  disable_notification?: boolean;
  reply_parameters?: { message_id: number; allow_sending_without_reply: boolean };
}

/** Why a call failed, and how many bytes had left by then. */
export class UploadError extends Error {
  override name = "UploadError";
  constructor(override readonly cause: unknown, readonly bytes: number) {
    super("An upload failed");
  }
}

/** @throws {UploadError} with the cause, which is an {@link UnsendableFile} or what grammY throws */
export async function upload(
  api: Api,
  files: OutgoingFiles,
  batch: Batch,
  target: UploadTarget,
  signal: AbortSignal,
): Promise<number[]> {
  let bytes = 0;
  let broken: unknown;
  /** Each call needs a source of its own. */
  const source = async (file: OutFile) => {
    const chunks = await files.open(file);
    const counted = async function* () {
      try {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          yield chunk;
        }
      } catch (error) {
        broken = error instanceof UnsendableFile ? error : new UnsendableFile(
          `⚠️ The file \`${printable(file.name)}\` could not be read to its end.`,
        );
        throw broken;
      }
    };
    return new InputFile(counted(), headerName(file.name));
  };
  try {
    return await call(api, batch, target, source, signal);
  } catch (error) {
    throw new UploadError(broken ?? error, bytes);
  }
}

async function call(
  { raw }: Api,
  { files, level }: Batch,
  target: UploadTarget,
  source: (file: OutFile) => Promise<InputFile>,
  signal: AbortSignal,
): Promise<number[]> {
  const abort = signal as never; // the DOM's AbortSignal and grammY's declaration differ
  const [file] = files;
  if (!file) throw new RangeError("A batch has at least one file, found none");
  if (files.length > 1) {
    const media: { type: string; media: InputFile }[] = [];
    for (const file of files) {
      media.push({ type: file.kind, media: await source(file) });
    }
    const messages = await raw.sendMediaGroup({ ...target, media } as never, abort);
    return messages.map(({ message_id }) => message_id);
  }
  const input = await source(file) as never;
  const send = () => {
    switch (level >= 2 ? "document" : file.kind) {
      case "photo":
        return raw.sendPhoto({ ...target, photo: input }, abort);
      case "video":
        return raw.sendVideo({ ...target, video: input, supports_streaming: true }, abort);
      case "animation":
        return raw.sendAnimation({ ...target, animation: input }, abort);
      case "audio":
        return raw.sendAudio({ ...target, audio: input }, abort);
      case "voice":
        return raw.sendVoice({ ...target, voice: input }, abort);
      case "document":
        return raw.sendDocument({
          ...target,
          document: input,
          disable_content_type_detection: true,
        }, abort);
    }
  };
  return [(await send()).message_id];
}

/**
 * grammY puts the name into a header without quotes, where a blank would end it, so the quotes are
 * given along. A semicolon ends it for some readers even then.
 */
function headerName(name: string): string {
  // deno-lint-ignore no-control-regex -- they would end the header
  return `"${name.replaceAll(/[";\\\x00-\x1f\x7f]/g, "_")}"`;
}

function printable(name: string): string {
  return cut(oneLine(name.replaceAll("`", " ")), 100);
}
