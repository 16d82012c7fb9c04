/** Short looks at the disk. What cannot be looked at counts as not there. */

/** Whether `path` leads to a file, links followed. */
export function isFile(path: string): Promise<boolean> {
  return Deno.stat(path).then((info) => info.isFile, () => false);
}

/** Whether `path` leads to a folder, links followed. */
export function isFolder(path: string): Promise<boolean> {
  return Deno.stat(path).then((info) => info.isDirectory, () => false);
}

/** Whether `path` leads to anything, links followed. */
export function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

/** Where `path` really is, links resolved; `path` itself when that cannot be told. */
export function realPathOf(path: string): Promise<string> {
  return Deno.realPath(path).catch(() => path);
}

/** The names in a folder, in no order. */
export async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch {
    // There is no such folder, or it is not ours to read.
  }
  return names;
}
