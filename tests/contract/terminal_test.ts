/** The real Claude Code in a terminal, with ductor's hooks: asked in the chat, the first answer counts. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { exists } from "../../src/base/on_disk.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { denoDir } from "../support/program.ts";
import { ductorOn } from "../support/ductor.ts";
import { ModelServer } from "../support/model_server.ts";
import { ScriptedAgent } from "../support/scripted_agent.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { Terminal, TMUX } from "../support/terminal.ts";
import { installedClis } from "./cases.ts";

interface InTerminal extends BotBench {
  model: ModelServer;
  terminal: Terminal;
  /** A file that the agent may not write without asking. */
  target: string;
}

const CONFIG = { hooks: { quiet_when_active_seconds: 0 } };

function inTerminal(
  name: string,
  fn: (bench: InTerminal) => Promise<void>,
  config: Record<string, unknown> = CONFIG,
): void {
  const clis = installedClis("claude");
  for (const { label, path } of clis.length > 0 ? clis : [{ label: "claude", path: "" }]) {
    Deno.test({
      name: `${label} in a terminal: ${name}`,
      ignore: path === "" || TMUX === undefined,
      async fn() {
        await using model = await ModelServer.start();
        await using temp = await TempFolder.make();
        const env: Record<string, string> = {
          ...model.claudeEnv(temp.at("cli")),
          DENO_DIR: denoDir(),
        };
        const folder = temp.at("shop");
        await Deno.mkdir(folder);
        await Deno.mkdir(env.CLAUDE_CONFIG_DIR!, { recursive: true });
        await Deno.writeTextFile(
          join(env.CLAUDE_CONFIG_DIR!, ".claude.json"),
          JSON.stringify({
            hasCompletedOnboarding: true,
            theme: "dark",
            customApiKeyResponses: { approved: [env.ANTHROPIC_API_KEY!.slice(-20)], rejected: [] },
            projects: { [folder]: { hasTrustDialogAccepted: true } },
          }),
        );
        const claude = new ClaudeAgent({ launcher: new HostLauncher(), command: path, env });
        const agents = { claude, codex: new ScriptedAgent("codex") };
        await withBot(async (bench) => {
          // A bot can write only to who has written to it.
          bench.alice.send("/interrupt");
          await bench.until(() => bench.texts().length === 1);
          const installed = await ductorOn(bench.home.root, env)("hooks", "install");
          assert.equal(installed.code, 0, installed.stdout + installed.stderr);
          await using terminal = await Terminal.start(
            [path, "--permission-mode", "default"],
            { cwd: folder, env },
          );
          await terminal.shows(/❯/);
          await fn({ ...bench, model, terminal, target: temp.at("outside") });
        }, { config, bot: { agents } });
      },
    });
  }
}

const asked = ({ said }: BotBench) =>
  said().find((message) => /^A terminal in shop asks/.test(message.text ?? ""));

async function tap(bench: BotBench, label: string): Promise<void> {
  await bench.until(() => asked(bench) !== undefined);
  const button = buttonsOf(asked(bench)).find(({ text }) => text === label);
  assert.ok(button, label);
  await bench.alice.press(asked(bench)!.message_id, button.data);
}

inTerminal("what is allowed in the chat runs there", async (bench) => {
  const { terminal, target, until } = bench;
  await terminal.type(`run: touch ${target}`);
  await terminal.shows(/Do you want to proceed/);
  await tap(bench, "Allow");
  await until(() => /✅ Allowed/.test(asked(bench)?.text ?? ""));
  await terminal.shows(/The command said/);
  assert.ok(await exists(target));
});

inTerminal("what is denied there has its reason from the chat", async (bench) => {
  const { terminal, target, model, alice, until } = bench;
  await terminal.type(`run: touch ${target}`);
  await until(() => asked(bench) !== undefined);
  assert.match(asked(bench)!.text!, new RegExp(RegExp.escape(`touch ${target}`)));
  alice.send("Use the other folder.", { reply_to: asked(bench)!.message_id });
  await until(() => /🚫 Denied: Use the other/.test(asked(bench)?.text ?? ""));
  await terminal.shows(/The command failed/);
  assert.ok(JSON.stringify(model.requests.at(-1)!.body).includes("Use the other folder."));
  assert.ok(!await exists(target));
});

inTerminal("what is answered there is no longer asked in the chat", async (bench) => {
  const { terminal, target, until } = bench;
  await terminal.type(`run: touch ${target}`);
  await until(() => asked(bench) !== undefined);
  await terminal.shows(/Do you want to proceed/);
  await terminal.pressUntil("1", /The command said/);
  await until(() => buttonsOf(asked(bench)).length === 0);
  assert.match(asked(bench)!.text!, /Answered in the terminal/);
});

inTerminal("what is refused there is no longer asked in the chat", async (bench) => {
  const { terminal, target, until } = bench;
  await terminal.type(`run: touch ${target}`);
  await until(() => asked(bench) !== undefined);
  await terminal.shows(/Do you want to proceed/);
  await terminal.press("Escape");
  await until(() => buttonsOf(asked(bench)).length === 0);
  assert.match(asked(bench)!.text!, /Answered in the terminal/);
});

inTerminal("without a bot all is as if nothing was installed", async (bench) => {
  const { terminal, target } = bench;
  await bench.stop();
  await terminal.type(`run: touch ${target}`);
  await terminal.shows(/Do you want to proceed/);
  await terminal.pressUntil("1", /The command said/);
  assert.ok(!/hook/i.test(await terminal.screen()));
});

inTerminal("a question that waits is asked again by the next run of the bot", async (bench) => {
  const { terminal, target, until, said } = bench;
  await terminal.type(`run: touch ${target}`);
  await until(() => asked(bench) !== undefined);
  const first = asked(bench)!.message_id;
  await bench.stop();
  await bench.start();
  const again = () => said().find((one) => one.message_id > first && buttonsOf(one).length > 0);
  await until(() => again() !== undefined);
  const allow = buttonsOf(again()).find(({ text }) => text === "Allow")!;
  await bench.alice.press(again()!.message_id, allow.data);
  await terminal.shows(/The command said/);
  assert.ok(await exists(target));
});

inTerminal(
  "the end of a long turn is told with the last words, and leads to the session",
  async ({ terminal, alice, until, said }) => {
    await terminal.type("say: tall giraffe");
    await until(() => said().length > 1);
    const told = () => said()[1]!;
    assert.match(
      told().text!,
      /^💻 Claude Code in a terminal \(shop\) is done after \d+ s\.\n\ntall giraffe/,
    );
    const [button] = buttonsOf(told());
    assert.equal(button!.text, "▶ Continue here");
    await alice.press(told().message_id, button!.data);
    await until(() => /say: tall giraffe/.test(told().text ?? ""));
  },
  { hooks: { quiet_when_active_seconds: 0, notify_after_seconds: 0 } },
);
