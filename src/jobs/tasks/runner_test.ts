import assert from "node:assert/strict";
import { join } from "node:path";
import { AgentError, type AgentEvent, type PermissionDecision } from "../../agents/agent.ts";
import { ModelCatalogue } from "../../agents/models.ts";
import { Home } from "../../config/home.ts";
import { defaultConfig } from "../../config/schema.ts";
import { FakeLauncher } from "../../../tests/support/fake_child.ts";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import { aborted, permission, ScriptedAgent } from "../../../tests/support/scripted_agent.ts";
import { ScriptedBackground } from "../../../tests/support/scripted_background.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";
import type { Task } from "./task.ts";
import { TaskRunner, type TaskRunnerOptions } from "./runner.ts";

const TEA: Task = {
  id: "tea",
  title: "Tea",
  folder: "tea",
  instruction: "Look for tea.",
  cliParameters: [],
  silent: false,
  origin: { chatId: 7, threadId: 3 },
};

class Bench implements AsyncDisposable {
  readonly claude = new ScriptedAgent("claude");
  readonly codex = new ScriptedAgent("codex");
  readonly launcher = new FakeLauncher();
  readonly clock = new FakeClock();
  readonly config = defaultConfig();
  readonly stop = new AbortController();
  readonly runner: TaskRunner;
  /** What a person in the chat answers. */
  ask: TaskRunnerOptions["ask"];

  private constructor(readonly temp: TempFolder, readonly home: Home) {
    const agents = { claude: this.claude, codex: this.codex };
    this.runner = new TaskRunner({
      home,
      agents,
      launcher: this.launcher,
      models: new ModelCatalogue({ agents, clock: this.clock }),
      clock: this.clock,
      config: () => this.config,
      timeZone: () => "UTC",
      ask: async (...asked) => await this.ask?.(...asked),
    });
  }

  static async make(): Promise<Bench> {
    const temp = await TempFolder.make();
    const home = new Home(temp.at("home"));
    await Deno.mkdir(join(home.cronTasksDir, "tea"), { recursive: true });
    return new Bench(temp, home);
  }

  run(task: Partial<Task> = {}) {
    return this.runner.run({ ...TEA, ...task }, this.stop.signal);
  }

