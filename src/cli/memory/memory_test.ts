import assert from "node:assert/strict";
import { Home } from "../../config/home.ts";
import { snapshotMemory } from "../../workspace/memory_history.ts";
import { ductorOn } from "../../../tests/support/ductor.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";

Deno.test("ductor memory show, history and undo: what they answer and leave", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  const run = ductorOn(home.root);
  await Deno.mkdir(home.memoryDir, { recursive: true });
  const empty = await run("memory", "show");
  assert.deepEqual([empty.code, empty.json.text], [0, ""]);
  const nothing = await run("memory", "undo");
  assert.deepEqual([nothing.code, /no earlier version/.test(nothing.json.error)], [1, true]);

  for (const text of ["likes tea\n", "likes coffee\n"]) {
    await Deno.writeTextFile(home.mainMemoryFile, text);
    await snapshotMemory(home);
  }
  const shown = await run("memory", "show");
  assert.deepEqual([shown.json.text, shown.json.characters], ["likes coffee\n", 13]);
  assert.equal(shown.json.path, home.mainMemoryFile);

  // Written since the last turn, by an editor: counts as a version too.
  await Deno.writeTextFile(home.mainMemoryFile, "likes water\n");
  const history = await run("memory", "history");
  assert.deepEqual([history.code, history.json.count], [0, 3]);
  const texts = await Promise.all(
    history.json.versions.map(({ path }: { path: string }) => Deno.readTextFile(path)),
  );
  assert.deepEqual(texts, ["likes water\n", "likes coffee\n", "likes tea\n"]);

  const undone = await run("memory", "undo");
  assert.deepEqual([undone.code, undone.json.undone], [0, true]);
  assert.equal(await Deno.readTextFile(home.mainMemoryFile), "likes coffee\n");
  assert.equal((await run("memory", "undo")).code, 0);
  assert.equal(await Deno.readTextFile(home.mainMemoryFile), "likes tea\n");
  assert.equal((await run("memory", "undone")).code, 2);
});
