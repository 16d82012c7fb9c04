import assert from "node:assert/strict";
import { join } from "node:path";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { startBot } from "../../src/app/compose.ts";
import { agentLauncher } from "../../src/cli/agent_launcher.ts";
import { selfCommand } from "../../src/cli/self.ts";
import { Home } from "../../src/config/home.ts";
import { loadConfig, updateConfig } from "../../src/config/load.ts";
import { BotApiServer } from "../../src/bot_api/server.ts";
import { seedHome } from "../../src/workspace/seed.ts";
import { ScriptedAgent } from "../support/scripted_agent.ts";
import { TempFolder } from "../support/temp_folder.ts";

Deno.test({
  name: "remind me in a second: the agent calls ductor in its shell, and the result arrives",
  ignore: Deno.build.os === "windows", // The demo brain quotes for sh.
  async fn() {
    await using temp = await TempFolder.make();
    const home = new Home(temp.at("home"));
    await using server = await BotApiServer.start();
    const you = server.user({ id: 1000, first_name: "You" });
    await loadConfig(home);
    await updateConfig(home, (raw) => {
      Object.assign(raw, {
        telegram_token: server.token,
        telegram_api_root: server.apiRoot,
        allowed_user_ids: [you.id],
        model: "sonnet",
      });
    });
    await seedHome(home);
    const { config } = await loadConfig(home);
    const launcher = await agentLauncher(home);
    const claude = new ClaudeAgent({
      launcher,
      command: [...selfCommand(), "demo-agent"],
      env: { DUCTOR_DEMO_STATE: temp.at("demo") },
    });
    const agents = { claude, codex: new ScriptedAgent("codex") };
    const bot = await startBot({ home, config, agents, launcher });
    try {
      const arrived = Promise.withResolvers<string>();
      const timer = setTimeout(() => arrived.reject(new Error("no reminder in 40 s")), 40_000);
      const stop = server.subscribe((event) => {
        if (event.type !== "message" && event.type !== "edited") return;
        const { text = "", from } = event.message;
        if (from?.is_bot && text.startsWith("Reminder\n")) arrived.resolve(text);
      });
      you.send("remind me in 1 s to drink tea");
      const text = await arrived.promise.finally(() => clearTimeout(timer));
      stop();
      assert.equal(text, "Reminder\n\n⏰ You wanted to be reminded: drink tea");
    } finally {
      await bot.stop(2000);
    }
    const { jobs: [job] } = JSON.parse(await Deno.readTextFile(home.cronJobsFile));
    assert.deepEqual([job.chat_id, job.enabled, job.last_run_status], [1000, false, "success"]);
    const runs = await Array.fromAsync(Deno.readDir(join(home.cronTasksDir, "reminder", "runs")));
    assert.equal(runs.length, 1);
  },
});
