/** The end of a text file, without reading what is before it. */

export interface FileEnd {
  /** Whole lines; the last may be one that is still being written. */
  lines: string[];
  /** Bytes of the file when its end was read. */
  size: number;
}

/** The lines in the last `most` bytes of a file, or undefined when there is no such file. */
export async function readEnd(path: string, most: number): Promise<FileEnd | undefined> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  using _file = file;
  const { size } = await file.stat();
  const start = Math.max(0, size - most);
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
  if (lines.at(-1) === "") lines.pop();
  return { lines, size };
}
