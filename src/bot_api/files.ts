import type { Message } from "grammy/types";
import { badRequest } from "./errors.ts";
import { imageSize } from "./image_size.ts";
import type { FileKind, StoredFile } from "./types.ts";

/** Bytes a bot may download. */
export const MAX_DOWNLOAD = 20 * 1024 * 1024;
/** Bytes of a photo. */
const MAX_PHOTO = 10 * 1024 * 1024;

const FOLDER: Readonly<Record<FileKind, string>> = {
  photo: "photos",
  document: "documents",
  voice: "voice",
  audio: "music",
  video: "videos",
  video_note: "video_notes",
  animation: "animations",
  sticker: "stickers",
};

const DEFAULTS: Readonly<Record<FileKind, { mime: string; extension: string }>> = {
  photo: { mime: "image/jpeg", extension: "jpg" },
  document: { mime: "application/octet-stream", extension: "bin" },
  voice: { mime: "audio/ogg", extension: "oga" },
  audio: { mime: "audio/mpeg", extension: "mp3" },
  video: { mime: "video/mp4", extension: "mp4" },
  video_note: { mime: "video/mp4", extension: "mp4" },
  animation: { mime: "video/mp4", extension: "mp4" },
  sticker: { mime: "image/webp", extension: "webp" },
};

/** Types a server guesses from a name when none is given. */
const BY_EXTENSION: Readonly<Record<string, string>> = {
  csv: "text/csv",
  gif: "image/gif",
  html: "text/html",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  json: "application/json",
  md: "text/markdown",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain",
  webp: "image/webp",
  zip: "application/zip",
};

export interface NewFile {
  kind: FileKind;
  bytes: Uint8Array;
  name?: string;
  mime?: string;
  /** Seconds. */
  duration?: number;
}

/** The media fields of a message: `{photo: […]}`, `{document: {…}}` and so on. */
export type Media = Partial<Pick<Message, FileKind>>;

/** All files of the server, by `file_id`. */
export class FileStore {
  #files = new Map<string, StoredFile>();
  #media = new Map<string, Media>();
  #count = 0;

  /** The smaller sizes of a photo lead to the photo itself. */
  byId(fileId: string): StoredFile | undefined {
    return this.#files.get(fileId) ?? this.#files.get(withoutSize(fileId));
  }

  byPath(path: string): StoredFile | undefined {
    for (const file of this.#files.values()) if (file.file_path === path) return file;
    return undefined;
  }

  /** What was sent under this id before, to be sent again as the same kind. */
  mediaOf(fileId: string, kind: FileKind): Media | undefined {
    const file = this.byId(fileId);
    return file?.kind === kind ? this.#media.get(file.file_id) : undefined;
  }

  /** Keeps a file and describes it as a message does. Throws 400 for what is no such file. */
  add(file: NewFile): Media {
    if (file.bytes.length === 0) throw badRequest("file must be non-empty");
    const stored = this.#store(file);
    const media = describe(file, stored, stored.bytes);
    this.#media.set(stored.file_id, media);
    return media;
  }

  #store({ kind, bytes, name, mime }: NewFile): StoredFile {
    const index = this.#count++;
    const extension = extensionOf(name) ?? DEFAULTS[kind].extension;
    const stored: StoredFile = {
      file_id: `${PREFIX[kind]}${random(40)}${index}`,
      file_unique_id: `AgAD${random(11)}${index}`,
      file_path: `${FOLDER[kind]}/file_${index}.${kind === "photo" ? "jpg" : extension}`,
      kind,
      name: name ?? `file_${index}.${extension}`,
      mime: typeOf(kind, mime, extension),
      bytes: bytes.slice(),
    };
    this.#files.set(stored.file_id, stored);
    return stored;
  }
}

function withoutSize(fileId: string): string {
  return fileId.replace(/s(90|320|800)$/, "");
}

/** Ids of one kind begin alike, as the real ones do. */
const PREFIX: Readonly<Record<FileKind, string>> = {
  photo: "AgACAgIAAxk",
  document: "BQACAgIAAxk",
  voice: "AwACAgIAAxk",
  audio: "CQACAgIAAxk",
  video: "BAACAgIAAxk",
  video_note: "DQACAgIAAxk",
  animation: "CgACAgIAAxk",
  sticker: "CAACAgIAAxk",
};

function typeOf(kind: FileKind, mime: string | undefined, extension: string): string {
  if (kind === "photo") return "image/jpeg";
  if (mime !== undefined && mime !== "" && mime !== "application/octet-stream") return mime;
  return BY_EXTENSION[extension.toLowerCase()] ?? DEFAULTS[kind].mime;
}

function extensionOf(name: string | undefined): string | undefined {
  return /\.([A-Za-z0-9]{1,10})$/.exec(name ?? "")?.[1];
}

function describe(file: NewFile, stored: StoredFile, bytes: Uint8Array): Media {
  const { kind, duration = 1 } = file;
  const base = {
    file_id: stored.file_id,
    file_unique_id: stored.file_unique_id,
    file_size: bytes.length,
  };
  const named = { file_name: stored.name, mime_type: stored.mime };
  switch (kind) {
    case "photo":
      return { photo: photoSizes(base, bytes) };
    case "document":
      return { document: { ...base, ...named } };
    case "voice":
      return { voice: { ...base, duration, mime_type: stored.mime } };
    case "audio":
      return { audio: { ...base, ...named, duration } };
    case "video":
      return { video: { ...base, ...named, width: 640, height: 360, duration } };
    case "video_note":
      return { video_note: { ...base, length: 240, duration } };
    case "animation": {
      const size = imageSize(bytes) ?? { width: 320, height: 240 };
      const animation = { ...base, ...named, ...size, duration };
      // For clients that know no animations it is a document too.
      return { animation, document: { ...base, ...named } };
    }
    case "sticker": {
      const size = imageSize(bytes) ?? { width: 512, height: 512 };
      const is_animated = stored.mime === "application/x-tgsticker";
      const is_video = stored.mime === "video/webm";
      return { sticker: { ...base, ...size, type: "regular", is_animated, is_video } };
    }
  }
}

type PhotoSizes = NonNullable<Message["photo"]>;

/** The sizes of a photo, smallest first; the last one is the photo as sent. */
function photoSizes(base: PhotoSizes[number] | FileBase, bytes: Uint8Array): PhotoSizes {
  if (bytes.length > MAX_PHOTO) {
    throw badRequest(
      `file of size ${bytes.length} bytes is too big for a photo; the maximum size is ${MAX_PHOTO} bytes`,
    );
  }
  const size = imageSize(bytes);
  if (!size) throw badRequest("IMAGE_PROCESS_FAILED");
  const { width, height } = size;
  if (width + height > 10_000 || Math.max(width, height) > 20 * Math.min(width, height)) {
    throw badRequest("PHOTO_INVALID_DIMENSIONS");
  }
  const sizes: PhotoSizes = [];
  for (const longest of [90, 320, 800]) {
    const scale = longest / Math.max(width, height);
    if (scale >= 1) break;
    sizes.push({
      file_id: `${base.file_id}s${longest}`,
      file_unique_id: `${base.file_unique_id}s${longest}`,
      width: Math.max(1, Math.round(width * scale)),
      height: Math.max(1, Math.round(height * scale)),
      file_size: Math.max(1, Math.round(bytes.length * scale * scale)),
    });
  }
  sizes.push({ ...base, width, height });
  return sizes;
}

interface FileBase {
  file_id: string;
  file_unique_id: string;
  file_size: number;
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/** Letters, digits, `_` and `-`, as in ids and tokens. */
export function random(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}
