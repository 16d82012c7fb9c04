/**
 * What people ask for in the chat, from their words to what comes of it, with the real CLIs and a
 * model that knows nothing but the rules: its commands are taken from the rule files it has read.
 */
import assert from "node:assert/strict";
import { ClaudeAgent } from "../../src/agents/claude/agent.ts";
import { CodexAgent } from "../../src/agents/codex/agent.ts";
import type { BotOptions } from "../../src/app/compose.ts";
import { agentLauncher } from "../../src/cli/agent_launcher.ts";
import type { Brain } from "../../src/demo/brain/thought.ts";
import { ALICE, type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { ductorOn } from "../support/ductor.ts";
import { freePort } from "../support/free_port.ts";
import { ModelServer } from "../support/model_server.ts";
import { denoDir } from "../support/program.ts";
import { ScriptedAgent } from "../support/scripted_agent.ts";
import { ShiftedClock } from "../support/shifted_clock.ts";
import { TempFolder } from "../support/temp_folder.ts";
import { hmac } from "../support/webhooks.ts";
import { installedClis } from "./cases.ts";

const JOBS = "cat cron_tasks/CLAUDE.md";
const HOOKS = "cat tools/webhook_tools/CLAUDE.md";

/** What stands in the rules, or nothing can be done. */
function taught(rules: string, pattern: RegExp): string {
  const [found] = pattern.exec(rules) ?? [];
  if (found === undefined) throw new Error(`The rules do not teach ${pattern}`);
  return found;
}

/** What cannot be done is said, and is not what the test waits for. */
const brain: Brain = (thought) => {
  try {
    return follow(thought);
  } catch (error) {
    return [{ say: String(error) }];
  }
};

const follow: Brain = ({ text, toolResults: results }) => {
  const [rules = "", second = "", ...more] = results.map(({ output }) => output);
  const one = () => taught(rules, /ductor cron add --in 20m --title "[^`]*"/);
  const again = () => taught(rules, /--schedule "30 7 \* \* 1-5"/);
  if (/Remind the user to call Anna/.test(text)) return [{ say: "⏰ Call Anna" }];
  if (/Say the weather/.test(text)) return [{ say: "☀️ Sunny, 12 degrees." }];
  if (/webhook "New issues"/.test(text)) {
    return [{ say: `Somebody opened ${/Issue (It [^:\n]+):/.exec(text)?.[1]}.` }];
  }
  if (/^Remind me in 20/.test(text)) {
    if (results.length === 0) return [{ run: JOBS }];
    if (results.length === 1) return [{ run: one() }];
    return [{ say: `I will remind you to call Anna at ${firstRun(second)}.` }];
  }
  if (/^Every weekday/.test(text)) {
    if (results.length === 0) return [{ run: JOBS }];
    if (results.length === 1) {
      const command = one().replace("--in 20m", again())
        .replaceAll("Call Anna", "Weather")
        .replace(/--instruction "[^"]*"/, '--instruction "Say the weather in Bonn."');
      return [{ run: command }];
    }
    return [{ say: `You get the weather from ${firstRun(second)} on.` }];
  }
  const on = /ductor config set webhooks\.enabled true/;
  if (/^Tell me when somebody/.test(text)) {
    if (results.length === 0) return [{ run: HOOKS }];
    if (results.length === 1) {
      return [{ run: taught(rules, /ductor config get webhooks\.enabled/) }];
    }
    return [{ say: "Webhooks are off. Shall I switch them on?\n[button:Switch on]" }];
  }
  if (/^Switch on/.test(text)) {
    const { output: answer = "" } = results.at(-1) ?? {};
    if (results.length === 0) return [{ run: HOOKS }];
    if (results.length === 1) return [{ run: taught(rules, on) }];
    if (results.length === 2) return [{ run: taught(rules, /ductor webhook add issues [^`]*/) }];
    const [, secret] = /"secret": ?"([^"]+)"/.exec(answer) ?? [];
    return [{
      say: `Done. In GitHub, Settings → Webhooks: ${/hooks\/issues/.exec(answer)?.[0]}, ` +
        `secret \`${secret}\`.`,
    }];
  }
  return [{ say: `heard: ${text.slice(0, 80)} ${more.length}` }];
};

/** The first run, as the answer of `ductor cron add` names it. */
function firstRun(answer: string): string {
  const [, at] = /"next_runs": ?\[\s*"([^"]+)"/.exec(answer) ?? [];
  if (at === undefined) throw new Error(`The answer names no first run: ${answer}`);
  return at;
}

interface Spoken extends BotBench {
  clock: ShiftedClock;
  port: number;
  /** Lets that much time go by for the bot. */
  pass(ms: number): Promise<void>;
}

function spoken(name: string, fn: (bench: Spoken) => Promise<void>): void {
  const all = [
    ...installedClis("claude").map((cli) => ({ ...cli, provider: "claude" as const })),
    ...installedClis("codex").map((cli) => ({ ...cli, provider: "codex" as const })),
  ];
  for (const { label, path, provider } of all) {
    Deno.test({
      name: `${label}: ${name}`,
      ignore: Deno.build.os === "windows", // The commands are written for sh.
      async fn() {
        await using model = await ModelServer.start({ brain });
        await using folder = await TempFolder.make();
        const clock = new ShiftedClock(Date.now());
        const bot: Partial<BotOptions> = { clock };
        const port = freePort();
        await withBot(async (bench) => {
          const launcher = bot.launcher = await agentLauncher(bench.home);
          const cli = folder.at("cli");
          await Deno.mkdir(cli);
          const env = provider === "claude" ? model.claudeEnv(cli) : await model.codexEnv(cli);
          env.DENO_DIR = denoDir();
          const options = { launcher, command: path, env };
          bot.agents = provider === "claude"
            ? { claude: new ClaudeAgent(options), codex: new ScriptedAgent("codex") }
            : { claude: new ScriptedAgent("claude"), codex: new CodexAgent(options) };
          await bench.start();
          await fn(Object.assign(bench, {
            clock,
            port,
            async pass(ms: number) {
              clock.pass(ms);
              // The scheduler looks at the clock every 30 seconds.
              await bench.until(() => clock.waits.includes(30_000));
              clock.wake(30_000);
            },
          }));
        }, {
          started: false,
          bot,
          config: {
            provider,
            model: provider === "claude" ? "sonnet" : "gpt-5.5",
            permission_mode: "bypassPermissions",
            user_timezone: "Europe/Berlin",
            webhooks: { port },
          },
        });
      },
    });
  }
}

const jobs = async ({ home }: BotBench) =>
  JSON.parse(await Deno.readTextFile(home.cronJobsFile)).jobs;

spoken(
  "K14 “remind me in 20 minutes”: no question, one confirmation with the time, and the reminder",
  async (bench) => {
    const { alice, texts, until, pass } = bench;
    alice.send("Remind me in 20 minutes to call Anna.");
    await until(() => /I will remind you.*\.$/.test(texts().at(-1) ?? ""));
    assert.match(
      texts().join("\n"),
      /^I will remind you to call Anna at \w{3} \d+ \w{3} \d{4} \d\d:\d\d\.$/,
    );
    const [job, ...others] = await jobs(bench);
    assert.deepEqual([job.title, job.chat_id, others.length], ["Call Anna", ALICE, 0]);
    await bench.bot.settled();
    await pass(20 * 60_000);
    await until(() => /^Call Anna[^]*⏰ Call Anna$/.test(texts().at(-1)!));
    assert.equal(texts().length, 2);
  },
);

spoken(
  "K14 “every weekday at 7:30”: no question, one confirmation with the first run, and the result",
  async (bench) => {
    const { alice, home, texts, until } = bench;
    alice.send("Every weekday at 7:30 tell me the weather in Bonn.");
    await until(() => /You get the weather.*\.$/.test(texts().at(-1) ?? ""));
    assert.match(texts().join("\n"), /^You get the weather from \w{3} \d+ \w{3} \d{4} 07:30 on\.$/);
    const [job] = await jobs(bench);
    assert.deepEqual([job.schedule, job.chat_id], ["30 7 * * 1-5", ALICE]);
    assert.equal((await ductorOn(home.root)("cron", "run", job.id)).code, 0);
    await until(() => /^Weather[^]*Sunny, 12 degrees\.$/.test(texts().at(-1)!));
    assert.equal(texts().length, 2);
  },
);

spoken(
  "K14 “tell me when somebody opens an issue”: one question, then address and secret, and the news",
  async (bench) => {
    const { alice, home, said, texts, until, port } = bench;
    alice.send("Tell me when somebody opens an issue.");
    await until(() => said().some((message) => buttonsOf(message).length > 0));
    const question = said().find((message) => buttonsOf(message).length > 0)!;
    await alice.press(question.message_id, buttonsOf(question)[0]!.data);
    await until(() => /^Done\..*secret .*\.$/.test(texts().at(-1) ?? ""));
    const { hooks: [hook] } = JSON.parse(await Deno.readTextFile(home.webhooksFile));
    const done = texts().find((text) => text.startsWith("Done."))!;
    assert.ok(done.includes("hooks/issues") && done.includes(hook.hmac_secret), done);
    const body = '{"action":"opened","issue":{"title":"It is broken","body":"Help"}}';
    const response = await fetch(`http://127.0.0.1:${port}/hooks/issues`, {
      method: "POST",
      headers: {
        "x-github-event": "issues",
        "x-hub-signature-256": `sha256=${(await hmac("SHA-256", hook.hmac_secret, body)).hex}`,
      },
      body,
    });
    assert.equal(response.status, 202, await response.text());
    await until(() => texts().includes("Somebody opened It is broken."));
    assert.equal(texts().filter((text) => text.includes("?")).length, 1, "one question");
  },
);
