/**
 * A model or a CLI that was just chosen and cannot be used, with the real CLIs: the conversation is
 * back on what it had, in the session it had. K2.1.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { CodexAgent } from "../../src/agents/codex/agent.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Brain, Thought } from "../../src/demo/brain/thought.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { ModelServer } from "../support/model_server.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { type Cli, findCli, installedClis } from "./cases.ts";

type Bench = BotBench & { model: ModelServer; claudeHome: string; codexHome: string };

/** The account may not use these. */
const REFUSED = /haiku|gpt-5\.6/;

const brain: Brain = ({ model = "", text }: Thought) =>
  REFUSED.test(model)
    ? [{ fail: { status: 404, type: "not_found_error", message: `model: ${model}` } }]
    : [{ say: `heard: ${text.split("\n")[0]}` }];

function chatTest(
  name: string,
  fn: (bench: Bench) => Promise<void>,
  { config = {}, clis = installedClis("claude") }: {
    config?: Record<string, unknown>;
    clis?: Cli[];
  } = {},
) {
  const codex = findCli("codex");
  for (const { label, path } of clis.length > 0 ? clis : [{ label: "claude", path: "" }]) {
    Deno.test({
      name: `${label} and codex in a chat: K2.1 ${name}`,
      ignore: path === "" || codex === undefined,
      async fn() {
        await using model = await ModelServer.start({ brain });
        await using folder = await TempFolder.make();
        const env = model.claudeEnv(folder.at("claude"));
        await Deno.mkdir(env.CLAUDE_CONFIG_DIR!, { recursive: true });
        const launcher = new HostLauncher();
        const agents = {
          claude: new ClaudeAgent({ launcher, command: path, env }),
          codex: new CodexAgent({
            launcher,
            command: codex!,
            env: await model.codexEnv(folder.at("codex")),
          }),
        };
        const homes = {
          claudeHome: env.CLAUDE_CONFIG_DIR!,
          codexHome: folder.at("codex", ".codex"),
        };
        await withBot((bench) => fn({ ...bench, model, ...homes }), { config, bot: { agents } });
      },
    });
  }
}

/** Asks, and waits for the answer. */
async function hear({ alice, texts, until }: Bench, text: string): Promise<void> {
  alice.send(text);
  await until(() => texts().at(-1) === `heard: ${text}`);
}

/** Sends it, and waits for a message with this in it. */
async function send({ alice, texts, until }: Bench, text: string, shows: RegExp): Promise<string> {
  const before = texts().length;
  alice.send(text);
  await until(() => texts().slice(before).some((each) => shows.test(each)));
  return texts().findLast((each) => shows.test(each))!;
}

async function inUse({ bot, home }: Bench) {
  await bot.settled();
  const { provider, model } = (await loadConfig(home)).config;
  const all = JSON.parse(await Deno.readTextFile(home.sessionsFile));
  const [entry] = Object.values<Record<string, unknown>>(all);
  return { entry: [entry!.provider, entry!.model], config: [provider, model] };
}

const heardBefore = (bench: Bench, text: string) =>
  JSON.stringify(bench.model.requests.findLast((asked) => asked.text.startsWith(text))!.body);

chatTest(
  "a model of Claude's that is refused is not kept, and may be chosen anew",
  async (bench) => {
    const { alice, bot, said, texts, until } = bench;
    await hear(bench, "one");
    const before = await inUse(bench);
    await send(bench, "/model haiku", /haiku/i);
    const failed = await send(bench, "two", /could not be used/);
    assert.match(failed, /does not know the model "[^"]*haiku[^"]*"/);
    assert.match(failed, /is back on opus of Claude Code, as haiku of Claude Code could not be/);
    assert.deepEqual(await inUse(bench), before);
    const message = said().at(-1)!;
    assert.deepEqual(buttonsOf(message).map(({ text }) => text), ["Try again", "Choose a model"]);
    await alice.press(message.message_id, buttonsOf(message)[1]!.data);
    await until(() => /Who should answer/.test(texts().at(-1)!));
    await alice.press(message.message_id, buttonsOf(message)[0]!.data);
    await until(() => texts().at(-1) === "heard: two");
    assert.match(heardBefore(bench, "two"), /heard: one/, "in the same session");
    await bot.settled();
  },
);

