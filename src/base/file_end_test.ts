import assert from "node:assert/strict";
import { readEnd } from "./file_end.ts";

async function withLog(text: string, fn: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, text);
    await fn(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("file end: the lines of a small file are all there, ended in either way or not yet", () =>
  withLog("one\n\ntwo\r\nthree", async (path) => {
    assert.deepEqual(await readEnd(path, 100), { lines: ["one", "", "two", "three"], size: 15 });
  }));

Deno.test("file end: of a large file only the end is read, and no half line is shown", () => {
  const line = (n: number) => `line ${n} ${"ä".repeat(40)}`;
  const lines = Array.from({ length: 20_000 }, (_, n) => line(n));
  return withLog(lines.join("\n") + "\n", async (path) => {
    const { lines: last = [] } = await readEnd(path, 64 * 1024) ?? {};
    assert.ok(last.length > 500 && last.length < 5000, `${last.length}`);
    assert.deepEqual(last, lines.slice(-last.length));
  });
});

Deno.test("file end: there is none of a file that is not there", async () => {
  assert.equal(await readEnd("/nowhere/agent.log", 80), undefined);
});
