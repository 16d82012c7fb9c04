/** The smallest files of their kinds. */

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(base64);
}

/** One pixel. */
export const PNG = bytes(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
);
export const GIF = bytes("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");
/** 16 by 8 pixels; the image data is missing, which nobody here looks at. */
export const JPEG = Uint8Array.of(
  ...[0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0],
  ...[0xff, 0xc0, 0, 11, 8, 0, 8, 0, 16, 1, 1, 0x11, 0],
  ...[0xff, 0xd9],
);
/** The first page of an Ogg stream with Opus in it. */
export const OGG = new TextEncoder().encode(
  "OggS\0\x02" + "\0".repeat(20) + "\x01\x13OpusHead\x01\x02" + "\0".repeat(9),
);
export const mp4 = new TextEncoder().encode("\0\0\0\x18ftypmp42\0\0\0\0mp42isom");
export const pdf = new TextEncoder().encode("%PDF-1.4\n%%EOF\n");
