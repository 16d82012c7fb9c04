import assert from "node:assert/strict";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { Home } from "../config/home.ts";
import { noteLife } from "./last_life.ts";

Deno.test("log: a start says why the last life ended", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.path);
  await Deno.mkdir(home.stateDir);
  const start = (version: string, exit?: number) => noteLife(home, version, exit);
  assert.equal((await start("1.0.0")).before, "no life before is known");
  const second = await start("1.0.0", 137);
  assert.equal(second.before, "the last life was killed by signal 9");
  await second.end("a restart was asked for");
  // The code of a life that has said why it ends adds nothing.
  const third = await start("1.1.0", 42);
  assert.equal(
    third.before,
    "the last life ended: a restart was asked for, then 1.0.0 was replaced",
  );
  assert.equal((await start("1.1.0", 70)).before, "the last life crashed with exit code 70");
  const last = await start("1.1.0");
  assert.equal(last.before, "the last life was cut short: killed, or the machine went down");
  assert.equal(last.starts, 5);
  await Deno.writeTextFile(home.lastLifeFile, "{");
  assert.equal((await start("1.1.0")).before, "no life before is known");
});
