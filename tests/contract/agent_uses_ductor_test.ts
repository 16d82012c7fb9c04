/** The agent is asked for a job, and makes one with `ductor` in its shell: the real Claude CLI. */
import assert from "node:assert/strict";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { startBot } from "../../src/app/compose.ts";
import { agentLauncher } from "../../src/cli/agent_launcher.ts";
import { Home } from "../../src/config/home.ts";
import { loadConfig, updateConfig } from "../../src/config/load.ts";
import { BotApiServer } from "../../src/bot_api/server.ts";
import { seedHome } from "../../src/workspace/seed.ts";
import { denoDir } from "../support/program.ts";
import { ModelServer } from "../support/model_server.ts";
import { ScriptedAgent } from "../support/scripted_agent.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { findCli } from "./cases.ts";

const command = findCli("claude");
// deno-lint-ignore no-console -- a test run has to show what it left out
if (!command) console.log("skipped: no claude on PATH, in $DUCTOR_TEST_CLIS or /opt/clis");

Deno.test({
  name: "claude: asked for a job, the agent calls `ductor cron add`, and the job is scheduled",
  ignore: !command || Deno.build.os === "windows", // The question is written for sh.
  async fn() {
    await using temp = await TempFolder.make();
    await using server = await BotApiServer.start();
    await using model = await ModelServer.start();
    const home = new Home(temp.at("home"));
    const you = server.user({ id: 1000, first_name: "You" });
    await loadConfig(home);
    await updateConfig(home, (raw) => {
      Object.assign(raw, {
        telegram_token: server.token,
        telegram_api_root: server.apiRoot,
        allowed_user_ids: [you.id],
        permission_mode: "bypassPermissions",
        user_timezone: "Europe/Berlin",
        provider: "claude",
        model: "sonnet",
      });
    });
    await seedHome(home);
    const { config } = await loadConfig(home);
    const cli = temp.at("cli");
    await Deno.mkdir(cli);
    const launcher = await agentLauncher(home);
    const env = { ...model.claudeEnv(cli), DENO_DIR: denoDir() };
    const agents = {
      claude: new ClaudeAgent({ launcher, command: command!, env }),
      codex: new ScriptedAgent("codex"),
    };
    const bot = await startBot({ home, config, agents, launcher });
    try {
      const signal = AbortSignal.timeout(60_000);
      const said = (part: string) =>
        server.waitFor(
          () =>
            server.messages(you.id).find(({ from, text = "" }) =>
              from?.is_bot && text.includes(part)
            ),
          { signal },
        );
      you.send(
        "run: ductor cron add --schedule '0 9 * * 1-5' --title 'Morning news' " +
          "--instruction 'Look what is new.'",
      );
      await said("The command said");
      const { jobs: [job, ...others] } = JSON.parse(await Deno.readTextFile(home.cronJobsFile));
      assert.deepEqual(
        [job.title, job.chat_id, job.enabled, others.length],
        ["Morning news", you.id, true, 0],
      );
      // The bot watches the file; a plan it has worked out is in its state.
      let next: string | undefined;
      while (next === undefined) {
        signal.throwIfAborted();
        const state = await Deno.readTextFile(home.cronStateFile).catch(() => '{"jobs":{}}');
        next = JSON.parse(state).jobs[job.id]?.next;
        if (!next) await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const inBerlin = new Date(next).toLocaleTimeString("de", { timeZone: "Europe/Berlin" });
      assert.equal(inBerlin, "09:00:00");
      you.send("/cron");
      await said("Morning news");
    } finally {
      await bot.stop(0);
    }
  },
});
