import assert from "node:assert/strict";
import { lastLines } from "./log_tail.ts";

async function withLog(text: string, fn: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, text);
    await fn(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("the last lines come without blank ones, long ones are cut", () =>
  withLog(`one\n\ntwo\r\n${"x".repeat(50)}\nfour\n`, async (path) => {
    assert.deepEqual(await lastLines(path, 3, 10), ["two", `${"x".repeat(9)}…`, "four"]);
  }));

Deno.test("of a large file only the end is read, and no half line is shown", () => {
  const line = (n: number) => `line ${n} ${"ä".repeat(40)}`;
  const lines = Array.from({ length: 20_000 }, (_, n) => line(n));
  return withLog(lines.join("\n") + "\n", async (path) => {
    const last = await lastLines(path, 5000, 1000);
    assert.ok(last.length > 500 && last.length < 5000, `${last.length}`);
    assert.deepEqual(last, lines.slice(-last.length));
  });
});

Deno.test("there is nothing at the end of a log that is not there", async () => {
  assert.deepEqual(await lastLines("/nowhere/agent.log", 5, 80), []);
});
