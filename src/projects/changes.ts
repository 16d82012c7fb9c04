/**
 * What has changed in a project since a session began there: in commits, beside them, and in new
 * files. What there was is kept as a tree of git's in a store of our own, so that nothing is written
 * into the project.
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

export class ProjectChanges {
  readonly #home: Pick<Home, "snapshotsDir">;
  readonly #launcher: Launcher;

  constructor(home: Pick<Home, "snapshotsDir">, launcher: Launcher) {
    this.#home = home;
    this.#launcher = launcher;
  }

  /**
   * Notes how the project is now, as a session begins.
   *
   * @param key Whose session.
   * @throws {GitError} it is not under git, or that takes too long
   */
  async begin(key: string, folder: string): Promise<void> {
    const store = this.#store(key);
    await Deno.remove(store, { recursive: true }).catch(() => {});
    const tree = await this.#tree(store, folder, NOTE_MS);
    await Deno.writeTextFile(join(store, "begin"), tree);
  }

  /** @throws {GitError} */
  async since(key: string, folder: string): Promise<Changes> {
    const store = this.#store(key);
    const noted = join(store, "begin");
    const began = (await Deno.readTextFile(noted).catch(() => "")).trim();
    const now = await this.#tree(store, folder, DIFF_MS);
    const head = () =>
      git(this.#launcher, folder, ["rev-parse", "--verify", "HEAD"]).catch(() => EMPTY_TREE);
    const from = began || (await head()).trim();
    const options = await this.#env(store, folder, DIFF_MS);
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

  /** The project as a tree: what is tracked as it is on disk, and what is new and not ignored. */
  async #tree(store: string, folder: string, limitMs: number): Promise<string> {
    const options = await this.#env(store, folder, limitMs);
    const { GIT_INDEX_FILE: index = "" } = options.env ?? {};
    // With the project's own index files that have not changed need not be read.
    await Deno.copyFile(await this.#path(folder, "index"), index).catch(() => {});
    await git(this.#launcher, folder, ["add", "--all", "."], options);
    return (await git(this.#launcher, folder, ["write-tree"], options)).trim();
  }

  async #env(store: string, folder: string, limitMs: number): Promise<GitOptions> {
    const objects = join(store, "objects");
    await Deno.mkdir(objects, { recursive: true, mode: 0o700 });
    const env = {
      GIT_INDEX_FILE: join(store, "index"),
      GIT_OBJECT_DIRECTORY: objects,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: await this.#path(folder, "objects"),
    };
    return { env, limitMs };
  }

  /** Where git keeps something of the project. */
  async #path(folder: string, name: string): Promise<string> {
    const found = await git(this.#launcher, folder, ["rev-parse", "--git-path", name]);
    return resolve(folder, found.trim());
  }
}

function filesOf(numstat: string): Changes["files"] {
  return numstat.split("\n").filter((line) => line !== "").map((line) => {
    const [added = "", gone = "", ...name] = line.split("\t");
    const counted = added === "-" ? {} : { added: Number(added), gone: Number(gone) };
    return { name: name.join("\t"), ...counted };
  });
}
