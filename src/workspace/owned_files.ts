/**
 * Which files in the home folder are ductor's own. A file is, as long as its content is what ductor
 * wrote there last; a time stamp would not tell, since copying and unpacking change it.
 *
 * @module
 */
import { z } from "zod";
import { JsonFile } from "../base/json_file.ts";

const schema = z.looseObject({
  /** Path below the home folder, with `/`, and the SHA-256 of what was written. */
  files: z.record(z.string(), z.string()),
});

type Content = z.infer<typeof schema>;

export class OwnedFiles {
  readonly #file: JsonFile<Content>;
  #known: Record<string, string> = {};
  #changed = false;

  private constructor(path: string) {
    this.#file = new JsonFile<Content>(path, { schema, defaultValue: () => ({ files: {} }) });
  }

  static async open(path: string): Promise<OwnedFiles> {
    const owned = new OwnedFiles(path);
    owned.#known = { ...(await owned.#file.read()).files };
    return owned;
  }

  /** Hash of what ductor wrote last; `undefined`: it never wrote this file. */
  hash(name: string): string | undefined {
    return this.#known[name];
  }

  /** Notes the hash of what is written now. */
  set(name: string, hash: string): void {
    this.#changed ||= this.#known[name] !== hash;
    this.#known[name] = hash;
  }

  /** Writes down what was noted, if anything is new. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const known = this.#known;
    await this.#file.update((content) => ({ ...content, files: { ...content.files, ...known } }));
    this.#changed = false;
  }
}
