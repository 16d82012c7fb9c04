/** Plain text in whatever encoding it is. */
import { wideOf } from "../kind.ts";
import { type Document, textDocument } from "./document.ts";

export interface Decoded {
  text: string;
  /** As the Encoding standard calls it. */
  encoding: string;
}

/**
 * By its mark, as UTF-16 when it looks like that, as UTF-8 when it is valid, otherwise as `fallback`
 * or Latin-1 (with the characters Windows adds to it), in which everything is valid.
 */
export function decode(bytes: Uint8Array, fallback?: string): Decoded {
  const encoding = wideOf(bytes);
  if (encoding) return { text: lines(new TextDecoder(encoding).decode(bytes)), encoding };
  try {
    return {
      text: lines(new TextDecoder("utf-8", { fatal: true }).decode(bytes)),
      encoding: "utf-8",
    };
  } catch {
    const decoder = decoderFor(fallback);
    return { text: lines(decoder.decode(bytes)), encoding: decoder.encoding };
  }
}

function decoderFor(label: string | undefined): TextDecoder {
  try {
    // UTF-8 it is not, whatever it says.
    if (label !== undefined && !/^utf-?8$/i.test(label)) return new TextDecoder(label);
  } catch {
    // No such encoding.
  }
  return new TextDecoder("windows-1252");
}

function lines(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n");
}

export function readText(format: string, bytes: Uint8Array): Document {
  const { text, encoding } = decode(bytes);
  const notes = encoding === "utf-8" ? [] : [`encoding: ${encoding}`];
  return textDocument(format, text, { notes });
}
