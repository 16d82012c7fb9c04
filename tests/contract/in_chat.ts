/** The whole bot with a real CLI, and a model of the test's. */
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { CodexAgent } from "../../src/agents/codex/agent.ts";
import type { Brain } from "../../src/demo/brain/thought.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";
import { ModelServer } from "../support/model_server.ts";
import { ScriptedAgent } from "../support/scripted_agent.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { findCli, installedClis } from "./cases.ts";

/** @param cliHome Where the CLI keeps its own settings. */
export type InChat = BotBench & { model: ModelServer; cliHome: string };

/** One test for each installed generation of Claude. */
export function inChat(
  name: string,
  brain: Brain,
  fn: (bench: InChat) => Promise<void>,
  config: Record<string, unknown> = {},
): void {
  const clis = installedClis("claude");
  for (const { label, path } of clis.length > 0 ? clis : [{ label: "claude", path: "" }]) {
    Deno.test({
      name: `${label} in a chat: ${name}`,
      ignore: path === "",
      async fn() {
        await using model = await ModelServer.start({ brain });
        await using folder = await TempFolder.make();
        const env = model.claudeEnv(folder.at("cli"));
        await Deno.mkdir(env.HOME!);
        const claude = new ClaudeAgent({ launcher: new HostLauncher(), command: path, env });
        const agents = { claude, codex: new ScriptedAgent("codex") };
        const cliHome = env.CLAUDE_CONFIG_DIR!;
        await withBot((bench) => fn({ ...bench, model, cliHome }), { config, bot: { agents } });
      },
    });
  }
}

/** A test with the installed Codex. */
export function codexInChat(
  name: string,
  brain: Brain,
  fn: (bench: InChat) => Promise<void>,
  config: Record<string, unknown> = {},
): void {
  const command = findCli("codex");
  Deno.test({
    name: `codex in a chat: ${name}`,
    ignore: command === undefined,
    async fn() {
      await using model = await ModelServer.start({ brain });
      await using folder = await TempFolder.make();
      const env = await model.codexEnv(folder.at("cli"));
      const codex = new CodexAgent({ launcher: new HostLauncher(), command: command!, env });
      const agents = { claude: new ScriptedAgent("claude"), codex };
      const cliHome = env.CODEX_HOME!;
      await withBot((bench) => fn({ ...bench, model, cliHome }), {
        config: { provider: "codex", model: "gpt-5.5", ...config },
        bot: { agents },
      });
    },
  });
}
