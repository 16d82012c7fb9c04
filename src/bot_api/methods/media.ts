import { join } from "node:path";
import { badRequest, BotApiError } from "../errors.ts";
import { MAX_DOWNLOAD, type Media } from "../files.ts";
import { isObject, isUpload, Params } from "../params.ts";
import { checkContent } from "../refusal.ts";
import type { FileKind } from "../types.ts";
import type { World } from "../world.ts";
import { type Call, type Method, resultOf, roomOf } from "./context.ts";
import { placeOf } from "./place.ts";
import { captionOf, deliver } from "./send.ts";

/** `sendPhoto`, `sendDocument` and the others that send one file. */
export function sendFile(kind: FileKind): Method {
  return (call) => {
    const { world, params } = call;
    if (!params.has(kind)) {
      throw badRequest(`there is no ${kind.replace("_", " ")} in the request`);
    }
    const caption = captionOf(params);
    // Told about the chat before the file, as there the file is uploaded last.
    roomOf(call, "write");
    const media = mediaFrom(world, kind, params.raw[kind], params.int("duration"));
    return deliver(call, { ...media, ...caption });
  };
}

/** Albums hold photos and videos together, or only documents, or only audio. */
const ALBUM_KINDS: Readonly<Record<string, { kind: FileKind; family: string }>> = {
  photo: { kind: "photo", family: "visual" },
  video: { kind: "video", family: "visual" },
  document: { kind: "document", family: "document" },
  audio: { kind: "audio", family: "audio" },
};

/** `sendMediaGroup` */
export const sendMediaGroup: Method = (call) => {
  const { world, params } = call;
  const list = params.json("media", "media");
  if (list === undefined) throw badRequest("there are no messages to send");
  if (!Array.isArray(list)) throw badRequest("expected an Array of InputMedia");
  if (list.length < 2 || list.length > 10) {
    throw badRequest("group of albums must include 2-10 items");
  }
  const families = new Set<string>();
  const items = list.map((item) => {
    const { kind, family } = albumKind(item);
    families.add(family);
    return { kind, item, caption: captionOf(new Params(item)) };
  });
  if (families.size > 1) throw badRequest("can't use the media of the specified type in the album");
  const room = roomOf(call, "write");
  const place = placeOf(call.params, room);
  // All files are looked at before the first message appears: an album arrives whole or not at all.
  const contents = items.map(({ kind, item, caption }, index) => ({
    ...inAlbum(index, () => mediaFrom(world, kind, item["media"], undefined)),
    ...caption,
  }));
  for (const content of contents) checkContent(room, content);
  const media_group_id = String(13_000_000_000_000_000 + Math.floor(Math.random() * 1e12));
  return contents.map((content, index) => {
    // An album makes one sound.
    const here = { ...place, silent: place.silent || index > 0 };
    return resultOf(world.post(room, world.bot(), { ...content, media_group_id }, here));
  });
};

function albumKind(item: unknown): { kind: FileKind; family: string } {
  if (!isObject(item)) throw badRequest("can't parse InputMedia: expected an Object");
  const type = item["type"];
  const known = typeof type === "string" ? ALBUM_KINDS[type] : undefined;
  if (!known) {
    throw badRequest(
      type === "animation"
        ? "can't use the media of the specified type in the album"
        : "can't parse InputMedia: type must be one of photo, video, document, audio",
    );
  }
  if (item["media"] === undefined) throw badRequest("can't parse InputMedia: media not found");
  return known;
}

function inAlbum<T>(index: number, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof BotApiError) || error.code !== 400) throw error;
    const reason = error.message.replace(/^Bad Request: /, "");
    throw badRequest(`failed to send message #${index + 1} with the error message "${reason}"`);
  }
}

/** A new upload, or what was sent before by its `file_id`. */
function mediaFrom(
  world: World,
  kind: FileKind,
  value: unknown,
  duration: number | undefined,
): Media {
  if (isUpload(value)) {
    return world.files.add({
      kind,
      bytes: value.bytes,
      name: value.name,
      mime: value.mime,
      ...(duration !== undefined && { duration }),
    });
  }
  const text = String(value);
  if (/^https?:\/\//.test(text)) {
    // Telegram would fetch it. This server reaches nothing but loopback.
    throw badRequest("failed to get HTTP URL content");
  }
  if (text.startsWith("attach://")) throw badRequest(`there is no file "${text.slice(9)}"`);
  const media = world.files.mediaOf(text, kind);
  if (!media) throw badRequest("wrong file identifier/HTTP URL specified");
  return media;
}

/** `getFile` */
export const getFile: Method = async ({ world, params }: Call) => {
  const id = params.text("file_id");
  if (id === "") throw badRequest("file_id not specified");
  const file = world.files.byId(id);
  if (!file) throw badRequest("invalid file_id");
  if (world.local !== undefined) {
    const path = join(world.local, file.file_path.replaceAll("/", "_"));
    await Deno.writeFile(path, file.bytes);
    return {
      file_id: id,
      file_unique_id: file.file_unique_id,
      file_size: file.bytes.length,
      file_path: path,
    };
  }
  if (file.bytes.length > MAX_DOWNLOAD) throw badRequest("file is too big");
  return {
    file_id: id,
    file_unique_id: file.file_unique_id,
    file_size: file.bytes.length,
    file_path: file.file_path,
  };
};
