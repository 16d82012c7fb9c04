/** What `deno task fault` breaks on purpose can still be broken. */
import assert from "node:assert/strict";
import { BREAKS, brokenProgram } from "./run/breaks.ts";
import { TempFolder } from "../support/temp_folder.ts";

Deno.test("every promise that can be broken is named in docs/reliability.md, and its module still has the place", async () => {
  await using folder = await TempFolder.make();
  const note = await Deno.readTextFile(new URL("../../docs/reliability.md", import.meta.url));
  for (const name of Object.keys(BREAKS)) {
    await brokenProgram(name, folder.path);
    assert.ok(note.includes(`\`${name}\``), name);
  }
});
