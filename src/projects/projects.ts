/**
 * Which projects there are: those that the config names, the folders below its `project_roots` or
 * those that it has there for topics, and worktrees of all. A name is looked up, never taken for a
 * path.
 */
import { basename, dirname, join } from "node:path";
import { RULE_FILES } from "../agents/provider.ts";
import { sha256 } from "../base/hash.ts";
import { exists, isFolder } from "../base/on_disk.ts";
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
  readonly #config: () => Pick<Config, "projects" | "project_roots">;

  constructor(home: Home, config: () => Pick<Config, "projects" | "project_roots">) {
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

  /**
   * The name of the project that the config has for a topic, the first of `keys` whose folder is
   * there; where none is, the first. `undefined`: it has none.
   *
   * @param keys What the topic may be called in the config, asked only if that has any topic.
   */
  async ofTopic(keys: () => Promise<readonly string[]>): Promise<string | undefined> {
    const roots = this.#config().project_roots;
    if (Array.isArray(roots) || Object.keys(roots).length === 0) return undefined;
    const folders = (await keys()).filter((key) => Object.hasOwn(roots, key))
      .map((key) => this.#home.userPath(roots[key]!));
    const there = await Promise.all(folders.map(isFolder));
    const folder = folders[Math.max(0, there.indexOf(true))];
    if (folder === undefined) return undefined;
    return [...this.#named(), ...await this.#below()].find((one) => one.folder === folder)?.name;
  }

  /** Folders that the config names and that are not there. */
  async missing(): Promise<string[]> {
    const roots = Object.values(this.#config().project_roots)
      .map((root) => this.#home.userPath(root));
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

  /** Those of the `project_roots` that have no other name. */
  async #below(): Promise<Project[]> {
    const named = this.#named();
    const names = new Set(named.map(({ name }) => name.toLowerCase()));
    const folders = new Set(named.map(({ folder }) => folder));
    const found: Project[] = [];
    for await (const { folder, called } of this.#offered()) {
      if (folders.has(folder)) continue;
      const name = called.find((one) => isProjectName(one) && !names.has(one.toLowerCase()));
      if (name === undefined) continue;
      names.add(name.toLowerCase());
      folders.add(folder);
      found.push({ name, folder, settings: {} });
    }
    return found;
  }

  /** Their folders, with what each could be called. Links are not followed. */
  async *#offered(): AsyncGenerator<{ folder: string; called: string[] }> {
    const roots = this.#config().project_roots;
    for (const [key, written] of Object.entries(roots)) {
      const root = this.#home.userPath(written);
      if (!Array.isArray(roots)) {
        yield { folder: root, called: calledBy(key, root) };
        continue;
      }
      const entries = await Array.fromAsync(Deno.readDir(root)).catch(() => []);
      for (const { name, isDirectory } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
        const folder = join(root, name);
        if (!isDirectory || !await isProject(folder)) continue;
        yield { folder, called: [name, `${name} ${basename(root)}`] };
      }
    }
  }
}

/** What the folder of a topic is called: as the topic if that has a name, else by itself. */
function calledBy(key: string, folder: string): string[] {
  const own = basename(folder);
  const byId = /^(?:-?\d+:)?\d+$/.test(key);
  const last = `topic ${sha256(key).slice(0, 8)}`;
  return [...byId ? [] : [key], own, `${own} ${basename(dirname(folder))}`, last];
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Whether it looks like one: under git, or with rules for agents. */
async function isProject(folder: string): Promise<boolean> {
  for (const sign of [".git", ...RULE_FILES]) {
    if (await exists(join(folder, sign))) return true;
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
