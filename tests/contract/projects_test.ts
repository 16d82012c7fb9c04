/**
 * The whole bot with the real CLIs in projects: what the project says of itself reaches the model
 * beside ductor's rules and the memory, and each place has a session of its own.
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { Agent } from "../../src/agents/agent.ts";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { CodexAgent } from "../../src/agents/codex/agent.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";
import { ModelServer } from "../support/model_server.ts";
import { ScriptedAgent } from "../support/scripted_agent.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { installedClis } from "./cases.ts";

type InProject = BotBench & {
  model: ModelServer;
  folder: string;
  ask(text: string): Promise<void>;
};

const RULES = "Prices end in ninety-nine.";
const SKILL =
  "---\nname: till\ndescription: How the till of this shop is counted.\n---\nCount twice.";

function inProject(
  provider: "claude" | "codex",
  name: string,
  fn: (bench: InProject) => Promise<void>,
): void {
  const clis = installedClis(provider);
  for (const { label, path } of clis.length > 0 ? clis : [{ label: provider, path: "" }]) {
    Deno.test({
      name: `${label} in a project: ${name}`,
      ignore: path === "",
      async fn() {
        await using model = await ModelServer.start();
        await using temp = await TempFolder.make();
        const folder = temp.at("shop");
        await write(join(folder, "CLAUDE.md"), RULES);
        await write(join(folder, "AGENTS.md"), RULES);
        await write(join(folder, ".claude/skills/till/SKILL.md"), SKILL);
        await write(join(folder, ".agents/skills/till/SKILL.md"), SKILL);
        await new Deno.Command("git", { args: ["init", "-q"], cwd: folder }).output();
        const env = provider === "claude"
          ? model.claudeEnv(temp.at("cli"))
          : await model.codexEnv(temp.at("cli"));
        await Deno.mkdir(env.HOME ?? temp.at("cli"), { recursive: true });
        const launcher = new HostLauncher();
        const real: Agent = provider === "claude"
          ? new ClaudeAgent({ launcher, command: path, env })
          : new CodexAgent({ launcher, command: path, env });
        const agents = {
          claude: new ScriptedAgent("claude"),
          codex: new ScriptedAgent("codex"),
          [provider]: real,
        } as { claude: Agent; codex: Agent };
        await withBot(async (bench) => {
          const ask = async (text: string) => {
            const before = bench.texts().length;
            bench.alice.send(text);
            await bench.until(() => bench.texts().length > before);
            await bench.bot.settled();
          };
          await fn({ ...bench, model, folder, ask });
        }, {
          config: {
            projects: { shop: folder },
            provider,
            model: provider === "claude" ? "opus" : "",
            permission_mode: "acceptEdits",
          },
          bot: { agents },
        });
      },
    });
  }
}

async function write(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

for (const provider of ["claude", "codex"] as const) {
  inProject(
    provider,
    "its rules and a skill reach the model, with ductor's rules and the memory",
    async (bench) => {
      const { model, home, ask, folder } = bench;
      await Deno.writeTextFile(home.mainMemoryFile, "The user's cat is called Mia.");
      await ask("/project shop");
      await ask("say: hello");
      const asked = JSON.stringify(model.requests.at(-1)!.body);
      for (
        const part of [RULES, "How the till of this shop is counted", "cat is called Mia", folder]
      ) {
        assert.ok(asked.includes(part), `the model is told: ${part}`);
      }
      assert.ok(asked.includes("[button:Label]"), "and how to talk with the user");
      const there = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
      assert.deepEqual(there.sort(), [".agents", ".claude", ".git", "AGENTS.md", "CLAUDE.md"]);
    },
  );

  inProject(provider, "there and back, each session goes on", async (bench) => {
    const { model, ask } = bench;
    // What is asked for a title beside it knows less.
    const heard = () =>
      model.requests.map(({ body }) => JSON.stringify(body))
        .filter((body) => body.includes(words.at(-1)!))
        .sort((a, b) => a.length - b.length).at(-1)!;
    const words: string[] = [];
    const say = async (text: string) => {
      words.push(text);
      await ask(`say: ${text}`);
    };
    await say("the first word is zebrafish");
    await ask("/project shop");
    await say("the second word is quokka");
    assert.ok(!heard().includes("zebrafish"));
    await ask("/project workspace");
    await say("third");
    assert.ok(heard().includes("zebrafish") && !heard().includes("quokka"));
    await bench.stop();
    await bench.start();
    await ask("/project shop");
    assert.match(bench.texts().at(-1)!, /Your session there goes on/);
    await say("fourth");
    assert.ok(heard().includes("quokka") && !heard().includes("zebrafish"));
  });

  inProject(
    provider,
    "the memory folder can be written from there without asking",
    async (bench) => {
      const { home, ask, texts } = bench;
      await ask("/project shop");
      const note = join(home.memoryDir, "tea.md");
      await ask(`run: touch ${note}`);
      assert.ok((await Deno.stat(note)).isFile, texts().join("\n"));
    },
  );
}
