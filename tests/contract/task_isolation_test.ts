/** That task agents don't get the rules of the workspace, against the real CLIs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { CodexAgent } from "../../src/agents/codex/agent.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { isolationArgs } from "../../src/jobs/tasks/isolation.ts";
import { Home } from "../../src/config/home.ts";
import { ModelServer } from "../support/model_server.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { findCli } from "./cases.ts";

for (const provider of ["claude", "codex"] as const) {
  const command = findCli(provider);
  Deno.test({
    name: `${provider}: a task reads the rules of its folder, not those above it`,
    ignore: !command,
    async fn() {
      await using temp = await TempFolder.make();
      await using server = await ModelServer.start();
      const home = new Home(temp.at("home"));
      for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
      // A home under version control would make Codex look upwards.
      await Deno.mkdir(join(home.root, ".git"));
      const cwd = join(home.cronTasksDir, "task");
      await Deno.mkdir(cwd);
      for (const dir of [home.root, home.workspaceDir, home.cronTasksDir]) {
        const { claude, codex } = home.ruleFiles(dir);
        await Deno.writeTextFile(claude, "The parrot of the workspace is called Ada.");
        await Deno.writeTextFile(codex, "The parrot of the workspace is called Ada.");
      }
      const own = home.ruleFiles(cwd);
      await Deno.writeTextFile(own.claude, "The owl of this task is called Bo.");
      await Deno.writeTextFile(own.codex, "The owl of this task is called Bo.");
      const cli = temp.at("cli");
      await Deno.mkdir(cli);
      const env = {
        IS_SANDBOX: "1",
        ...provider === "claude" ? server.claudeEnv(cli) : await server.codexEnv(cli),
      };
      const options = { launcher: new HostLauncher(), command: command!, env };
      const agent = provider === "claude" ? new ClaudeAgent(options) : new CodexAgent(options);
      const spec = { cwd, env, permissionMode: "bypassPermissions" as const, persist: false };
      const session = await agent.open({
        ...spec,
        extraArgs: isolationArgs(provider, home, []),
      });
      try {
        const turn = { text: "hello", permissionMode: spec.permissionMode };
        for await (const event of session.run(turn, AbortSignal.timeout(60_000))) {
          if (event.type === "error") assert.fail(event.message);
        }
      } finally {
        await session.close();
      }
      const sent = JSON.stringify(server.requests);
      assert.ok(sent.includes("called Bo"), "the rules of the task are there");
      assert.ok(!sent.includes("called Ada"), "those of the workspace are not");
    },
  });
}
