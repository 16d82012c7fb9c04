/** A file to be sent, and in which form Telegram takes it. */

export type OutKind = "photo" | "video" | "animation" | "audio" | "voice" | "document";

export interface OutFile {
  /** Absolute, with every link resolved. */
  path: string;
  /** What the reader sees. */
  name: string;
  kind: OutKind;
  /** Bytes, when it was looked at. */
  size: number;
  /** The project it is from, when that is where the agent worked. */
  project?: string;
  /** What is in it; it is not on disk then, and `path` is only its name. */
  text?: string;
}

/** A file of our own that is nowhere on disk. */
export function textFile(name: string, text: string): OutFile {
  const { length: size } = new TextEncoder().encode(text);
  return { path: name, name, kind: "document", size, text };
}

/**
 * How far Telegram's refusals have simplified a sending. 0: as planned; 1: no album; 2: as a plain
 * document; 3: a line saying that it cannot be sent.
 */
export type FileLevel = 0 | 1 | 2 | 3;

/** One call: a file, or an album of several. */
export interface Batch {
  files: readonly OutFile[];
  level: FileLevel;
}

const ALBUM = 10;
/** A request has at most 50 MB, and an album is one request. */
const ALBUM_BYTES = 45 * 1024 * 1024;

/** What goes next when `done` files are dealt with; `undefined`: nothing is left. */
export function nextBatch(
  files: readonly OutFile[],
  done: number,
  level: FileLevel,
): Batch | undefined {
  const [first, ...others] = files.slice(done);
  if (!first) return undefined;
  const batch = [first];
  let bytes = first.size;
  for (const file of level === 0 && isVisual(first) ? others : []) {
    bytes += file.size;
    if (!isVisual(file) || batch.length === ALBUM || bytes > ALBUM_BYTES) break;
    batch.push(file);
  }
  return { files: batch, level };
}

/** What is tried after Telegram has refused the batch. */
export function simplerLevel({ files, level }: Batch): FileLevel {
  if (files.length > 1) return 1;
  return level < 2 && files[0]!.kind !== "document" ? 2 : 3;
}

function isVisual({ kind }: OutFile): boolean {
  return kind === "photo" || kind === "video";
}
