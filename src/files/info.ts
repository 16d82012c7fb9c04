/** What a file is, without reading all of it. */
import { sizeOf } from "../base/text.ts";
import { imageInfoOf } from "./image_info.ts";
import { typeOfName } from "./mime.ts";
import { headOf, type Kind, kindOf } from "./kind.ts";
import type { Found } from "./open.ts";
import { type Media, probe } from "./probe.ts";
import { quotePath } from "./quote.ts";
import { readDocument } from "./read/read.ts";
import type { Tools } from "./tool.ts";

export interface FileInfo {
  name: string;
  /** MIME type as its name tells it. */
  type: string;
  /** What it really is. */
  kind: Kind | "docx" | "xlsx";
  /** Bytes. */
  size: number;
  size_human: string;
  modified?: string;
  /** Of pictures and videos. */
  width?: number;
  height?: number;
  /** Seconds. */
  duration?: number;
  /** Of documents; `unit` says what they are called. */
  pages?: number;
  unit?: string;
  notes?: string[];
  /** What to call to get at its content. */
  next?: string;
}

/** @param shown the path as the next command is to have it */
export async function fileInfo(file: Found, shown: string, tools: Tools): Promise<FileInfo> {
  const { path, name, size } = file;
  const kind = kindOf(name, await headOf(path));
  const { mtime } = await Deno.stat(path);
  const info: FileInfo = {
    name,
    type: typeOfName(name) ?? "application/octet-stream",
    kind,
    size,
    size_human: humanSize(size),
    ...mtime && { modified: mtime.toISOString() },
  };
  const quoted = quotePath(shown);
  if (kind === "image") {
    const { width, height } = await imageInfoOf(path) ?? {};
    return { ...info, ...width && height ? { width, height } : {} };
  }
  if (kind === "audio" || kind === "video") {
    const { duration, width, height, video } = await media(path, tools);
    const verb = kind === "video" && video !== undefined ? "video" : "transcribe";
    return {
      ...info,
      ...duration !== undefined && { duration: Math.round(duration * 10) / 10 },
      ...width && height ? { width, height } : {},
      next: `ductor file ${video === undefined && kind === "video" ? "video" : verb} ${quoted}`,
    };
  }
  const document = await readDocument(file).catch(() => undefined);
  if (!document) return info;
  const { format, unit, count, notes = [] } = document;
  return {
    ...info,
    ...(format === "docx" || format === "xlsx") && { kind: format },
    ...unit !== "part" && { pages: count, unit },
    ...notes.length > 0 && { notes },
    next: `ductor file read ${quoted}`,
  };
}

async function media(path: string, tools: Tools): Promise<Media> {
  if (await tools.launcher.which("ffprobe") === undefined) return {};
  return await probe(path, tools).catch(() => ({}));
}

/** Such as `1.5 MB`, as file managers count. */
export function humanSize(bytes: number): string {
  return sizeOf(bytes, 1000);
}
