/**
 * One set of skills for all CLIs: what is in `workspace/skills` and in the skill folder of each CLI
 * (`~/.claude/skills`, `~/.codex/skills`) shows up in each of them.
 *
 * Of skills with the same name the first real folder counts, in that order. In the other places goes
 * a link. Nothing that somebody else made is changed or removed: no folder, no link that leads
 * elsewhere, and no broken one.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import type { Home } from "../config/home.ts";
import { UNHURRIED, type Watch, watchFolders } from "../base/folder_watch.ts";
import { skillEntries, type SkillEntry, type SkillRoot, skillRoots } from "./skill_folders.ts";
import { SkillLinks, type Symlink } from "./skill_links.ts";

const log = getLogger(["ductor", "workspace"]);

export interface SkillSyncOptions {
  home: Home;
  /** Reads a variable of the environment; absent: none is set. */
  env?(name: string): string | undefined;
  /** Stands in for the system in tests. */
  symlink?: Symlink;
}

type Found = [root: SkillRoot, entries: Map<string, SkillEntry>][];

export class SkillSync {
  readonly #options: SkillSyncOptions;
  readonly #links: SkillLinks;

  constructor(options: SkillSyncOptions) {
    this.#options = options;
    this.#links = new SkillLinks(options.home.skillLinksFile, options.symlink);
  }

  /** Looks once. What fails for one skill is logged and does not keep others from being linked. */
  async run(): Promise<void> {
    const roots = await this.#roots();
    const found: Found = [];
    for (const root of roots) found.push([root, await skillEntries(root.path)]);
    await this.#dropStale(found);
    const names = new Set(found.flatMap(([, entries]) => [...entries.keys()]));
    for (const name of names) {
      const canonical = await this.#canonical(name, found);
      if (canonical === undefined) continue;
      for (const [root, entries] of found) {
        const path = join(root.path, name);
        if (path === canonical) continue;
        try {
          await this.#place(path, entries.get(name), canonical);
        } catch (error) {
          log.warn("Cannot link the skill {path}: {error}", { path, error });
        }
      }
    }
  }

  /** Looks whenever something changes, until `signal` aborts. */
  watch(clock: Clock, signal: AbortSignal, watch?: Watch): Promise<void> {
    return watchFolders({
      changed: () => this.run(),
      folders: async () => (await this.#roots()).map(({ path }) => path),
      clock,
      signal,
      ...UNHURRIED,
      ...watch && { watch },
    });
  }

  /** Takes out of the CLIs' folders what was put there; for when the bot ends. */
  async clear(): Promise<void> {
    const [, ...others] = await this.#roots();
    for (const root of others) {
      for (const [name, entry] of await skillEntries(root.path)) {
        const path = join(root.path, name);
        try {
          if (await this.#links.isOurs(path, entry)) await this.#links.remove(path);
        } catch (error) {
          log.warn("Cannot remove the link {path}: {error}", { path, error });
        }
      }
    }
  }

  #roots(): Promise<SkillRoot[]> {
    return skillRoots(this.#options.home, this.#options.env);
  }

  /** Removes links of ours that lead nowhere any more, and forgets those that somebody else removed. */
  async #dropStale(found: Found): Promise<void> {
    const there = new Map(
      found.flatMap(([root, entries]) =>
        [...entries].map(([name, entry]) =>
          [join(root.path, name), { entry, entries, name }] as const
        )
      ),
    );
    for (const [path, made] of Object.entries(await this.#links.all())) {
      const place = there.get(path);
      try {
        if (place === undefined) {
          // Another CLI's folder may only be away for now, such as an unmounted volume.
          if (await Deno.lstat(join(path, "..")).catch(() => undefined)) {
            await this.#links.forget(path);
          }
          continue;
        }
        if (!await this.#links.isOurs(path, place.entry)) {
          await this.#links.forget(path);
          continue;
        }
        const source = "to" in made ? made.to : made.copyOf;
        if (await Deno.stat(source).catch(() => undefined)) {
          await this.#links.refresh(path);
          continue;
        }
        await this.#links.remove(path);
        place.entries.delete(place.name);
      } catch (error) {
        log.warn("Cannot look after the link {path}: {error}", { path, error });
      }
    }
  }

  /** The folder that a skill really is in. */
  async #canonical(name: string, found: Found): Promise<string | undefined> {
    for (const [root, entries] of found) {
      const path = join(root.path, name);
      const entry = entries.get(name);
      if (entry?.kind === "folder" && !await this.#links.isOurs(path, entry)) return path;
    }
    for (const [, entries] of found) {
      const entry = entries.get(name);
      if (entry?.kind === "link" && entry.to !== undefined) return entry.to;
    }
    return undefined;
  }

  async #place(
    path: string,
    entry: SkillEntry | undefined,
    canonical: string,
  ): Promise<void> {
    if (entry !== undefined) {
      if (entry.kind !== "link" || entry.to === canonical) return;
      if (!await this.#links.isOurs(path, entry)) return;
      // Ours, but by now another folder of the same name counts more.
      await this.#links.remove(path);
    }
    await this.#links.make(canonical, path);
  }
}
