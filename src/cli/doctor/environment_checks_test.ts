import assert from "node:assert/strict";
import { TempFolder } from "../../../tests/support/temp_folder.ts";
import { hashOf } from "../../app/report.ts";
import { Home } from "../../config/home.ts";
import { environmentChecks } from "./environment_checks.ts";

const shell = {
  HTTPS_PROXY: "http://p:1",
  OPENAI_API_KEY: "sk-here",
  CODEX_HOME: "/c",
  EDITOR: "vi",
};
const service = (installed: boolean) => ({ installed: () => Promise.resolve(installed) });

Deno.test("K4.1 doctor: names what the running bot lacks or has otherwise, and no value", async () => {
  const environment = { OPENAI_API_KEY: hashOf("s", "sk-there"), CODEX_HOME: hashOf("s", "/c") };
  const report = { environment, salt: "s", telegram: { failingSince: 0, failure: "x" } };
  const [telegram, found] = await environmentChecks(new Home("/h"), service(true), shell, report);
  assert.match(telegram!.found, /since 1970-01-01T00:00:00.000Z \(x\)/);
  assert.deepEqual(found, {
    level: "warning",
    about: "Environment",
    found: "set in this shell, not in the bot: HTTPS_PROXY; set to something else in the bot: " +
      "OPENAI_API_KEY",
    todo: "If it should be as here: ductor env import",
  });
});

Deno.test("K4.1 doctor: a service that does not run yet is told of what it would lack", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.path);
  await Deno.writeTextFile(home.envFile, "HTTPS_PROXY=http://p:1\n");
  const [found] = await environmentChecks(home, service(true), shell, undefined);
  assert.equal(found!.found, "set in this shell, not in the service: CODEX_HOME, OPENAI_API_KEY");
  assert.deepEqual(await environmentChecks(home, service(false), shell, undefined), []);
});
