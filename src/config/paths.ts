/** Whether a path stays where it may, with every symbolic link resolved. */
import type { Home } from "./home.ts";
import { readTextIfExists } from "../base/atomic_file.ts";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

/** A path that is not acceptable; the message says why. */
export class PathError extends Error {
  override name = "PathError";
}

/**
 * Resolves `path` (relative ones against the first root) and returns where it really leads. It
 * need not exist: then its deepest existing parent is resolved.
 *
 * @throws {PathError} it contains control characters or leads outside of all roots
 */
export async function validatePath(path: string, roots: readonly string[]): Promise<string> {
  // deno-lint-ignore no-control-regex -- that is what is looked for
  if (/[\x00-\x09\x0b-\x1f]/.test(path)) {
    throw new PathError("The path contains control characters; expected an ordinary path");
  }
  const [first] = roots;
  if (first === undefined) throw new PathError("No folder is allowed");
  const real = await realPath(resolve(first, path));
  for (const root of roots) {
    if (isInside(real, await realPath(root))) return real;
  }
  throw new PathError(`${basename(path)} is outside of the allowed folders (${roots.join(", ")})`);
}

/** Whether `path` is `root` or below it. Both absolute; compares names only. */
export function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(".." + sep) && !isAbsolute(way));
}

/** Where an absolute path leads, links resolved as far as it exists. */
export async function realPath(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    const parent = dirname(path);
    if (parent === path || !(error instanceof Deno.errors.NotFound)) throw error;
    // A link to nowhere must not pass as a file that does not exist yet.
    const link = await Deno.readLink(path).catch(() => undefined);
    if (link !== undefined) return await realPath(resolve(parent, link));
    return join(await realPath(parent), basename(path));
  }
}

/**
 * The text of a file in the workspace, or undefined when there is none. In a home whose agents are
 * confined a link that leads out of the workspace counts as no file.
 */
export async function readWorkspaceText(home: Home, path: string): Promise<string | undefined> {
  if (!home.confined) return await readTextIfExists(path);
  try {
    const real = await Deno.realPath(path);
    if (!isInside(real, await realPath(home.workspaceDir))) return undefined;
    using file = await Deno.open(real);
    // It may have been swapped between the look and the opening.
    const [opened, there] = [await file.stat(), await Deno.lstat(real)];
    const same = opened.ino === there.ino && opened.dev === there.dev && opened.isFile;
    if (!same || await Deno.realPath(real) !== real) return undefined;
    return await new Response(file.readable).text();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
