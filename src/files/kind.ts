/** What a file is, from its first bytes; its name only tells texts apart. */
import { imageInfo } from "./image_info.ts";
import { extensionOf, typeOfName } from "./mime.ts";

export type Kind =
  | "pdf"
  /** A zip archive, which the newer office formats are. */
  | "zip"
  /** Office formats from before 2007. */
  | "ole"
  | "html"
  | "text"
  | "image"
  | "audio"
  | "video"
  | "binary"
  | "empty";

const HEAD_BYTES = 64 * 1024;
/** Hypertext is told by its first tag. */
const HTML = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b/i;

/** The first bytes of a file; 64 KiB unless told. */
export async function headOf(path: string, length = HEAD_BYTES): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const head = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const read = await file.read(head.subarray(filled));
    if (read === null) break;
    filled += read;
  }
  return head.subarray(0, filled);
}

/** @param head as {@link headOf} gives it */
export function kindOf(name: string, head: Uint8Array): Kind {
  if (head.length === 0) return "empty";
  const latin = new TextDecoder("latin1").decode(head.subarray(0, 1024));
  if (latin.includes("%PDF-")) return "pdf";
  if (latin.startsWith("PK\x03\x04") || latin.startsWith("PK\x05\x06")) return "zip";
  if (latin.startsWith("\xd0\xcf\x11\xe0")) return "ole";
  if (imageInfo(head) || /^(?:BM.{4}\0\0\0\0|II\*\0|MM\0\*)/s.test(latin)) return "image";
  const media = mediaOf(latin, name);
  if (media) return media;
  if (!isText(head)) return "binary";
  const type = typeOfName(name) ?? "";
  if (type === "image/svg+xml") return "text";
  if (type === "text/html" || extensionOf(name) === "htm" || extensionOf(name) === "xhtml") {
    return "html";
  }
  return type === "" && HTML.test(latin) ? "html" : "text";
}

function mediaOf(latin: string, name: string): "audio" | "video" | "image" | undefined {
  const named = typeOfName(name)?.split("/")[0];
  const either = named === "audio" ? "audio" : "video";
  if (latin.slice(4, 8) === "ftyp") {
    const brand = latin.slice(8, 12);
    if (/^(?:heic|heix|mif1|msf1|avif|avis)/.test(brand)) return "image";
    return /^M4[AB]/.test(brand) ? "audio" : either;
  }
  if (latin.startsWith("OggS")) return named === "video" ? "video" : "audio";
  if (latin.startsWith("RIFF")) return latin.slice(8, 12) === "WAVE" ? "audio" : "video";
  if (/^(?:ID3|fLaC|#!AMR|\xff[\xe2-\xff])/.test(latin) && !latin.startsWith("\xff\xfe")) {
    return "audio";
  }
  if (latin.startsWith("\x1a\x45\xdf\xa3") || latin.startsWith("FLV\x01")) return either;
  return undefined;
}

/** UTF-16 may hold zeros; any other text has none, and hardly another control character. */
function isText(head: Uint8Array): boolean {
  if (wideOf(head) !== undefined) return true;
  let odd = 0;
  for (const byte of head) {
    if (byte === 0) return false;
    if (byte < 32 && ![7, 8, 9, 10, 12, 13, 27].includes(byte)) odd++;
  }
  return odd <= head.length / 100;
}

/** The UTF-16 a text is in: by its mark, or since every second byte of it is zero. */
export function wideOf(bytes: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  const length = Math.min(bytes.length & ~1, 2000);
  if (length < 4) return undefined;
  const zeros = [0, 0];
  for (let i = 0; i < length; i++) if (bytes[i] === 0) zeros[i % 2]!++;
  const many = length / 2 * 0.7;
  if (zeros[1]! >= many && zeros[0] === 0) return "utf-16le";
  if (zeros[0]! >= many && zeros[1] === 0) return "utf-16be";
  return undefined;
}
