import assert from "node:assert/strict";
import { Home } from "../config/home.ts";
import { MEMORY_VERSIONS, memoryHistory, snapshotMemory, undoMemory } from "./memory_history.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

async function withMemory(
  fn: (memory: {
    home: Home;
    write(text: string): Promise<void>;
    read(): Promise<string>;
    /** A minute later each time. */
    now(): Date;
  }) => Promise<void>,
) {
  await using temp = await TempFolder.make();
  const home = new Home(temp.path);
  for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
  let time = Date.UTC(2026, 10, 23, 12);
  await fn({
    home,
    write: (text) => Deno.writeTextFile(home.mainMemoryFile, text),
    read: () => Deno.readTextFile(home.mainMemoryFile),
    now: () => new Date(time += 60_000),
  });
}

Deno.test("the memory's history has each change once, the newest first", () =>
  withMemory(async ({ home, write, now }) => {
    assert.equal(await snapshotMemory(home, now()), false, "there is no memory yet");
    for (const text of ["one", "one", "two", "one"]) {
      await write(text);
      await snapshotMemory(home, now());
    }
    assert.equal(await snapshotMemory(home, now()), false);
    const history = await memoryHistory(home);
    const texts = await Promise.all(history.map(({ path }) => Deno.readTextFile(path)));
    assert.deepEqual(texts, ["one", "two", "one"]);
    assert.equal(history[2]!.time.toISOString(), "2026-11-23T12:02:00.000Z");
  }));

Deno.test("undo takes back change after change, also one that was not looked at yet", () =>
  withMemory(async ({ home, write, read, now }) => {
    assert.equal(await undoMemory(home, now()), undefined);
    for (const text of ["one", "two"]) {
      await write(text);
      await snapshotMemory(home, now());
    }
    await write("three");
    const undone = await undoMemory(home, now());
    assert.deepEqual([undone?.before, undone?.now], ["three", "two"]);
    assert.equal(await read(), "two");
    await undoMemory(home, now());
    assert.equal(await read(), "one");
    assert.equal(await undoMemory(home, now()), undefined);
    assert.equal(await read(), "one");
    // A change after an undo is one more version, and what was taken back is still in a file.
    await write("four");
    await undoMemory(home, now());
    assert.equal(await read(), "one");
    const files = await Array.fromAsync(Deno.readDir(home.memoryHistoryDir));
    assert.equal(files.filter(({ name }) => name.endsWith(".undone")).length, 3);
  }));

Deno.test("undo brings a memory back that was deleted", () =>
  withMemory(async ({ home, write, read, now }) => {
    await write("precious");
    await snapshotMemory(home, now());
    await Deno.remove(home.mainMemoryFile);
    await undoMemory(home, now());
    assert.equal(await read(), "precious");
  }));

Deno.test("the history is bounded, and keeps its order when the clock is set back", () =>
  withMemory(async ({ home, write, now }) => {
    const start = now();
    for (let n = 0; n < MEMORY_VERSIONS + 5; n++) {
      await write(`version ${n}`);
      await snapshotMemory(home, new Date(start.getTime() - n));
    }
    const history = await memoryHistory(home);
    assert.equal(history.length, MEMORY_VERSIONS);
    assert.equal(await Deno.readTextFile(history[0]!.path), `version ${MEMORY_VERSIONS + 4}`);
    assert.equal(await Deno.readTextFile(history.at(-1)!.path), "version 5");
  }));

Deno.test("a history that cannot be written does not stop anybody", () =>
  withMemory(async ({ home, write, now }) => {
    await write("one");
    await Deno.writeTextFile(home.memoryHistoryDir, "a file where the folder should be");
    assert.equal(await snapshotMemory(home, now()), false);
  }));
