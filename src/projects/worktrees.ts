/** Branches of a project in folders of their own, below the home: git's worktrees. */
import { join, relative } from "node:path";
import { isFolder } from "../base/on_disk.ts";
import type { Home } from "../config/home.ts";
import { isInside } from "../config/paths.ts";
import type { Launcher } from "../process/launcher.ts";
import { git } from "./git.ts";
import type { Project } from "./project.ts";

/**
 * Makes the folder of a branch, unless it is there; a branch that does not exist begins where the
 * project is now.
 *
 * @throws {GitError}
 */
export async function addWorktree(
  launcher: Launcher,
  { folder }: Project,
  branch: string,
  to: string,
): Promise<void> {
  if (await isFolder(to)) return;
  await git(launcher, folder, ["worktree", "prune"]);
  const { top, way } = await wayTo(launcher, folder, to);
  const add = (...args: string[]) => git(launcher, folder, ["-C", top, "worktree", "add", ...args]);
  const has = (ref: string) =>
    git(launcher, folder, ["show-ref", "--verify", "--quiet", ref]).then(() => true, () => false);
  if (await has(`refs/heads/${branch}`)) {
    await add(way, branch);
  } else if (await has(`refs/remotes/origin/${branch}`)) {
    const from = `origin/${branch}`;
    await add("--track", "-b", branch, way, from);
  } else await add("-b", branch, way);
}

/**
 * The branches of a project that have a folder below the home.
 *
 * @throws {GitError}
 */
export async function branchesOf(
  launcher: Launcher,
  { worktreesDir }: Pick<Home, "worktreesDir">,
  { name, folder }: Project,
): Promise<string[]> {
  const ours = await Deno.realPath(join(worktreesDir, name)).catch(() => undefined);
  if (ours === undefined) return [];
  const list = await git(launcher, folder, ["worktree", "list", "--porcelain"]);
  const paths = [...list.matchAll(/^worktree (.+)$/gm)].map(([, path]) => path!);
  return paths.filter((path) => isInside(path, ours) && path !== ours)
    .map((path) => relative(ours, path).replaceAll("\\", "/")).sort();
}

/** What would be lost or left alone with a worktree. */
export interface Left {
  /** Files with changes that are in no commit. */
  changed: number;
  /** Commits that are on no other branch and nowhere else. */
  unpushed: number;
}

/** @throws {GitError} */
export async function leftIn(launcher: Launcher, folder: string, branch: string): Promise<Left> {
  const status = await git(launcher, folder, ["status", "--porcelain"]);
  const others = ["--not", `--exclude=${branch}`, "--branches", "--remotes"];
  const count = await git(launcher, folder, ["rev-list", "--count", "HEAD", ...others]);
  return { changed: status.split("\n").filter(Boolean).length, unpushed: Number(count) };
}

/**
 * Removes the folder of a branch; the branch and its commits stay.
 *
 * @param force Also when it has changes that are in no commit.
 * @throws {GitError}
 */
export async function removeWorktree(
  launcher: Launcher,
  { folder }: Project,
  path: string,
  force: boolean,
): Promise<void> {
  const { top, way } = await wayTo(launcher, folder, path);
  const how = force ? ["--force"] : [];
  await git(launcher, folder, ["-C", top, "worktree", "remove", ...how, way]);
}

/** In the sandbox the home has another name, but from the project the way to it is the same. */
async function wayTo(launcher: Launcher, folder: string, to: string) {
  const top = (await git(launcher, folder, ["rev-parse", "--show-toplevel"])).trim();
  return { top, way: relative(top, to) };
}
