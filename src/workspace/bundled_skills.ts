/** The skills that come with ductor. They are folders like any other, and the user may change them. */
import { exists } from "../base/on_disk.ts";
import { getLogger } from "@logtape/logtape";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Home } from "../config/home.ts";
import { sha256 } from "../base/hash.ts";
import { OwnedFiles } from "./owned_files.ts";
import { replaceTree, treeHash } from "./tree.ts";

const log = getLogger(["ductor", "workspace"]);

/** Where they are in the sources, and in the executable. */
export const BUNDLED = fileURLToPath(new URL("../../skills/", import.meta.url));

/**
 * Puts the bundled skills into `workspace/skills/`, and brings those up to date that are as ductor
 * left them. One that the user changed, replaced or removed stays as it is. Returns the names of
 * those that were written.
 */
export async function unpackSkills(home: Home, bundled: string = BUNDLED): Promise<string[]> {
  const owned = await OwnedFiles.open(home.bundledSkillsFile);
  const written: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(bundled)) {
    if (!isDirectory || name.startsWith(".")) continue;
    try {
      if (await unpack(home, join(bundled, name), name, owned)) written.push(name);
    } catch (error) {
      log.warn("Cannot unpack the skill {name}: {error}", { name, error });
    }
  }
  await owned.save();
  return written.sort();
}

async function unpack(
  home: Home,
  from: string,
  name: string,
  owned: OwnedFiles,
): Promise<boolean> {
  const to = join(home.skillsDir, name);
  const hash = await treeHash(from);
  const last = owned.hash(name);
  const there = await Deno.lstat(to).catch(() => undefined);
  if (there === undefined) {
    // Written before and gone now: the user does not want it, until there is a new one.
    if (last === hash) return false;
  } else if (there.isSymlink) {
    if (!await isOldBundle(to)) return false;
  } else {
    if (last === hash || !there.isDirectory) return false;
    const now = await treeHash(to);
    if (now === hash) {
      owned.set(name, hash);
      return false;
    }
    if (now !== last) {
      // Told once for each version, not at each start.
      const told = sha256(`kept ${hash}`);
      if (owned.hash(`${name}?`) !== told) {
        log.info("The skill {name} was changed by the user, so it is not updated", { name });
        owned.set(`${name}?`, told);
      }
      return false;
    }
  }
  await replaceTree(from, to);
  owned.set(name, hash);
  return true;
}

/** A link into the package of the Python program, which is no longer there. */
async function isOldBundle(link: string): Promise<boolean> {
  if (await exists(link)) return false;
  return /ductor/i.test(await Deno.readLink(link));
}
