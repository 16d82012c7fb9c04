import type { FileKind } from "../../bot_api/types.ts";

/** A photo may have 10 MB; a larger picture goes as a file, as Telegram's clients do it. */
const MAX_PHOTO = 10 * 1024 * 1024;

/** Items in one album. */
const MAX_ALBUM = 10;

/** How a Telegram client sends a file that was picked, dropped or pasted. */
export function kindOf(file: { type: string; size: number }, asFile: boolean): FileKind {
  if (asFile) return "document";
  if (/^image\/(jpeg|png|webp)$/.test(file.type) && file.size <= MAX_PHOTO) return "photo";
  if (file.type === "image/gif") return "animation";
  if (file.type === "video/mp4") return "video";
  if (/^audio\/(mpeg|mp4|x-m4a|aac|flac)$/.test(file.type)) return "audio";
  return "document";
}

/** What can share an album: pictures with films, files with files, music with music. */
function family(kind: FileKind): string {
  return kind === "photo" || kind === "video" ? "visual" : kind;
}

/**
 * Sorts files into what is sent together, in the order in which each kind first came: an album for
 * several that can share one, otherwise single messages.
 */
export function intoAlbums<T extends { kind: FileKind }>(files: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (const file of files) {
    const group = groups.find((one) =>
      one.length < MAX_ALBUM && file.kind !== "animation" &&
      family(one[0]!.kind) === family(file.kind)
    );
    if (group) group.push(file);
    else groups.push([file]);
  }
  return groups;
}
