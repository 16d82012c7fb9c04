import assert from "node:assert/strict";
import { Home } from "../config/home.ts";
import { MEMORY_MAX_CHARS, MEMORY_TIDY_CHARS, memoryInstructions, readMemory } from "./memory.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

Deno.test("readMemory() reads the file anew each time, and gives nothing when it cannot", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.path);
  assert.equal(await readMemory(home), "");
  await Deno.mkdir(home.memoryDir, { recursive: true });
  for (const text of ["likes tea", "likes coffee"]) {
    await Deno.writeTextFile(home.mainMemoryFile, text);
    assert.equal(await readMemory(home), text);
  }
  await Deno.remove(home.mainMemoryFile);
  await Deno.mkdir(home.mainMemoryFile);
  assert.equal(await readMemory(home), "");
});

Deno.test("memoryInstructions() carries the memory, and is absent when that is blank", () => {
  assert.equal(memoryInstructions(""), undefined);
  assert.equal(memoryInstructions(" \n\t\n"), undefined);
  assert.match(memoryInstructions("\nlikes tea\n")!, /memory.*\n\nlikes tea$/s);
});

Deno.test("memoryInstructions() asks to tidy up what has grown, and bounds what it passes on", () => {
  const small = "- likes tea\n".repeat(MEMORY_TIDY_CHARS / 12 - 1);
  assert.doesNotMatch(memoryInstructions(small)!, /tidy/);
  const grown = "- likes tea\n".repeat(MEMORY_TIDY_CHARS / 12 + 1);
  assert.match(memoryInstructions(grown)!, /tidy it up .*silently.*- likes tea$/s);
  const huge = memoryInstructions("- likes tea 🍵\n".repeat(MEMORY_MAX_CHARS / 10))!;
  assert.match(huge, /read the file for the rest/);
  assert.ok(huge.length < MEMORY_MAX_CHARS + 1000);
  assert.ok(huge.endsWith("- likes tea 🍵"), "it is cut between lines");
});
