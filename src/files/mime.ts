/** MIME types and file name extensions, both ways; only what people send each other. */

/** The first extension of a type is the one it gets. */
const TYPES: readonly (readonly [extension: string, type: string])[] = [
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["png", "image/png"],
  ["gif", "image/gif"],
  ["webp", "image/webp"],
  ["bmp", "image/bmp"],
  ["heic", "image/heic"],
  ["avif", "image/avif"],
  ["tiff", "image/tiff"],
  ["svg", "image/svg+xml"],
  ["mp3", "audio/mpeg"],
  ["m4a", "audio/mp4"],
  ["aac", "audio/aac"],
  ["ogg", "audio/ogg"],
  ["oga", "audio/ogg"],
  ["opus", "audio/ogg"],
  ["wav", "audio/wav"],
  ["wav", "audio/x-wav"],
  ["flac", "audio/flac"],
  ["mp4", "video/mp4"],
  ["mov", "video/quicktime"],
  ["webm", "video/webm"],
  ["mkv", "video/x-matroska"],
  ["avi", "video/x-msvideo"],
  ["tgs", "application/x-tgsticker"],
  ["pdf", "application/pdf"],
  ["zip", "application/zip"],
  ["gz", "application/gzip"],
  ["tar", "application/x-tar"],
  ["json", "application/json"],
  ["yaml", "application/yaml"],
  ["yml", "application/yaml"],
  ["xml", "application/xml"],
  ["doc", "application/msword"],
  ["docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
  ["xls", "application/vnd.ms-excel"],
  ["xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
  ["pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"],
  ["odt", "application/vnd.oasis.opendocument.text"],
  ["epub", "application/epub+zip"],
  ["apk", "application/vnd.android.package-archive"],
  ["txt", "text/plain"],
  ["log", "text/plain"],
  ["md", "text/markdown"],
  ["csv", "text/csv"],
  ["html", "text/html"],
  ["css", "text/css"],
  ["js", "text/javascript"],
  ["ts", "text/x-typescript"],
  ["py", "text/x-python"],
  ["sh", "text/x-shellscript"],
];

const BY_EXTENSION = new Map(TYPES.map(([extension, type]) => [extension, type]));

/** The type a file of this name has, as far as names tell. */
export function typeOfName(name: string): string | undefined {
  return BY_EXTENSION.get(extensionOf(name));
}

/** An extension with its dot for a type; empty when none is known. */
export function extensionFor(type: string | undefined): string {
  const plain = type?.split(";")[0]?.trim().toLowerCase();
  const found = TYPES.find(([, known]) => known === plain);
  return found ? `.${found[0]}` : "";
}

/** Lower case, without the dot; empty when the name has none. */
export function extensionOf(name: string): string {
  return /[^./\\]\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
}
