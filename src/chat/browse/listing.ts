/** What is in a folder of the home, for the file browser. */
import { join, relative, sep } from "node:path";

export interface Entry {
  name: string;
  isDirectory: boolean;
  /** Bytes; of files only. */
  size?: number;
}

/** Why a path cannot be shown. */
export type Refusal = "outside" | "missing" | "no_folder";

/**
 * The real path of `path` (relative to `root`), or why it is none of the browser's: it leads outside
 * (by `..` or a link), or there is nothing.
 */
export async function insideOf(
  root: string,
  path: string,
): Promise<{ path: string; info: Deno.FileInfo } | Refusal> {
  if (/\p{Cc}/u.test(path)) return "missing";
  let real: string;
  let realRoot: string;
  try {
    realRoot = await Deno.realPath(root);
    real = await Deno.realPath(join(realRoot, path));
  } catch {
    return "missing";
  }
  const inside = relative(realRoot, real);
  if (inside === ".." || inside.startsWith(".." + sep) || inside !== "" && isAbsolutePath(inside)) {
    return "outside";
  }
  try {
    return { path: real, info: await Deno.stat(real) };
  } catch {
    return "missing";
  }
}

/** On Windows, the way to another drive has no `..`. */
function isAbsolutePath(path: string): boolean {
  return /^([a-z]:|[\\/])/i.test(path);
}

/** Names nobody looks for: hidden ones, and what Python leaves behind. */
export function isHidden(name: string): boolean {
  return name.startsWith(".") || name === "__pycache__";
}

/**
 * Folders first, then files, each by name as people sort (`file 2` before `file 10`). Links count as
 * what they lead to; what cannot be looked at is left out.
 */
export async function listFolder(folder: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const { name, isDirectory, isFile, isSymlink } of Deno.readDir(folder)) {
    if (isHidden(name)) continue;
    if (isDirectory) entries.push({ name, isDirectory });
    else if (isFile || isSymlink) {
      const info = await Deno.stat(join(folder, name)).catch(() => undefined);
      if (info?.isDirectory) entries.push({ name, isDirectory: true });
      // Our own empty lock files say nothing to anybody.
      else if (info?.isFile && (info.size > 0 || !name.endsWith(".lock"))) {
        entries.push({ name, isDirectory: false, size: info.size });
      }
    }
  }
  const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  return entries.sort((a, b) =>
    Number(b.isDirectory) - Number(a.isDirectory) || order.compare(a.name, b.name) ||
    (a.name < b.name ? -1 : 1)
  );
}
