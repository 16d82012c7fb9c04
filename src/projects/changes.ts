/**
 * What has changed in a project since a session began there: in commits, beside them, and in new
 * files. What there was is kept as a tree in a repository of our own that borrows the project's
 * objects: nothing is written into the project, and its settings, which an agent may have written,
 * run nothing.
 */
import { join, resolve } from "node:path";
import { sha256 } from "../base/hash.ts";
import type { Home } from "../config/home.ts";
import type { Launcher } from "../process/launcher.ts";
import { git, type GitOptions } from "./git.ts";

export interface Changes {
  /** Absent: it is not known how it was when the session began; the last commit is taken. */
  since?: Date;
  /** Names with lines added and taken away; of binary files without. */
  files: readonly { name: string; added?: number; gone?: number }[];
  diff: string;
}

/** A turn waits no longer than this for a note of how the project is. */
const NOTE_MS = 8000;
const DIFF_MS = 60_000;

/** As git names a repository without a commit. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** What keeps agents in projects. */
export interface Walls {
  /** @throws {AgentError} what the folder leads to is not in them */
  holds(folder: string): Promise<void>;
}

export class ProjectChanges {
  readonly #home: Pick<Home, "snapshotsDir">;
  readonly #launcher: Launcher;
  readonly #walls: Walls | undefined;

  /** @param launcher Of this machine, with a sandbox too: agents must not get at what is noted here. */
  constructor(home: Pick<Home, "snapshotsDir">, launcher: Launcher, walls?: Walls) {
    this.#home = home;
    this.#launcher = launcher;
    this.#walls = walls;
  }

  /**
   * Notes how the project is now, as a session begins.
   *
   * @param key Whose session.
   * @throws {GitError} it is not under git, or that takes too long
   */
  async begin(key: string, folder: string): Promise<void> {
    await this.#walls?.holds(folder);
    const store = this.#store(key);
    await Deno.remove(store, { recursive: true }).catch(() => {});
    const { tree } = await this.#tree(store, folder, NOTE_MS);
    await Deno.writeTextFile(join(store, "begin"), tree);
  }

  /** @throws {GitError} */
  async since(key: string, folder: string): Promise<Changes> {
    await this.#walls?.holds(folder);
    const store = this.#store(key);
    const noted = join(store, "begin");
    const began = (await Deno.readTextFile(noted).catch(() => "")).trim();
    const { tree: now, options } = await this.#tree(store, folder, DIFF_MS);
    const head = () =>
      git(this.#launcher, folder, ["rev-parse", "--verify", "HEAD"]).catch(() => EMPTY_TREE);
    const from = began || (await head()).trim();
    const diff = (...args: string[]) =>
      git(
        this.#launcher,
        folder,
        ["diff", "--no-color", "--no-ext-diff", "--no-textconv", "-M", ...args, from, now],
        options,
      );
    const { mtime } = began ? await Deno.stat(noted) : { mtime: null };
    return {
      ...mtime && { since: mtime },
      files: filesOf(await diff("--numstat")),
      diff: await diff(),
    };
  }

  #store(key: string): string {
    return join(this.#home.snapshotsDir, sha256(key).slice(0, 16));
  }

  /**
   * The project as a tree: what is tracked as it is on disk, and what is new and not ignored. And how
   * git works in our repository, with the project's files and objects.
   */
  async #tree(
    store: string,
    folder: string,
    limitMs: number,
  ): Promise<{ tree: string; options: GitOptions }> {
    const asked = ["objects", "index", "info/exclude"].flatMap((name) => ["--git-path", name]);
    const said = await git(
      this.#launcher,
      folder,
      ["rev-parse", "--show-object-format", ...asked],
      { limitMs },
    );
    const [format = "", ...paths] = said.split("\n");
    const [objects = "", index = "", exclude = ""] = paths.map((path) => resolve(folder, path));
    await Deno.mkdir(store, { recursive: true, mode: 0o700 });
    const init = ["init", "--quiet", "--bare", `--object-format=${format}`, "--", store];
    await git(this.#launcher, store, init, { limitMs });
    await Deno.mkdir(join(store, "info"), { recursive: true });
    const env = {
      ...this.#walls && NO_FILTERS,
      GIT_DIR: store,
      GIT_WORK_TREE: folder,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: objects,
    };
    const options = { env, limitMs };
    await Deno.copyFile(exclude, join(store, "info", "exclude")).catch(() => {});
    const own = join(store, "index");
    const add = () => git(this.#launcher, folder, ["add", "--all", "."], options);
    // With the project's own index files that have not changed need not be read.
    await Deno.copyFile(index, own).catch(() => {});
    await add().catch(async () => {
      // Some cannot be taken elsewhere (a split one).
      await Deno.remove(own).catch(() => {});
      await add();
    });
    const tree = (await git(this.#launcher, folder, ["write-tree"], options)).trim();
    return { tree, options };
  }
}

/** Those that the user has for all repositories (LFS) read settings that are in the project. */
const NO_FILTERS = { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };

function filesOf(numstat: string): Changes["files"] {
  return numstat.split("\n").filter((line) => line !== "").map((line) => {
    const [added = "", gone = "", ...name] = line.split("\t");
    const counted = added === "-" ? {} : { added: Number(added), gone: Number(gone) };
    return { name: name.join("\t"), ...counted };
  });
}
