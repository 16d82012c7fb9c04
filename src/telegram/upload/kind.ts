/** In which form a file is sent: decided by its content where that matters. */
import { imageInfoOf } from "../../files/image_info.ts";
import { extensionOf } from "../../files/mime.ts";
import type { OutKind } from "./out_file.ts";

/** Telegram's limits for photos: bytes, width plus height, and their ratio. */
const PHOTO_BYTES = 10 * 1024 * 1024;
const PHOTO_SIDES = 10_000;
const PHOTO_RATIO = 20;

/** What Telegram cannot show in a form of its own is a document. */
export async function kindOf(path: string, size: number): Promise<OutKind> {
  switch (extensionOf(path)) {
    case "jpg":
    case "jpeg":
    case "png":
    case "webp":
    case "gif":
      return await imageKind(path, size);
    case "mp4":
    case "m4v":
      return "video";
    case "mp3":
    case "m4a":
      return "audio";
    case "ogg":
    case "oga":
    case "opus":
      return await isOpus(path) ? "voice" : "document";
    default:
      return "document";
  }
}

async function imageKind(path: string, size: number): Promise<OutKind> {
  const info = await imageInfoOf(path);
  if (info?.type === "image/gif") return "animation";
  if (!info || size > PHOTO_BYTES) return "document";
  const [short, long] = [Math.min(info.width, info.height), Math.max(info.width, info.height)];
  const sane = short > 0 && short + long <= PHOTO_SIDES && long <= PHOTO_RATIO * short;
  return sane ? "photo" : "document";
}

/** Voice messages are Opus in an Ogg container; the first packet says so. */
async function isOpus(path: string): Promise<boolean> {
  using file = await Deno.open(path);
  const head = new Uint8Array(64);
  const length = await file.read(head) ?? 0;
  const text = String.fromCharCode(...head.subarray(0, length));
  return text.startsWith("OggS") && text.includes("OpusHead");
}
