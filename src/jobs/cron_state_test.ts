import assert from "node:assert/strict";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { CronState } from "./cron_state.ts";
import { readEntries } from "./job.ts";

Deno.test("K16.6 cron state: a job may be called as what every object has, and has a state of its own", async () => {
  await using temp = await TempFolder.make();
  const path = temp.at("cron.json");
  const before = Object.getOwnPropertyNames(Object.prototype).sort();
  const state = new CronState(path);
  for (const id of ["constructor", "toString", "hasOwnProperty"]) {
    assert.equal((await state.read())[id], undefined);
    await state.set(id, (entry) => void (entry.told = id));
    assert.equal((await new CronState(path).read())[id]?.told, id);
    await state.change((jobs) => void delete jobs[id]);
    assert.equal((await state.read())[id], undefined);
  }
  await state.set("__proto__", (entry) => void (entry.told = "x"));
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype).sort(), before);
  assert.equal(({} as { told?: string }).told, undefined);
  const [entry] = readEntries(JSON.parse(
    '[{"id":"__proto__","title":"t","schedule":"0 9 * * *","task_folder":"t","agent_instruction":"i"}]',
  ));
  assert.match(entry!.problem!, /__proto__/);
});
