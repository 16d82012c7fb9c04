/** The end of a text file, without reading what is before it. */
import { shorten } from "../../base/text.ts";

/** More than this is not looked at, however long the lines are. */
const MAX_BYTES = 64 * 1024;

/**
 * The last `count` lines, each at most `width` characters; empty when there is no such file.
 */
export async function lastLines(path: string, count: number, width: number): Promise<string[]> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  using _file = file;
  const { size } = await file.stat();
  const start = Math.max(0, size - MAX_BYTES);
  await file.seek(start, Deno.SeekMode.Start);
  const bytes = new Uint8Array(size - start);
  let read = 0;
  while (read < bytes.length) {
    const more = await file.read(bytes.subarray(read));
    if (more === null) break;
    read += more;
  }
  const lines = new TextDecoder().decode(bytes.subarray(0, read)).split(/\r?\n/);
  // The first line may be the end of one that began before.
  if (start > 0) lines.shift();
  return lines.filter((line) => line.trim() !== "").slice(-count)
    .map((line) => shorten(line, width));
}
