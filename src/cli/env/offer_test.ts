import assert from "node:assert/strict";
import { TempFolder } from "../../../tests/support/temp_folder.ts";
import { Home } from "../../config/home.ts";
import { offerEnvironment } from "./offer.ts";
import { readEnvFile } from "./store.ts";

const shell = { PATH: "/bin", HTTPS_PROXY: "http://p:1", OPENAI_API_KEY: "sk-0", CODEX_HOME: "" };
const KNOWN = { HTTPS_PROXY: "http://p:1", OPENAI_API_KEY: "sk-0" };

Deno.test("K4.1 service install: what the shell has of the known variables is taken over when that is wanted", async () => {
  for (
    const { take, says, taken, asked } of [
      { says: true, taken: KNOWN, asked: 1 },
      { says: false, taken: {}, asked: 1 },
      { take: true, taken: KNOWN, asked: 0 },
      { take: false, taken: {}, asked: 0 },
      { taken: {}, asked: 0 }, // nobody is there to be asked
    ]
  ) {
    await using temp = await TempFolder.make();
    const home = new Home(temp.path);
    const questions: string[] = [];
    const ask = says === undefined ? undefined : (question: string) => {
      questions.push(question);
      return Promise.resolve(says);
    };
    await offerEnvironment({ home, take, shell, ask: ask ?? null });
    assert.deepEqual(await readEnvFile(home), taken);
    assert.equal(questions.length, asked);
    assert.ok(!questions.join().includes("sk-0"));
  }
});

Deno.test("K4.1 service install: nothing is offered that the file has already", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.path);
  await offerEnvironment({ home, take: true, shell });
  const ask = () => assert.fail("asked again");
  await offerEnvironment({ home, shell: { ...shell, OPENAI_API_KEY: "sk-other" }, ask });
  await offerEnvironment({ home, shell: { OPENAI_API_KEY: "sk-other" }, take: true });
  assert.deepEqual(await readEnvFile(home), KNOWN, "what the file says is not replaced");
});
