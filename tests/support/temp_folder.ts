import { join } from "node:path";

/** A folder of its own for a test, removed when disposed: `await using temp = await TempFolder.make()`. */
export class TempFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<TempFolder> {
    return new TempFolder(await Deno.realPath(await Deno.makeTempDir({ prefix: "ductor-test-" })));
  }

  /** A path inside it. */
  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  /** Names in it, sorted. */
  async names(): Promise<string[]> {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(this.path)) names.push(name);
    return names.sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A program that was just killed may leave its last file while the folder is being emptied.
    for (let tries = 0;; tries++) {
      try {
        return await Deno.remove(this.path, { recursive: true });
      } catch (error) {
        if (tries === 20 || (error as { code?: string }).code !== "ENOTEMPTY") throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}
