import assert from "node:assert/strict";
import { listFiles } from "./list.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

Deno.test("files of the user are listed the newest first, by type, day and number", async () => {
  await using temp = await TempFolder.make();
  const put = async (path: string, seconds: number) => {
    await Deno.writeTextFile(temp.at(path), "x");
    await Deno.utime(temp.at(path), seconds, seconds);
  };
  for (const day of ["2026-11-22", "2026-11-23", ".frames"]) await Deno.mkdir(temp.at(day));
  await put("2026-11-22/old.ogg", 1000);
  await put("2026-11-23/new.jpg", 3000);
  await put("2026-11-23/mid.pdf", 2000);
  await put("2026-11-23/CLAUDE.md", 9000);
  await put(".frames/a.jpg", 9000);
  const paths = async (filter: Parameters<typeof listFiles>[1]) =>
    (await listFiles(temp.path, filter, 0)).files.map(({ path }) => path.slice(26));
  assert.deepEqual(await paths({}), ["new.jpg", "mid.pdf", "old.ogg"]);
  assert.deepEqual(await paths({ type: "Image" }), ["new.jpg"]);
  assert.deepEqual(await paths({ date: "2026-11-22" }), ["old.ogg"]);
  assert.deepEqual(await paths({ limit: 1 }), ["new.jpg"]);
  assert.equal((await listFiles(temp.path, { limit: 1 }, 0)).total, 3);
  assert.deepEqual(await listFiles(temp.at("none"), {}, 0), { files: [], total: 0 });
});
