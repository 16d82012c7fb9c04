/** Type and size of an image, from its first bytes; what a name or a sender says is not enough. */

export interface ImageInfo {
  type: "image/jpeg" | "image/png" | "image/gif" | "image/webp";
  /** Pixels; 0 when the bytes do not say. */
  width: number;
  height: number;
}

/** Enough of a file for {@link imageInfo}; a camera puts a preview in front of a JPEG's size. */
const HEAD_BYTES = 256 * 1024;

export async function imageInfoOf(path: string): Promise<ImageInfo | undefined> {
  using file = await Deno.open(path);
  const head = new Uint8Array(HEAD_BYTES);
  let length = 0;
  while (length < head.length) {
    const read = await file.read(head.subarray(length));
    if (read === null) break;
    length += read;
  }
  return imageInfo(head.subarray(0, length));
}

export function imageInfo(bytes: Uint8Array): ImageInfo | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = (text: string, at = 0) =>
    bytes.length >= at + text.length &&
    [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0));
  if (starts("\x89PNG\r\n\x1a\n") && bytes.length >= 24) {
    return { type: "image/png", width: view.getUint32(16), height: view.getUint32(20) };
  }
  if ((starts("GIF87a") || starts("GIF89a")) && bytes.length >= 10) {
    const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
    return { type: "image/gif", width, height };
  }
  if (starts("RIFF") && starts("WEBP", 8) && bytes.length >= 30) {
    return { type: "image/webp", ...webpSize(view, starts) };
  }
  if (starts("\xff\xd8\xff")) return { type: "image/jpeg", ...jpegSize(bytes, view) };
  return undefined;
}

function webpSize(view: DataView, starts: (text: string, at: number) => boolean) {
  if (starts("VP8X", 12)) {
    const u24 = (at: number) => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
    return { width: u24(24) + 1, height: u24(27) + 1 };
  }
  if (starts("VP8L", 12)) {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: (bits >>> 14 & 0x3fff) + 1 };
  }
  return {
    width: view.getUint16(26, true) & 0x3fff,
    height: view.getUint16(28, true) & 0x3fff,
  };
}

/** In the first segment that begins a frame (SOF0 to SOF15, except DHT, JPG and DAC). */
function jpegSize(bytes: Uint8Array, view: DataView): { width: number; height: number } {
  for (let at = 2; at + 9 <= bytes.length;) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff) break;
    if (marker === 0xff) {
      at++;
    } else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    } else {
      at += 2 + view.getUint16(at + 2);
    }
  }
  return { width: 0, height: 0 };
}
