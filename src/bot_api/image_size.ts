/** Width and height in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Reads the size from the head of a PNG, JPEG, GIF, WebP or BMP; undefined for anything else. */
export function imageSize(bytes: Uint8Array): Size | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = png(bytes, view) ?? gif(bytes, view) ?? webp(bytes, view) ?? bmp(bytes, view) ??
    jpeg(bytes, view);
  return size && size.width > 0 && size.height > 0 ? size : undefined;
}

function tag(bytes: Uint8Array, at: number, expected: string): boolean {
  for (let i = 0; i < expected.length; i++) {
    if (bytes[at + i] !== expected.charCodeAt(i)) return false;
  }
  return true;
}

function png(bytes: Uint8Array, view: DataView): Size | undefined {
  if (bytes.length < 24 || bytes[0] !== 0x89 || !tag(bytes, 1, "PNG\r\n")) return undefined;
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

function gif(bytes: Uint8Array, view: DataView): Size | undefined {
  if (bytes.length < 10 || !tag(bytes, 0, "GIF8")) return undefined;
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

function bmp(bytes: Uint8Array, view: DataView): Size | undefined {
  if (bytes.length < 26 || !tag(bytes, 0, "BM")) return undefined;
  return { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
}

function webp(bytes: Uint8Array, view: DataView): Size | undefined {
  if (bytes.length < 30 || !tag(bytes, 0, "RIFF") || !tag(bytes, 8, "WEBP")) return undefined;
  if (tag(bytes, 12, "VP8X")) {
    const width = 1 + (view.getUint32(24, true) & 0xffffff);
    const height = 1 + (view.getUint32(26, true) >>> 8);
    return { width, height };
  }
  if (tag(bytes, 12, "VP8L")) {
    const bits = view.getUint32(21, true);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
}

/** The size stands in the first "start of frame" segment. */
function jpeg(bytes: Uint8Array, view: DataView): Size | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined;
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}
