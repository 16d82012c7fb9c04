import assert from "node:assert/strict";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { Home } from "../config/home.ts";
import { memoryState } from "./memory_news.ts";

Deno.test("K14 own rules: a session begins with them and the memory, and with neither when there is none", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
  assert.equal((await memoryState(home)).instructions, undefined);
  await Deno.writeTextFile(home.ownRulesFile, "Answer in verse.\n");
  assert.match((await memoryState(home)).instructions!, /OWN_RULES\.md.*\n\nAnswer in verse\.$/s);
  await Deno.writeTextFile(home.mainMemoryFile, "- likes tea");
  assert.match((await memoryState(home)).instructions!, /in verse\..*MAINMEMORY\.md.*likes tea/s);
});