chatTest("a model that is asked once and is refused changes nothing", async (bench) => {
  await hear(bench, "one");
  const before = await inUse(bench);
  const failed = await send(bench, "@haiku two", /could not be used/);
  assert.match(failed, /This conversation stays on opus of Claude Code, as haiku/);
  assert.deepEqual(await inUse(bench), before);
  // Its models are known when they were asked for.
  await send(bench, "/model nobody", /no model called/);
  assert.match(
    await send(bench, "@gpt-5.6-sol two", /gpt-5.6-sol of Codex could/),
    /stays on opus/,
  );
  assert.deepEqual(await inUse(bench), before);
  await Deno.mkdir(join(bench.home.cronTasksDir, "report"));
  const job = await bench.bot.automation.tasks.run({
    id: "report",
    title: "Report",
    folder: "report",
    instruction: "report",
    model: "haiku",
    cliParameters: [],
    silent: false,
  }, AbortSignal.timeout(60_000));
  assert.match(job.text, /does not know the model/);
  assert.deepEqual(await inUse(bench), before, "neither does one of a job");
  await hear(bench, "three");
  assert.match(heardBefore(bench, "three"), /heard: one/);
});

chatTest("a CLI that is not logged in is not switched to", async (bench) => {
  const { codexHome } = bench;
  await hear(bench, "one");
  const before = await inUse(bench);
  await Deno.writeTextFile(join(codexHome, "config.toml"), "");
  await send(bench, "/model gpt-5.5", /Codex/);
  const failed = await send(bench, "two", /could not be used/);
  assert.match(failed, /Codex is not logged in/);
  assert.match(failed, /back on opus of Claude Code, as gpt-5.5 of Codex could not be used/);
  assert.deepEqual(await inUse(bench), before);
  await hear(bench, "three");
  assert.match(heardBefore(bench, "three"), /heard: one/);
});

chatTest("a CLI whose own settings are torn is not switched to", async (bench) => {
  const { codexHome } = bench;
  await hear(bench, "one");
  const before = await inUse(bench);
  await Deno.writeTextFile(join(codexHome, "config.toml"), 'model = "gpt-5.5\n[torn');
  await send(bench, "/model gpt-5.5", /Codex/);
  await send(bench, "two", /back on opus of Claude Code, as gpt-5.5 of Codex could not be used/);
  assert.deepEqual(await inUse(bench), before);
  await hear(bench, "three");
  assert.match(heardBefore(bench, "three"), /heard: one/);
});

chatTest("a model of Codex's that is refused is not kept", async (bench) => {
  await hear(bench, "one");
  const before = await inUse(bench);
  await send(bench, "/model gpt-5.6-sol", /Codex/);
  await send(bench, "two", /back on gpt-5.5 of Codex, as gpt-5.6-sol of Codex could not be used/);
  assert.deepEqual(await inUse(bench), before);
  await hear(bench, "three");
  assert.match(heardBefore(bench, "three"), /heard: one/);
  // A file of Claude's own that is torn, as well.
  await Deno.writeTextFile(join(bench.claudeHome, ".claude.json"), '{"torn": ');
  await send(bench, "/model opus", /Claude/);
  const answer = await send(bench, "four", /back on gpt-5.5 of Codex|heard: four/);
  if (/heard/.test(answer)) return; // The older CLI mends its file by itself at the second try.
  assert.deepEqual(await inUse(bench), before);
  await hear(bench, "five");
}, { config: { provider: "codex", model: "gpt-5.5" } });
