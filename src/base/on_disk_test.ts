import assert from "node:assert/strict";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { exists, isFile, isFolder, namesIn } from "./on_disk.ts";

Deno.test("on disk: links are followed, and what is not there is nothing", async () => {
  await using temp = await TempFolder.make();
  await Deno.mkdir(temp.at("folder"));
  await Deno.writeTextFile(temp.at("folder", "file"), "");
  await Deno.symlink(temp.at("folder", "file"), temp.at("link"));
  await Deno.symlink(temp.at("nowhere"), temp.at("dangling"));
  const of = async (...names: string[]) => {
    const path = temp.at(...names);
    return [await exists(path), await isFile(path), await isFolder(path)];
  };
  assert.deepEqual(await of("folder"), [true, false, true]);
  assert.deepEqual(await of("link"), [true, true, false]);
  assert.deepEqual(await of("dangling"), [false, false, false]);
  assert.deepEqual(await of("none"), [false, false, false]);
  assert.deepEqual(await namesIn(temp.at("folder")), ["file"]);
  assert.deepEqual(await namesIn(temp.at("none")), []);
  assert.deepEqual(await namesIn(temp.at("link")), []);
});
