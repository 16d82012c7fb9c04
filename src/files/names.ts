/** Names under which files of the user are kept. */
import { extensionFor } from "./mime.ts";

/** UTF-16 units; and bytes, since file systems count those (most allow 255). */
const MAX_UNITS = 120;
const MAX_BYTES = 200;
/** Longest part after the last dot that counts as an extension, UTF-16 units. */
const MAX_EXTENSION = 20;

/** Files with such names steer the CLIs when they lie in the workspace. */
const RULES = /^(?:claude|agents|gemini|skill|copilot-instructions|mainmemory)(?:\..*)?\.mdc?$/i;
/** Names Windows keeps for devices. */
const DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** What Telegram calls a file that was sent. */
export type MediaKind =
  | "photo"
  | "document"
  | "voice"
  | "audio"
  | "video"
  | "video_note"
  | "animation"
  | "sticker";

/** What a name is made of. */
export interface Named {
  kind: MediaKind;
  /** The same for the same file, whoever sends it and whenever. */
  uniqueId: string;
  /** As the sender's device says it; not to be trusted. */
  name?: string;
  mime?: string;
}

/** The name a file gets in `telegram_files/<date>/`. */
export function nameFor({ kind, uniqueId, name, mime }: Named): string {
  const id = uniqueId.replaceAll(/[^\w-]/g, "");
  switch (kind) {
    case "photo":
      return `photo_${id}.jpg`;
    case "document":
    case "animation":
      return name === undefined
        ? `${kind === "document" ? "doc" : kind}_${id}${extensionFor(mime)}`
        : safeName(name);
    case "voice":
      return `voice_${id}.ogg`;
    case "audio":
      return name === undefined ? `audio_${id}${extensionFor(mime) || ".mp3"}` : safeName(name);
    case "video":
      return name === undefined ? `video_${id}.mp4` : safeName(name);
    case "video_note":
      return `videonote_${id}.mp4`;
    case "sticker":
      return `sticker_${id}${extensionFor(mime) || ".webp"}`;
  }
}

/**
 * Makes a name of somebody else's harmless: no folders, nothing hidden, nothing a shell, a terminal
 * or a file system stumbles over, nothing that the agents take for rules. The extension stays.
 */
export function safeName(name: string): string {
  const plain = name.normalize("NFC")
    // Control characters, and those that turn the direction of writing to hide an extension.
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "")
    .replaceAll(/[/\\<>:"|?*]/g, "_")
    .replaceAll(/_{2,}/g, "_")
    .replaceAll(/^[_.\s]+|[_.\s]+$/g, "");
  const dot = plain.lastIndexOf(".");
  const hasExtension = dot > 0 && plain.length - dot - 1 <= MAX_EXTENSION;
  const extension = hasExtension ? plain.slice(dot) : "";
  const stem = hasExtension ? plain.slice(0, dot) : plain;
  const safe = RULES.test(plain.normalize("NFKC").trim()) || DEVICES.test(plain)
    ? `sent_${stem}`
    : stem;
  return (fit(safe, extension) || "file") + extension;
}

/** `name` with a number before the extension; 0: as it is. */
export function numbered(name: string, number: number): string {
  if (number === 0) return name;
  const dot = name.lastIndexOf(".");
  return dot > 0 ? `${name.slice(0, dot)}_${number}${name.slice(dot)}` : `${name}_${number}`;
}

/** As much of the stem as there is room for beside the extension. */
function fit(stem: string, extension: string): string {
  const encoder = new TextEncoder();
  let bytes = encoder.encode(extension).length;
  let units = extension.length;
  let kept = "";
  for (const char of stem) {
    bytes += encoder.encode(char).length;
    units += char.length;
    if (bytes > MAX_BYTES || units > MAX_UNITS) return kept.trimEnd();
    kept += char;
  }
  return kept;
}
