import assert from "node:assert/strict";
import { TempFolder } from "../../../tests/support/temp_folder.ts";
import { lastLines } from "./diagnose.ts";

Deno.test("diagnose: the last lines of the log come without blank ones, long ones are cut", async () => {
  await using temp = await TempFolder.make();
  await Deno.writeTextFile(temp.at("log"), `one\n\ntwo\r\n${"x".repeat(50)}\nfour\n`);
  assert.deepEqual(await lastLines(temp.at("log"), 3, 10), ["two", `${"x".repeat(9)}…`, "four"]);
  assert.deepEqual(await lastLines(temp.at("none"), 5, 80), []);
});
