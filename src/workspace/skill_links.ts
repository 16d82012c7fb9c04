/**
 * The links to skills that ductor made, and only those: it may change and remove them. Each is
 * written down before it is made, so that none is forgotten when the program is killed.
 *
 * @module
 */
import { z } from "zod";
import { JsonFile } from "../base/json_file.ts";
import { symlink } from "../base/symlink.ts";
import type { SkillEntry } from "./skill_folders.ts";
import { copyTree, replaceTree, treeHash } from "./tree.ts";

const schema = z.looseObject({
  /** By path: where the link leads, or what was copied and the hash of the copy. */
  links: z.record(
    z.string(),
    z.union([
      z.object({ to: z.string() }),
      z.object({ copyOf: z.string(), hash: z.string() }),
    ]),
  ),
});

type Content = z.infer<typeof schema>;
export type MadeLink = Content["links"][string];

/** Makes a link to a folder. */
export type Symlink = (to: string, path: string) => Promise<void>;

export class SkillLinks {
  readonly #file: JsonFile<Content>;
  readonly #symlink: Symlink;

  constructor(path: string, symlink: Symlink = linkFolder) {
    this.#file = new JsonFile<Content>(path, { schema, defaultValue: () => ({ links: {} }) });
    this.#symlink = symlink;
  }

  /** Every link that was made and not removed, by path. */
  async all(): Promise<Readonly<Record<string, MadeLink>>> {
    return (await this.#file.read()).links;
  }

  /** Whether what is at `path` is what was made there. */
  async isOurs(path: string, entry: SkillEntry): Promise<boolean> {
    const made = (await this.all())[path];
    if (made === undefined) return false;
    if ("to" in made) return entry.kind === "link" && samePath(entry.text, made.to);
    return entry.kind === "folder" && await treeHash(path) === made.hash;
  }

  /** Makes a link at `path`, where nothing is. Where links are not allowed, a copy takes its place. */
  async make(to: string, path: string): Promise<void> {
    await this.#note(path, { to });
    try {
      await this.#symlink(to, path);
      return;
    } catch (error) {
      if (Deno.build.os !== "windows" && this.#symlink === linkFolder) {
        await this.forget(path);
        throw error;
      }
    }
    await this.#note(path, { copyOf: to, hash: await treeHash(to) });
    await copyTree(to, path);
  }

  /** Brings a copy up to date. Only for what {@link isOurs}. */
  async refresh(path: string): Promise<void> {
    const made = (await this.all())[path];
    if (made === undefined || !("copyOf" in made)) return;
    const hash = await treeHash(made.copyOf);
    if (hash === made.hash) return;
    await replaceTree(made.copyOf, path);
    await this.#note(path, { copyOf: made.copyOf, hash });
  }

  /** Removes what was made at `path`. Only for what {@link isOurs}. */
  async remove(path: string): Promise<void> {
    const made = (await this.all())[path];
    if (made === undefined) return;
    await Deno.remove(path, { recursive: "copyOf" in made });
    await this.forget(path);
  }

  /** Forgets a link that is no longer there, or no longer ours. */
  async forget(path: string): Promise<void> {
    await this.#file.update((content) => {
      delete content.links[path];
    });
  }

  async #note(path: string, made: MadeLink): Promise<void> {
    await this.#file.update((content) => {
      content.links[path] = made;
    });
  }
}

/** A link that Windows lets everybody make, too. */
async function linkFolder(to: string, path: string): Promise<void> {
  if (Deno.build.os !== "windows") return await symlink(to, path);
  try {
    await Deno.symlink(to, path, { type: "dir" });
  } catch {
    await Deno.symlink(to, path, { type: "junction" });
  }
}

/** Windows gives the target of a junction back with a prefix, and perhaps another case. */
function samePath(a: string, b: string): boolean {
  if (Deno.build.os !== "windows") return a === b;
  const plain = (path: string) =>
    path.replace(/^\\\\\?\\/, "").replace(/[\\/]+$/, "").toLowerCase();
  return plain(a) === plain(b);
}
