/** Changes what the config says about a project. */
import { isObject } from "../base/shape.ts";
import type { ChangeConfig } from "../config/load.ts";
import { partsOf, type Project, type ProjectSettings } from "./project.ts";

/** Gives a project settings of its own; one that has no entry in the config gets one. */
export function projectChange(
  { name, folder }: Pick<Project, "name" | "folder">,
  change: ProjectSettings,
): ChangeConfig {
  const { base, branch } = partsOf(name);
  return (raw) => {
    const all: Record<string, unknown> = isObject(raw.projects) ? raw.projects : {};
    const written = Object.hasOwn(all, base) ? all[base] : undefined;
    // The folder of a worktree is not that of its project.
    if (written === undefined && branch !== undefined) return;
    const own = isObject(written) ? written : { folder: written ?? folder };
    raw.projects = { ...all, [base]: { ...own, ...change } };
  };
}
