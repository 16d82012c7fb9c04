/** A folder of the user's in which agents work, known by a name. */
import type { Config } from "../config/schema.ts";

/** What the config says about one, beside where it is. */
export type ProjectSettings = Omit<Config["projects"][string], "folder">;

/** Where a run takes place, when it is not the workspace. */
export interface Project {
  /** As people write it: `shop`; of a worktree `shop@BRANCH`. */
  name: string;
  /** Absolute. */
  folder: string;
  settings: ProjectSettings;
}

/** The two parts of a project's name as people write it. */
export function partsOf(name: string): { base: string; branch?: string } {
  const [, base = "", branch] = /^([^@]*)(?:@(.*))?$/s.exec(name) ?? [];
  return { base: base.trim(), ...branch !== undefined && { branch: branch.trim() } };
}

/**
 * Whether it can be the name of a branch and of a folder for it. Stricter than git, which allows
 * nearly anything.
 */
export function isBranch(name: string): boolean {
  return name.length <= 100 && !name.includes("..") &&
    name.split("/").every((part) => /^[\p{L}\p{N}_][\p{L}\p{N}._#+-]*$/u.test(part)) &&
    !/(?:\.lock|\.)(?:\/|$)/.test(name);
}
