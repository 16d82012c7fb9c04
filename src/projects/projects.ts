/**
 * Which projects there are: those that the config names, the folders below its `project_folders`, and
 * worktrees of both. A name is looked up, never taken for a path.
 */
import { basename, join } from "node:path";
import { RULE_FILES } from "../agents/provider.ts";
import { isFolder } from "../base/on_disk.ts";
import type { Home } from "../config/home.ts";
import { isProjectName } from "../config/fields.ts";
import type { Config } from "../config/schema.ts";
import { isBranch, partsOf, type Project } from "./project.ts";

/** A project as lists show it. */
export interface KnownProject extends Project {
  /** When there was work in it, in milliseconds since the epoch; absent: its folder is not there. */
  worked?: number;
}

/** What changes when there is work in a repository. */
const SIGNS_OF_WORK = [".git/index", ".git/HEAD", ".git/logs/HEAD", ".git/FETCH_HEAD"];

export class Projects {
  readonly #home: Home;
  readonly #config: () => Pick<Config, "projects" | "project_folders">;

  constructor(home: Home, config: () => Pick<Config, "projects" | "project_folders">) {
    this.#home = home;
    this.#config = config;
  }

  /**
   * The project of that name, letters of both cases alike; `undefined`: there is none. Its folder may
   * have gone.
   */
  async find(name: string): Promise<Project | undefined> {
    const { base, branch } = partsOf(name);
    const project = this.#named().find((one) => same(one.name, base)) ??
      (await this.#below()).find((one) => same(one.name, base));
    if (!project || branch === undefined) return project;
    return isBranch(branch) ? this.worktree(project, branch) : undefined;
  }

  /** A branch of a project in a folder of its own, which need not be there yet. */
  worktree({ name, settings }: Project, branch: string): Project {
    const folder = join(this.#home.worktreesDir, name, ...branch.split("/"));
    return { name: `${name}@${branch}`, folder, settings };
  }

  /** All but worktrees, newest work first; those that are not there last. */
  async list(): Promise<KnownProject[]> {
    const all = [...this.#named(), ...await this.#below()];
    const known = await Promise.all(all.map(async (project): Promise<KnownProject> => {
      const worked = await workedIn(project.folder);
      return worked === undefined ? project : { ...project, worked };
    }));
    return known.sort((a, b) => (b.worked ?? -1) - (a.worked ?? -1));
  }

  /** Folders that the config names and that are not there. */
  async missing(): Promise<string[]> {
    const roots = this.#config().project_folders.map((root) => this.#home.userPath(root));
    const folders = [...this.#named().map(({ folder }) => folder), ...roots];
    const there = await Promise.all(folders.map(isFolder));
    return folders.filter((_, n) => !there[n]);
  }

  #named(): Project[] {
    return Object.entries(this.#config().projects).map(([name, { folder, ...settings }]) => ({
      name,
      folder: this.#home.userPath(folder),
      settings,
    }));
  }

  /** Those in the `project_folders` that have no other name. Links are not followed. */
  async #below(): Promise<Project[]> {
    const named = this.#named();
    const names = new Set(named.map(({ name }) => name.toLowerCase()));
    const folders = new Set(named.map(({ folder }) => folder));
    const found: Project[] = [];
    for (const written of this.#config().project_folders) {
      const root = this.#home.userPath(written);
      const entries = await Array.fromAsync(Deno.readDir(root)).catch(() => []);
      for (const { name: own, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
        const folder = join(root, own);
        if (!isDirectory || folders.has(folder) || !await isProject(folder)) continue;
        const name = [own, `${own} ${basename(root)}`].find((one) =>
          isProjectName(one) && !names.has(one.toLowerCase())
        );
        if (name === undefined) continue;
        names.add(name.toLowerCase());
        folders.add(folder);
        found.push({ name, folder, settings: {} });
      }
    }
    return found;
  }
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Whether it looks like one: under git, or with rules for agents. */
async function isProject(folder: string): Promise<boolean> {
  for (const sign of [".git", ...RULE_FILES]) {
    if (await Deno.stat(join(folder, sign)).then(() => true, () => false)) return true;
  }
  return false;
}

async function workedIn(folder: string): Promise<number | undefined> {
  if (!await isFolder(folder)) return undefined;
  const times = await Promise.all(
    ["", ...SIGNS_OF_WORK].map((name) =>
      Deno.stat(join(folder, name)).then(({ mtime }) => mtime?.getTime() ?? 0, () => 0)
    ),
  );
  return Math.max(...times);
}
