/**
 * The whole bot with the real OpenCode beside the others: it is chosen, answers, asks, is resumed.
 * The table of providers has to know it before the rest of the program is loaded, as in main.ts.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { learn, type ProviderName, PROVIDERS } from "../../src/agents/provider.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { ModelServer } from "../support/model_server.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { findCli } from "./cases.ts";

const opencode = findCli("opencode");
const OPENCODE = "opencode" as ProviderName;
/** It starts slowly on a machine that does something else as well. */
const LIMIT_MS = 120_000;

await learn({
  entries: { opencode: { command: [opencode ?? "opencode", "acp"] } },
  isInstalled: () => Promise.resolve(false),
});
const { withBot } = await import("../support/bot_bench.ts");
const { ScriptedAgent } = await import("../support/scripted_agent.ts");
const { buttonsOf } = await import("../support/buttons.ts");

Deno.test({
  name: "opencode in a chat: chosen by /model, asks for permission, and is resumed after a restart",
  ignore: opencode === undefined,
  async fn() {
    await using model = await ModelServer.start();
    await using folder = await TempFolder.make();
    const env = await model.opencodeEnv(folder.path);
    const agents = {
      claude: new ScriptedAgent("claude"),
      codex: new ScriptedAgent("codex"),
      [OPENCODE]: await PROVIDERS[OPENCODE].create({ launcher: new HostLauncher(), env }),
    };
    await withBot(async ({ alice, said, texts, until, stop, start, home }) => {
      const patiently = (condition: () => boolean) => until(condition, LIMIT_MS);
      const press = async (label: RegExp) => {
        const message = said().findLast((each) =>
          buttonsOf(each).some(({ text }) => label.test(text))
        );
        assert.ok(message, `no button ${label} in ${JSON.stringify(texts())}`);
        const button = buttonsOf(message).find(({ text }) => label.test(text))!;
        await alice.press(message.message_id, button.data);
      };
      const offers = (label: RegExp) => () =>
        said().some((each) => buttonsOf(each).some(({ text }) => label.test(text)));

      alice.send("/model");
      await patiently(offers(/OpenCode/));
      await press(/OpenCode/);
      await patiently(offers(/Haiku 4\.5$/));
      await press(/Haiku 4\.5$/);
      await patiently(offers(/^High/i));
      await press(/^High/i);
      await patiently(() => texts().some((text) => text.includes("Claude Haiku 4.5")));

      alice.send("which model?");
      await patiently(() => texts().some((text) => text.includes("claude-haiku-4-5")));
      alice.send("remember the word is quokka");
      await patiently(() => texts().filter((text) => text.includes("quokka")).length > 0);

      const file = join(home.workspaceDir, "made");
      alice.send("run: touch made");
      await patiently(offers(/^✅|Allow/));
      assert.ok(texts().some((text) => text.includes("touch made")), texts().join("\n"));
      await press(/Allow(?! for)/);
      await patiently(() => texts().some((text) => text.includes("The command said")));
      assert.ok((await Deno.stat(file)).isFile);

      const kept = JSON.parse(await Deno.readTextFile(home.sessionsFile));
      assert.match(JSON.stringify(kept), /"opencode":\{"session_id":"ses_/);

      await stop();
      await start();
      alice.send("what did I say?");
      await patiently(() => texts().at(-1)!.includes("quokka"));
    }, { config: { permission_mode: "default" }, bot: { agents: agents as never } });
  },
});