  /** Everything a turn says. */
  says(...events: AgentEvent[]): void {
    this.claude.script = async function* () {
      yield* events;
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.temp[Symbol.asyncDispose]();
  }
}

const text = (text: string): AgentEvent => ({ type: "text", text });
const tool = (parent?: string): AgentEvent => ({
  type: "tool",
  phase: "start",
  id: "1",
  name: "Bash",
  input: "date",
  ...parent !== undefined && { parent },
});

Deno.test("task runner: K10.3 the limits and the effort of the config hold for jobs too", async () => {
  await using bench = await Bench.make();
  Object.assign(bench.config, { max_budget_usd: 2, max_turns: 9, claude_effort: "high" });
  await bench.run();
  const { maxBudgetUsd, maxTurns, effort } = bench.claude.opened[0]!;
  assert.deepEqual({ maxBudgetUsd, maxTurns, effort }, {
    maxBudgetUsd: 2,
    maxTurns: 9,
    effort: "high",
  });
  assert.equal(bench.claude.turns[0]!.effort, "high");
});

Deno.test("task runner: the effort of a job wins, one that its model lacks is left out", async () => {
  await using bench = await Bench.make();
  Object.assign(bench.config, { model: "gpt-5", provider: "codex", reasoning_effort: "high" });
  const model = { id: "gpt-5", name: "GPT-5", description: "", efforts: ["low", "high"] };
  bench.codex.offered = [{ ...model, isDefault: true }];
  await bench.run();
  await bench.run({ effort: "low" });
  await bench.run({ effort: "max" });
  assert.deepEqual(bench.codex.opened.map(({ effort }) => effort), ["high", "low", undefined]);
});

Deno.test("task runner: an agent of its own in the folder of the task, which it leaves behind", async () => {
  await using bench = await Bench.make();
  bench.config.cli_parameters.claude = ["--chats-only"];
  const result = await bench.run({ cliParameters: ["--mine"] });
  const [spec] = bench.claude.opened;
  assert.equal(spec!.cwd, join(bench.home.cronTasksDir, "tea"));
  assert.equal(spec!.persist, false);
  assert.equal(spec!.resume, undefined);
  assert.equal(spec!.extraArgs.at(-1), "--mine");
  assert.ok(!spec!.extraArgs.includes("--chats-only"));
  assert.deepEqual(spec!.env, {
    DUCTOR_HOME: bench.home.root,
    DUCTOR_TASK: "tea",
    DUCTOR_CHAT_ID: "7",
    DUCTOR_THREAD_ID: "3",
  });
  assert.match(bench.claude.turns[0]!.text, /^Look for tea\./);
  assert.equal(bench.claude.closed, 1);
  assert.deepEqual(
    [result.status, result.provider, result.model, result.costUsd, result.tokens],
    ["success", "claude", "opus", 0.01, 15],
  );
});

Deno.test("task runner: the answer is what the agent says after its last tool", async () => {
  await using bench = await Bench.make();
  bench.says(
    text("Let me look."),
    { type: "text_end" },
    tool(),
    { type: "text", text: "I am a helper.", parent: "1" },
    text("There is "),
    text("tea."),
    tool("1"),
    { type: "text_end" },
    text("Green."),
    { type: "result", text: "" },
  );
  assert.equal((await bench.run()).text, "There is tea.\n\nGreen.");
});

Deno.test("K12.6 task runner: what needs a permission is asked where the task was made", async () => {
  await using bench = await Bench.make();
  const answers: PermissionDecision[] = [];
  const answered = Promise.withResolvers<void>();
  bench.claude.script = async function* () {
    yield permission(answers);
    await answered.promise;
    yield text("Done.");
  };
  const asked: unknown[] = [];
  bench.ask = (target, { job, title }) => {
    asked.push([target, job, title]);
    answered.resolve();
    return Promise.resolve({ behavior: "allow" });
  };
  const result = await bench.run({ origin: { chatId: 7 } });
  assert.equal(result.text, "Done.");
  assert.deepEqual(asked, [[{ chatId: 7 }, "Tea", "Run: date"]]);
  assert.deepEqual(answers, [{ behavior: "allow" }]);
});

Deno.test("task runner: what runs in the background is waited for, and costs", async () => {
  await using bench = await Bench.make();
  const background = bench.claude.background = new ScriptedBackground();
  const begun = Promise.withResolvers<void>();
  bench.claude.script = async function* () {
    yield text("I have started it.");
    begun.resolve();
  };
  const running = bench.run();
  await begun.promise;
  await settle();
  assert.equal(bench.claude.closed, 0, "it has not said its last word");
  const usage = { inputTokens: 1, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const end: AgentEvent = { type: "result", text: "", costUsd: 0.5, usage };
  background.wake(text("Found: "), text("oolong."), end);
  await settle();
  background.settle();
  const result = await running;
  assert.deepEqual([result.text, result.costUsd, result.tokens], ["Found: oolong.", 0.51, 18]);
  assert.equal(bench.claude.closed, 1);
});

Deno.test("task runner: silence of what runs in the background ends it as a timeout", async () => {
  await using bench = await Bench.make();
  bench.claude.background = new ScriptedBackground();
  const begun = Promise.withResolvers<void>();
  bench.claude.script = async function* () {
    yield text("I have started it.");
    begun.resolve();
  };
  const running = bench.run();
  await begun.promise;
  await bench.clock.advance(bench.config.cli_timeout * 1000);
  const { status, text: said } = await running;
  assert.equal(status, "error:timeout");
  assert.match(said, /It had said so far:\n\nI have started it\.$/);
});

Deno.test("task runner: a failure says until when, and what there is so far", async () => {
  await using bench = await Bench.make();
  const resetAt = new Date("2026-11-23T14:00:00Z");
  bench.says(text("I begin"), {
    type: "error",
    kind: "usage_limit",
    message: "The limit is reached.",
    resetAt,
    costUsd: 0.5,
  });
  const { status, text: said, costUsd } = await bench.run();
  assert.equal(status, "error:usage_limit");
  assert.equal(
    said,
    "The limit is reached. It resets at 2026-11-23T14:00:00.000Z." +
      "\n\nIt had said so far:\n\nI begin",
  );
  assert.equal(costUsd, 0.5);
});

Deno.test("task runner: stopping it ends the agent, and is no failure", async () => {
  await using bench = await Bench.make();
  const begun = Promise.withResolvers<void>();
  bench.claude.script = async function* (_turn, signal) {
    yield text("I begin");
    begun.resolve();
    await aborted(signal);
  };
  const running = bench.run();
  await begun.promise;
  bench.stop.abort();
  assert.equal((await running).status, "stopped");
  assert.equal(bench.claude.closed, 1);
});

Deno.test("task runner: a silent task may say that there is nothing to say", async () => {
  await using bench = await Bench.make();
  bench.says(text("NOTHING_TO_REPORT"));
  assert.equal((await bench.run({ silent: true })).nothing, true);
  bench.says(text("There is tea."));
  assert.equal((await bench.run({ silent: true })).nothing, undefined);
});

Deno.test("task runner: a check that finds nothing asks no model, one that does tells it what", async () => {
  await using bench = await Bench.make();
  let printed: string[] = [];
  bench.launcher.onLaunch = (child) => {
    child.say(...printed);
  };
  const precheck = "./anything_new";
  assert.deepEqual(await bench.run({ precheck }), {
    status: "skipped:nothing_new",
    text: "",
    nothing: true,
  });
  assert.deepEqual(bench.claude.opened, []);
  printed = ["Two letters."];
  assert.equal((await bench.run({ precheck })).status, "success");
  assert.match(bench.claude.turns[0]!.text, /Two letters\./);
  bench.launcher.onLaunch = (child) => {
    child.obedient = false;
    child.stderr = "no such mailbox";
    child.exit(3);
  };
  const failed = await bench.run({ precheck });
  assert.equal(failed.status, "error:precheck");
  assert.match(failed.text, /exit code 3: no such mailbox/);
  assert.equal(bench.claude.turns.length, 1);
});

Deno.test("task runner: a check under way is stopped with the task", async () => {
  await using bench = await Bench.make();
  const begun = Promise.withResolvers<void>();
  bench.launcher.onLaunch = (child) => {
    child.obedient = false;
    begun.resolve();
  };
  const running = bench.run({ precheck: "sleep 1000" });
  await begun.promise;
  bench.stop.abort();
  assert.equal((await running).status, "stopped");
  assert.ok(bench.launcher.children[0]!.kills.length > 0);
  assert.deepEqual(bench.claude.opened, []);
});

Deno.test("task runner: what cannot run is said before, and starts no agent", async () => {
  await using bench = await Bench.make();
  const problem = (task: Partial<Task>) => bench.runner.problemOf({ ...TEA, ...task });
  assert.equal(await problem({}), undefined);
  assert.equal((await problem({ folder: "gone" }))!.kind, "folder_missing");
  assert.equal((await problem({ folder: "../etc" }))!.kind, "folder_missing");
  assert.equal((await problem({ provider: "abacus" }))!.kind, "provider");
  assert.equal((await problem({ model: "nonsense" }))!.kind, "model");
  assert.equal((await problem({ model: "opus", provider: "codex" }))!.kind, "model");
  assert.equal((await bench.run({ folder: "gone" })).status, "error:folder_missing");
  assert.deepEqual(bench.claude.opened, []);
});

Deno.test("task runner: whether a CLI is installed is believed for a minute", async () => {
  await using bench = await Bench.make();
  const problem = async () => (await bench.runner.problemOf(TEA))?.kind;
  assert.equal(await problem(), undefined);
  bench.claude.installed = false;
  await bench.clock.advance(59_000);
  assert.equal(await problem(), undefined);
  await bench.clock.advance(1000);
  assert.equal(await problem(), "cli_not_found_claude");
});

Deno.test("task runner: an agent that cannot be started fails the task by its kind", async () => {
  await using bench = await Bench.make();
  bench.claude.broken = new AgentError("auth", "Log in first.");
  assert.deepEqual(await bench.run(), { status: "error:auth", text: "Log in first." });
});

Deno.test("task runner: nothing that goes wrong in ductor is thrown", async () => {
  await using bench = await Bench.make();
  bench.claude.open = () => Promise.reject(new TypeError("a fault"));
  assert.equal((await bench.run()).status, "error:internal");
});

Deno.test("task runner: with a project it works there, with its settings, and knows where its own folder is", async () => {
  await using bench = await Bench.make();
  const { config, home, temp } = bench;
  const folder = temp.at("shop");
  await Deno.mkdir(folder);
  config.projects = { shop: { folder, permission_mode: "plan", provider: "codex" } };
  assert.equal((await bench.run({ project: "shop" })).status, "success");
  const [spec] = bench.codex.opened;
  const own = join(home.cronTasksDir, "tea");
  assert.deepEqual([spec?.cwd, spec?.folders, spec?.permissionMode], [folder, [own], "plan"]);
  assert.ok(bench.codex.turns[0]!.text.includes(own));
  await Deno.remove(folder);
  const gone = await bench.run({ project: "shop" });
  assert.equal(gone.status, "error:project");
  assert.match(gone.text, /folder of the project shop is not there/);
  assert.match((await bench.run({ project: "nope" })).text, /no project "nope". There are: shop/);
});
