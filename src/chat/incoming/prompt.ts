/** What the agent is told about the files of a message. */
import { quotePath } from "../../files/quote.ts";
import { shorten } from "../../base/text.ts";
import type { Attachment } from "../../conversation/request.ts";
import { line } from "./attachments.ts";
import { typeOfName } from "../../files/mime.ts";

/** An attachment after the attempt to fetch it. */
export interface Fetched {
  attachment: Attachment;
  /** Relative to the workspace; absent when it could not be fetched. */
  path?: string;
  /** Why it could not. */
  failure?: string;
  /** Whether the model sees it as an image. */
  shown?: boolean;
  /** What is said in it, and who wrote that down. */
  heard?: { text: string; by: string } | undefined;
  /** Why that is not known, where it was tried. */
  unheard?: string;
}

/** Longest transcript that is given at once, UTF-16 units. */
const MAX_HEARD = 20_000;

const KINDS: Readonly<Record<Attachment["kind"], string>> = {
  photo: "a photo",
  document: "a file",
  voice: "a voice message",
  audio: "an audio file",
  video: "a video",
  video_note: "a round video message",
  animation: "an animation",
  sticker: "a sticker",
};

/**
 * The user's words, and after them a block for each file.
 *
 * @param at What stands before paths in the workspace.
 */
export function promptFor(text: string, files: readonly Fetched[], at = ""): string {
  if (files.length === 0) return text;
  const own = text === "" ? "" : `User message: ${text}\n\n`;
  const named = files.map((one) => one.path === undefined ? one : { ...one, path: at + one.path });
  return own + named.map(block).join("\n\n");
}

function block(fetched: Fetched): string {
  const { attachment, path, failure, shown } = fetched;
  const { kind, name, mime, note, quoted } = attachment;
  const what = quoted
    ? `The message the user answers holds ${KINDS[kind]}.`
    : `The user sent ${KINDS[kind]} in Telegram.`;
  const lines = [`[INCOMING FILE]`, what];
  if (path !== undefined) lines.push(`Path: ${path}`);
  lines.push(`Type: ${line(mime ?? typeOfName(name ?? "") ?? "application/octet-stream", 100)}`);
  if (name !== undefined) lines.push(`Original filename: ${line(name, 200)}`);
  if (note !== undefined) lines.push(`Note: ${note}`);
  if (path === undefined) lines.push(`It could not be fetched: ${failure}. The user knows.`);
  else lines.push(...speech(fetched), ...hint(attachment, path, shown === true, fetched.heard));
  return lines.join("\n");
}

/** What is said in it, every line marked: it is neither ours nor anything but speech. */
function speech({ attachment, heard, unheard }: Fetched): string[] {
  if (unheard !== undefined) {
    return [`What is said in it could not be written down: ${line(unheard, 500)}.`];
  }
  if (!heard) return [];
  const by = `as ${heard.by} understands it`;
  if (heard.text.trim() === "") return [`Nothing is said in it, ${by}.`];
  const whole = heard.text.length <= MAX_HEARD;
  const text = shorten(heard.text, MAX_HEARD, { mark: " […]" });
  const who = attachment.kind === "video" || attachment.quoted ? "is said in it" : "the user says";
  return [
    `What ${who}, ${by}${whole ? "" : " (the beginning)"}:`,
    ...text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/).map((part) => `> ${part}`),
  ];
}

function hint(
  { kind, mime = "" }: Attachment,
  path: string,
  shown: boolean,
  heard: Fetched["heard"],
): string[] {
  const file = quotePath(path);
  if (heard && heard.text.length <= MAX_HEARD) {
    return kind === "voice" ? [] : [`What is to be seen in it: \`ductor file video ${file}\``];
  }
  if (kind === "voice" || kind === "audio" || mime.startsWith("audio/")) {
    return [`What is said in it: \`ductor file transcribe ${file}\``];
  }
  if (["video", "video_note", "animation"].includes(kind) || mime.startsWith("video/")) {
    return [`What is to be seen and heard in it: \`ductor file video ${file}\``];
  }
  if (shown) return ["You see it with this message."];
  if (kind === "photo" || kind === "sticker" || mime.startsWith("image/")) return [];
  return [`What it says: \`ductor file read ${file}\``];
}
