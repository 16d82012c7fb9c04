import assert from "node:assert/strict";
import { join } from "node:path";
import { insideOf, listFolder } from "./listing.ts";

async function withFolder(fn: (root: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "root"));
    await fn(join(folder, "root"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a listing has folders first, sorts numbers as numbers, and hides what nobody looks for", () =>
  withFolder(async (root) => {
    for (const name of ["b", "A", ".git", "__pycache__"]) await Deno.mkdir(join(root, name));
    for (const name of ["file 10", "file 9", "File 1", ".env", "café"]) {
      await Deno.writeTextFile(join(root, name), "12345");
    }
    await Deno.writeTextFile(join(root, "sessions.json.lock"), "");
    await Deno.symlink(join(root, "gone"), join(root, "broken"));
    await Deno.symlink(join(root, "b"), join(root, "to b"));
    const entries = await listFolder(root);
    assert.deepEqual(entries.map(({ name }) => name), [
      "A",
      "b",
      "to b",
      "café",
      "File 1",
      "file 9",
      "file 10",
    ]);
    assert.deepEqual(entries.at(-1), { name: "file 10", isDirectory: false, size: 5 });
  }));

Deno.test("what is inside is found, with its real path", () =>
  withFolder(async (root) => {
    await Deno.mkdir(join(root, "..trick"));
    for (const path of ["", ".", "..trick", "..trick/../..trick"]) {
      const found = await insideOf(root, path);
      assert.ok(typeof found === "object", path);
      assert.ok(found.info.isDirectory);
    }
  }));

Deno.test("what leads outside or is not there is refused", () =>
  withFolder(async (root) => {
    await Deno.symlink("/", join(root, "link"));
    await Deno.mkdir(`${root}-beside`);
    const paths = ["..", "../..", "link", "link/etc", "../root-beside"];
    for (const path of paths) assert.equal(await insideOf(root, path), "outside", path);
    for (const path of ["nothing", "a\0b", "a\nb"]) {
      assert.equal(await insideOf(root, path), "missing", path);
    }
  }));
