/** Folders as a whole: their files, one hash for all of it, copies. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { symlink } from "../base/symlink.ts";

/** A file or link below a folder. */
interface Leaf {
  /** Path below the folder, with `/`. */
  name: string;
  link: boolean;
}

/** What comes and goes without anybody having changed the folder. */
const IGNORED = new Set([".DS_Store", "__pycache__", ".git"]);

/**
 * A hash of the names and contents of everything below `folder`. Two folders with the same hash say
 * the same; times, modes and empty folders do not count.
 */
export async function treeHash(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const { name, link } of await leaves(folder)) {
    const path = join(folder, ...name.split("/"));
    const content = link ? `-> ${await Deno.readLink(path)}` : await Deno.readFile(path);
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** Copies the files below `from` to the new folder `to`. Also out of the executable. */
export async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for (const { name, link } of await leaves(from)) {
    const target = join(to, ...name.split("/"));
    await Deno.mkdir(join(target, ".."), { recursive: true });
    const source = join(from, ...name.split("/"));
    if (link) await symlink(await Deno.readLink(source), target);
    // Not copyFile: what is in the executable is not a file of the system's.
    else await Deno.writeFile(target, await Deno.readFile(source));
  }
}

/**
 * Puts a copy of `from` at `to`, in place of the folder that may be there. `to` is complete at each
 * moment, or for a moment not there.
 */
export async function replaceTree(from: string, to: string): Promise<void> {
  const draft = join(to, "..", `.new-${crypto.randomUUID().slice(0, 8)}`);
  const old = join(to, "..", `.old-${crypto.randomUUID().slice(0, 8)}`);
  try {
    await copyTree(from, draft);
    const there = await Deno.lstat(to).catch(() => undefined);
    if (there) await Deno.rename(to, old);
    await Deno.rename(draft, to);
    if (there) await Deno.remove(old, { recursive: !there.isSymlink });
  } catch (error) {
    await Deno.remove(draft, { recursive: true }).catch(() => {});
    throw error;
  }
}

async function leaves(folder: string, below = ""): Promise<Leaf[]> {
  const found: Leaf[] = [];
  for await (const entry of Deno.readDir(join(folder, ...below.split("/")))) {
    if (IGNORED.has(entry.name)) continue;
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory) found.push(...await leaves(folder, name));
    else found.push({ name, link: entry.isSymlink });
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}
