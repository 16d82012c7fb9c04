import assert from "node:assert/strict";
import { Home } from "../config/home.ts";
import { snapshotMemory } from "./memory_history.ts";
import { memoryNews, memoryState } from "./memory_news.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

async function withMemory(
  fn: (memory: {
    /** Changes the memory; returns its version. */
    write(text: string, keep?: boolean): Promise<string>;
    news(seen: string | undefined): Promise<string | undefined>;
  }) => Promise<void>,
) {
  await using temp = await TempFolder.make();
  const home = new Home(temp.path);
  for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
  await fn({
    async write(text, keep = true) {
      await Deno.writeTextFile(home.mainMemoryFile, text);
      if (keep) await snapshotMemory(home);
      return (await memoryState(home)).version;
    },
    news: async (seen) => memoryNews(home, seen, await memoryState(home)),
  });
}

const LONG = Array.from({ length: 40 }, (_, i) => `- fact number ${i}`).join("\n");

Deno.test("memory news: who has seen it as it is hears nothing", () =>
  withMemory(async ({ write, news }) => {
    assert.equal(await news(undefined), undefined, "there is no memory at all");
    const seen = await write("- one\n");
    assert.equal(await news(seen), undefined);
  }));

Deno.test("memory news: of a version that is kept, only what has changed", () =>
  withMemory(async ({ write, news }) => {
    const seen = await write(LONG);
    await write(`${LONG.replace("- fact number 7\n", "")}\n- lives in Bonn\n`);
    const text = (await news(seen))!;
    assert.match(text, /not the user/);
    assert.match(text, /New lines:\n- lives in Bonn/);
    assert.match(text, /gone:\n- fact number 7/);
    assert.doesNotMatch(text, /fact number 8/);
  }));

Deno.test("memory news: the whole memory where it is not known what was seen", () =>
  withMemory(async ({ write, news }) => {
    const seen = await write(LONG, false);
    await write(`${LONG}\n- lives in Bonn`);
    for (const version of [seen, undefined, "nonsense"]) {
      const text = (await news(version))!;
      assert.match(text, /fact number 8/);
      assert.match(text, /lives in Bonn/);
    }
  }));

Deno.test("memory news: an emptied memory is told to who has seen another", () =>
  withMemory(async ({ write, news }) => {
    const seen = await write("- one");
    await write("\n");
    assert.match((await news(seen))!, /empty now/);
    assert.equal(await news(undefined), undefined);
  }));
