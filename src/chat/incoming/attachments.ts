/** The files in a message, and what can be said of it in a line. */
import { oneLine, shorten } from "../../base/text.ts";
import type { Message } from "grammy/types";
import type { Attachment } from "../../conversation/request.ts";
import type { MediaKind } from "../../files/names.ts";

interface File {
  file_id: string;
  file_unique_id: string;
  file_size?: number;
  file_name?: string;
  mime_type?: string;
}

/** The parts of a message that are looked at here; answered messages have them too. */
export type Carrier = Pick<
  Partial<Message>,
  | MediaKind
  | "venue"
  | "location"
  | "contact"
  | "dice"
  | "poll"
>;

/** What a message carries; of an album every message carries one. */
export function attachmentsOf(message: Carrier): Attachment[] {
  const { photo, document, voice, audio, video, video_note, animation, sticker } = message;
  // The sizes come smallest first, though nothing promises it.
  const largest = photo?.toSorted((a, b) => a.width * a.height - b.width * b.height).at(-1);
  if (largest) return [attachment("photo", largest, { mime: "image/jpeg" })];
  // An animation comes as a document as well.
  if (animation) return [attachment("animation", animation)];
  if (document) return [attachment("document", document)];
  if (voice) return [attachment("voice", voice, { mime: "audio/ogg", ...length(voice) })];
  if (audio) {
    const title = [audio.performer, audio.title].filter(Boolean).join(" – ");
    return [attachment("audio", audio, {
      ...!audio.mime_type && { mime: "audio/mpeg" },
      ...title ? { note: line(title) } : length(audio),
    })];
  }
  if (video) {
    return [attachment("video", video, {
      ...!video.mime_type && { mime: "video/mp4" },
      ...length(video),
    })];
  }
  if (video_note) {
    return [attachment("video_note", video_note, { mime: "video/mp4", ...length(video_note) })];
  }
  if (sticker) {
    const mime = sticker.is_animated
      ? "application/x-tgsticker"
      : sticker.is_video
      ? "video/webm"
      : "image/webp";
    return [attachment("sticker", sticker, {
      mime,
      ...sticker.emoji && { note: `stands for ${sticker.emoji}` },
    })];
  }
  return [];
}

function attachment(
  kind: Attachment["kind"],
  { file_id, file_unique_id, file_size, file_name, mime_type }: File,
  more: { mime?: string; note?: string } = {},
): Attachment {
  return {
    kind,
    fileId: file_id,
    uniqueId: file_unique_id,
    ...file_name && { name: file_name },
    ...mime_type && { mime: mime_type },
    ...file_size !== undefined && { size: file_size },
    ...more,
  };
}

function length({ duration }: { duration: number }): { note?: string } {
  const seconds = String(duration % 60).padStart(2, "0");
  return duration > 0 ? { note: `${Math.floor(duration / 60)}:${seconds} long` } : {};
}

/** Messages that are neither text nor file, in a line; `undefined` for all others. */
export function lineOf(message: Carrier): string | undefined {
  const { venue, location, contact, dice, poll } = message;
  if (venue) {
    return `[Place: ${line(`${venue.title}, ${venue.address}`)}, ${coordinates(venue.location)}]`;
  }
  if (location) {
    return `[${location.live_period ? "Live location" : "Location"}: ${coordinates(location)}]`;
  }
  if (contact) {
    const name = [contact.first_name, contact.last_name].filter(Boolean).join(" ");
    return `[Contact: ${line(name)}, ${line(contact.phone_number)}]`;
  }
  if (dice) return `[${dice.emoji} shows ${dice.value}]`;
  if (poll) {
    const options = poll.options.map(({ text }) => line(text)).join(" / ");
    return `[Poll: ${line(poll.question)} – ${options}]`;
  }
  return undefined;
}

function coordinates({ latitude, longitude }: { latitude: number; longitude: number }): string {
  return `${latitude.toFixed(6)}, ${longitude.toFixed(6)}`;
}

/** On one line, and not endless: what others wrote must not look like our own words. */
export function line(text: string, max = 300): string {
  return shorten(oneLine(text), max);
}

/** Every text in a message that somebody else may have chosen, for the pattern scan. */
export function textsOf(message: Partial<Message>): string[] {
  const { quote, external_reply, reply_to_message: reply } = message;
  const texts = [
    message.text,
    message.caption,
    lineOf(message),
    ...attachmentsOf(message).flatMap(({ name, note }) => [name, note]),
    quote?.text,
    ...external_reply ? attachmentsOf(external_reply).map((a) => a.name) : [],
    ...reply ? [reply.text, reply.caption, lineOf(reply)] : [],
  ];
  return texts.filter((text) => text !== undefined && text !== "") as string[];
}
