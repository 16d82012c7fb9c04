/**
 * For each key of the config: what to set, and how to see from outside that it acts. What is looked
 * at must differ before (`was`) and after (`is`), so that nothing passes that does nothing.
 */
import { join } from "node:path";
import { LATE, within } from "../../src/base/async/within.ts";
import type { AgentEvent, SessionSpec } from "../../src/agents/agent.ts";
import { JobRegistry } from "../../src/jobs/registry.ts";
import { MAX_FAILURES } from "../../src/webhooks/app.ts";
import { readLine } from "../../src/terminal/listen.ts";
import { Registry } from "../../src/webhooks/registry.ts";
import { createTask } from "../../src/workspace/task_folder.ts";
import { ALICE } from "../support/bot_bench.ts";
import { freePort } from "../support/free_port.ts";
import { hookOf } from "../support/webhooks.ts";
import { texts } from "../../src/chat/queue/texts.ts";
import { aborted } from "../support/scripted_agent.ts";
import type { LiveBench } from "./live_config_bench.ts";

export interface Row {
  value: unknown;
  /** What else has to be set for it to matter. */
  given?: Record<string, unknown>;
  look(bench: LiveBench): Promise<unknown>;
  was: unknown;
  is: unknown;
}

/** Other values for keys that are kept for files of the Python original, and do nothing. */
export const WITHOUT_EFFECT: Record<string, unknown> = {
  // Until there is an agent of that protocol.
  acp_effort: "high",
  // Seen at the next start; ahead_test.ts.
  "agents.prewarm": false,
  notify_after_seconds: 10,
  "streaming.idle_ms": 10,
  "streaming.max_edit_failures": 1,
  "streaming.sentence_break": false,
};

/** Other values for what waits for a restart. */
export const WAITING: Record<string, unknown> = {
  ductor_home: "~/elsewhere",
  telegram_token: "123456:abcdefghijklmnopqrstuvwxyzabcdefghi",
  telegram_api_root: "https://example.org",
  "agents.acp": { acme: { command: ["acme", "acp"] } },
  "docker.enabled": true,
  "docker.image_name": "other",
  "docker.container_name": "other",
  "docker.auto_build": false,
  "docker.command": "podman",
  "docker.memory": "1g",
  "docker.cpus": 1,
  "docker.pids": 100,
  "docker.network": "none",
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PARAGRAPH = "These are some words of an answer that is not short.\n".repeat(6).trim();
const [PORT, OTHER_PORT] = [freePort(), freePort()];
const HOOKS = { "webhooks.enabled": true, "webhooks.port": PORT };
const CODEX = { provider: "codex" };
const ROOT = Deno.makeTempDirSync();
addEventListener("unload", () => Deno.removeSync(ROOT, { recursive: true }));
Deno.mkdirSync(join(ROOT, "below", ".git"), { recursive: true });
const HEART = { "heartbeat.enabled": true };

export const ROWS: Record<string, Row> = {
  projects: { value: { shop: ROOT }, look: offersProjects, was: 0, is: 1 },
  project_roots: { value: [ROOT], look: offersProjects, was: 0, is: 1 },
  log_level: {
    value: "ERROR",
    look: ({ logged }) => Promise.resolve(logged.at(-1)?.level ?? "INFO"),
    was: "INFO",
    is: "ERROR",
  },
  log_format: {
    value: "json",
    look: ({ logged }) => Promise.resolve(logged.at(-1)?.format ?? "text"),
    was: "text",
    is: "json",
  },
  provider: {
    value: "codex",
    async look(bench) {
      const before = bench.codex.turns.length;
      await bench.ask({ elsewhere: true });
      return bench.codex.turns.length > before ? "codex" : "claude";
    },
    was: "claude",
    is: "codex",
  },
  model: { value: "haiku", look: opened((spec) => spec.model), was: "opus", is: "haiku" },
  idle_timeout_minutes: { value: 60, look: goesOnAfter(2 * HOUR), was: true, is: false },
  session_age_warning_hours: {
    value: 5,
    async look(bench) {
      await bench.fresh();
      // It is said at every tenth answer.
      for (let count = 1; count < 10; count++) await bench.ask();
      bench.clock.pass(6 * HOUR);
      return (await bench.ask()).join().includes("/new");
    },
    was: false,
    is: true,
  },
  daily_reset_enabled: {
    value: true,
    given: { user_timezone: "UTC" },
    look: goesOnFrom3To5,
    was: true,
    is: false,
  },
  daily_reset_hour: {
    value: 6,
    given: { user_timezone: "UTC", daily_reset_enabled: true },
    look: goesOnFrom3To5,
    was: false,
    is: true,
  },
  max_budget_usd: { value: 2, look: opened((spec) => spec.maxBudgetUsd), was: undefined, is: 2 },
  max_turns: { value: 9, look: opened((spec) => spec.maxTurns), was: undefined, is: 9 },
  max_session_messages: { value: 1, look: goesOnAfter(0), was: true, is: false },
  permission_mode: {
    value: "plan",
    look: opened((spec) => spec.permissionMode),
    was: "bypassPermissions",
    is: "plan",
  },
  cli_timeout: {
    value: 7,
    // Others wait for ten minutes, too.
    given: { cli_timeout: 601 },
    async look({ clock, talk, until }) {
      const limits = () => clock.waits.filter((ms) => ms === 601_000 || ms === 7000);
      let hangs = false;
      const talking = talk(async function* (signal) {
        hangs = true;
        await aborted(signal);
        yield { type: "alive" };
      });
      await until(() => hangs && limits().length > 0);
      const [limit] = limits();
      clock.wake(limit!);
      await talking;
      return limit;
    },
    was: 601_000,
    is: 7000,
  },
  reasoning_effort: {
    value: "high",
    given: CODEX,
    look: opened((spec) => spec.effort),
    was: "medium",
    is: "high",
  },
  claude_effort: { value: "low", look: opened((spec) => spec.effort), was: undefined, is: "low" },
  file_access: {
    value: "workspace",
    async look({ home, said, talk }) {
      const path = join(home.root, "notes.txt");
      await Deno.writeTextFile(path, "hello");
      const before = said().length;
      await talk(async function* () {
        yield { type: "text", text: `Here: <file:${path}>` };
      });
      return said().slice(before).some(({ document }) => document !== undefined);
    },
    was: true,
    is: false,
  },
  user_timezone: {
    value: "Asia/Tokyo",
    given: { user_timezone: "UTC" },
    async look({ bot, home, clock }) {
      const registry = new JobRegistry(home, { now: () => new Date(clock.now()) });
      const name = "noon";
      await registry.add({ name, title: name, description: "", schedule: "0 12 * * *" });
      await bot.automation.scheduler.reload();
      const [{ next } = {}] = await bot.automation.scheduler.view();
      await registry.remove(name);
      await bot.automation.scheduler.reload();
      return new Date(next!).getUTCHours();
    },
    was: 12,
    is: 3,
  },
  allowed_user_ids: {
    value: [ALICE],
    async look({ bob, bot, ask, claude }) {
      const text = `from Bob ${crypto.randomUUID()}`;
      bob.send(text);
      await ask();
      await bot.settled();
      return claude.turns.some((turn) => turn.text.includes(text));
    },
    was: true,
    is: false,
  },
  group_mode: {
    value: "all",
    async look({ alice, ask, bot, claude, group }) {
      const text = `to all ${crypto.randomUUID()}`;
      alice.send(text, { chat: group.id });
      await ask();
      await bot.settled();
      return claude.turns.some((turn) => turn.text.includes(text));
    },
    was: false,
    is: true,
  },
  allowed_group_ids: {
    value: [-1],
    async look({ alice, ask, bot, claude, group }) {
      const text = `in ${crypto.randomUUID()}`;
      alice.send(`@ductor_demo_bot ${text}`, { chat: group.id });
      await ask();
      await bot.settled();
      return claude.turns.some((turn) => turn.text.includes(text));
    },
    was: true,
    is: false,
  },
  max_messages_per_answer: {
    value: 1,
    async look({ talk }) {
      const shown = await talk(async function* () {
        yield { type: "text", text: "word ".repeat(1000) };
      });
      return JSON.stringify(shown).includes("only the beginning");
    },
    was: false,
    is: true,
  },
  verbosity: {
    value: "full",
    look: midway(({ text }) => text.includes("pondering"), async function* (shown) {
      yield { type: "thinking", text: "pondering" };
      await shown();
    }),
    was: false,
    is: true,
  },
  queue_mode: {
    value: "steer",
    async look({ alice, bot, claude, said, until }) {
      const gate = Promise.withResolvers<void>();
      const added: string[] = [];
      const before = claude.turns.length;
      const script = claude.script;
      claude.script = async function* () {
        yield { type: "alive" };
        await gate.promise;
      };
      claude.steer = (text) => Promise.resolve(added.push(text) > 0);
      alice.send("long");
      await until(() => claude.turns.length === before + 1);
      alice.send("more");
      await until(() => said().some(({ text }) => text === texts.waiting) || added.length > 0);
      gate.resolve();
      await bot.settled();
      claude.script = script;
      claude.steer = undefined;
      return claude.turns.length - before;
    },
    was: 2,
    is: 1,
  },
  status_reactions: {
    value: true,
    async look({ alice, ask, claude, server, until }) {
      const before = claude.turns.length;
      const { message_id } = alice.send(`react ${crypto.randomUUID()}`);
      await until(() => claude.turns.length > before);
      await ask();
      return server.reactions(ALICE, message_id).size > 0;
    },
    was: false,
    is: true,
  },
  suggestions: { value: true, look: opened((spec) => spec.suggestions), was: undefined, is: true },
  "agents.max_warm": { value: 0, look: staysWarm, was: true, is: false },
  "agents.idle_minutes": { value: 0, look: staysWarm, was: true, is: false },
  "agents.max_parallel": {
    value: 1,
    // Two tasks at once.
    async look({ alice, bot, claude, until, said }) {
      const gate = Promise.withResolvers<void>();
      const { script } = claude;
      claude.script = async function* () {
        yield { type: "alive" };
        await gate.promise;
      };
      const from = claude.turns.length;
      const notices = () =>
        said().filter(({ text }) => text === "Working on it in the background: t");
      alice.send("/bg t");
      alice.send("/bg t");
      await until(() => notices().length === 2 && claude.turns.length > from);
      const most = claude.turns.length - from;
      gate.resolve();
      await bot.settled();
      claude.script = script;
      return most;
    },
    was: 2,
    is: 1,
  },
  "streaming.enabled": {
    value: false,
    look: midway(({ text }) => text.includes("Alpha"), async function* () {
      yield { type: "text", text: "Alpha" };
    }),
    was: true,
    is: false,
  },
  "streaming.mode": {
    value: "draft",
    look: midway(({ drafts }) => drafts > 0, async function* () {
      yield { type: "text", text: "A" };
    }),
    was: false,
    is: true,
  },
  "streaming.append_mode": { value: true, look: messagesOfAnAnswer, was: 1, is: 2 },
  "streaming.min_chars": {
    value: 1000,
    given: { "streaming.append_mode": true },
    look: messagesOfAnAnswer,
    was: 2,
    is: 1,
  },
  "streaming.max_chars": {
    value: 100,
    given: { "streaming.append_mode": true },
    look: messagesOfAnAnswer,
    was: 2,
    is: 6,
  },
  "streaming.edit_interval_seconds": {
    value: 600,
    given: { "streaming.edit_interval_seconds": 0 },
    look: midway(({ text }) => text.includes("later"), async function* (shown) {
      yield { type: "text", text: "At first" };
      await shown();
      yield { type: "text", text: " and later" };
    }),
    was: true,
    is: false,
  },
  "heartbeat.enabled": { value: true, look: (bench) => beat(bench), was: undefined, is: "said" },
  "heartbeat.interval_minutes": {
    value: 45_000,
    look: ({ clock }) => Promise.resolve(clock.waits.includes(45_000 * MINUTE)),
    was: false,
    is: true,
  },
  "heartbeat.cooldown_minutes": {
    value: 30,
    given: HEART,
    look: (bench) => beat(bench),
    was: "said",
    is: "too_early",
  },
  "heartbeat.quiet_start": {
    value: 11,
    given: HEART,
    look: (bench) => beat(bench),
    was: "said",
    is: undefined,
  },
  "heartbeat.quiet_end": {
    value: 15,
    given: HEART,
    look: (bench) => beat(bench),
    was: "said",
    is: undefined,
  },
  "heartbeat.prompt": {
    value: "Anything?",
    given: HEART,
    async look(bench) {
      await beat(bench);
      return bench.claude.turns.at(-1)!.text.includes("Anything?");
    },
    was: false,
    is: true,
  },
  "heartbeat.ack_token": {
    value: "NOTHING",
    given: HEART,
    look: (bench) => beat(bench, "NOTHING"),
    was: "said",
    is: "nothing_to_say",
  },
  "heartbeat.only_when_changed": {
    value: false,
    given: HEART,
    async look(bench) {
      await beat(bench, "HEARTBEAT_OK");
      return await beat(bench, "HEARTBEAT_OK", false);
    },
    was: "unchanged",
    is: "nothing_to_say",
  },
  "quiet_hours.start": {
    value: 11,
    given: { ...HOOKS, "quiet_hours.end": 15, user_timezone: "UTC" },
    look: runOfAHook,
    was: "success",
    is: "skipped:quiet_hours",
  },
  "quiet_hours.end": {
    value: 15,
    given: { ...HOOKS, "quiet_hours.start": 11, user_timezone: "UTC" },
    look: runOfAHook,
    was: "success",
    is: "skipped:quiet_hours",
  },
  "cron.max_parallel": {
    value: 1,
    async look({ bot, claude, home }) {
      const names = ["one", "two"].map((name) => `${name}-${crypto.randomUUID().slice(0, 8)}`);
      const registry = new JobRegistry(home);
      const schedule = "0 0 1 1 *";
      for (const name of names) {
        await registry.add({ name, title: name, description: "", schedule });
      }
      await bot.automation.scheduler.reload();
      let [most, now] = [0, 0];
      const both = Promise.withResolvers<void>();
      claude.script = async function* () {
        most = Math.max(most, ++now);
        if (now === 2) both.resolve();
        // As long as it takes the other one to come, if it may.
        await Promise.race([both.promise, new Promise((resolve) => setTimeout(resolve, 300))]);
        now--;
        yield { type: "text", text: "done" };
      };
      for (const name of names) await bot.automation.scheduler.runNow(name);
      await bot.automation.scheduler.idle();
      for (const name of names) await registry.remove(name);
      await bot.automation.scheduler.reload();
      return most;
    },
    was: 2,
    is: 1,
  },
  "cleanup.enabled": { value: false, look: cleans("output_to_user"), was: true, is: false },
  "cleanup.check_hour": { value: 5, look: cleans("output_to_user"), was: true, is: false },
  "cleanup.telegram_files_days": {
    value: 90,
    look: cleans("telegram_files"),
    was: true,
    is: false,
  },
  "cleanup.output_to_user_days": {
    value: 90,
    look: cleans("output_to_user"),
    was: true,
    is: false,
  },
  "hooks.notify_after_seconds": { value: 600, look: longTurn, was: true, is: false },
  "hooks.quiet_when_active_seconds": { value: 600, look: longTurn, was: true, is: false },
  "webhooks.enabled": {
    value: true,
    given: { "webhooks.port": PORT },
    look: () => listens("127.0.0.1", PORT),
    was: false,
    is: true,
  },
  "metrics.enabled": {
    value: true,
    given: { "webhooks.port": PORT },
    look: () => listens("127.0.0.1", PORT),
    was: false,
    is: true,
  },
  "webhooks.port": {
    value: OTHER_PORT,
    given: HOOKS,
    look: async () => [await listens("127.0.0.1", PORT), await listens("127.0.0.1", OTHER_PORT)],
    was: [true, false],
    is: [false, true],
  },
  "webhooks.host": {
    value: "127.0.0.2",
    given: HOOKS,
    look: async () => [await listens("127.0.0.1", PORT), await listens("127.0.0.2", PORT)],
    was: [true, false],
    is: [false, true],
  },
  "webhooks.token": {
    value: "t".repeat(40),
    given: HOOKS,
    look: (bench) => post(bench, { authorization: `Bearer ${"t".repeat(40)}` }),
    was: 401,
    is: 202,
  },
  "webhooks.trusted_proxies": {
    value: [],
    given: HOOKS,
    // Whether somebody behind a proxy on this machine locks out who comes through it, too.
    async look(bench) {
      const bad = { authorization: "no", "x-forwarded-for": "192.0.2.1" };
      for (let count = 0; count <= MAX_FAILURES; count++) await post(bench, bad);
      return await post(bench, { "x-forwarded-for": "192.0.2.2" });
    },
    was: 202,
    is: 429,
  },
  "webhooks.max_body_bytes": {
    value: 1000,
    given: HOOKS,
    look: (bench) => post(bench, {}, "x".repeat(2000)),
    was: 202,
    is: 413,
  },
  "webhooks.rate_limit_per_minute": {
    value: 0,
    given: { ...HOOKS, "webhooks.rate_limit_per_minute": 1 },
    // Whether two events in a row are worked off at once.
    async look(bench) {
      for (let count = 0; count < 2; count++) await post(bench);
      const done = async () => {
        while (await openEvents(bench) > 0) await new Promise((look) => setTimeout(look, 20));
      };
      return await within(done(), 1000) !== LATE;
    },
    was: false,
    is: true,
  },
  "update.check": {
    value: false,
    given: { "update.url": "http://127.0.0.1:9/releases" },
    look: looksForReleases,
    was: true,
    is: false,
  },
  "update.url": {
    value: "http://127.0.0.1:9/releases",
    look: looksForReleases,
    was: false,
    is: true,
  },
  "cli_parameters.claude": {
    value: ["--verbose"],
    look: opened((spec) => spec.extraArgs),
    was: [],
    is: ["--verbose"],
  },
  "cli_parameters.codex": {
    value: ["--search"],
    given: CODEX,
    look: opened((spec) => spec.extraArgs),
    was: [],
    is: ["--search"],
  },
};

/** What a session of a new conversation is opened with. */
function opened(read: (spec: SessionSpec) => unknown): Row["look"] {
  return async (bench) => {
    const before = bench.codex.turns.length;
    await bench.ask({ elsewhere: true });
    const { opened } = bench.codex.turns.length > before ? bench.codex : bench.claude;
    return read(opened.at(-1)!);
  };
}

/** Whether a session goes on after some time. */
function goesOnAfter(ms: number): Row["look"] {
  return async (bench) => {
    await bench.fresh();
    await bench.ask();
    bench.clock.pass(ms);
    return await goesOn(bench);
  };
}

async function goesOnFrom3To5(bench: LiveBench): Promise<boolean> {
  bench.clock.passTo(3);
  await bench.fresh();
  await bench.ask();
  bench.clock.passTo(5);
  return await goesOn(bench);
}

async function goesOn({ claude, ask }: LiveBench): Promise<boolean> {
  const before = claude.opened.length;
  await ask();
  return claude.opened.length === before;
}

async function staysWarm(bench: LiveBench): Promise<boolean> {
  await bench.ask();
  return await goesOn(bench);
}

interface Shown {
  text: string;
  /** How often a draft was shown. */
  drafts: number;
}

/** What can be seen of an answer while it is being written. */
function midway(
  read: (shown: Shown) => unknown,
  script: (shown: () => Promise<void>) => AsyncIterable<AgentEvent>,
): Row["look"] {
  return async ({ alice, clock, said, server, talk, until }) => {
    const before = said().length;
    const [written, enough] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const drafts = () => server.calls.filter(({ method }) => method === "sendMessageDraft").length;
    const draftsBefore = drafts();
    const shown = () => said().slice(before).map(({ text }) => text ?? "").join("\n");
    const talking = talk(async function* () {
      yield* script(() => until(() => said().length > before));
      written.resolve();
      await enough.promise;
    });
    await written.promise;
    // Nothing is shown in the first second; then whatever was to be shown has been shown when
    // something else has been said in between.
    clock.pass(2000);
    alice.send("/status");
    await until(() => shown().includes("Status"));
    const seen = read({ text: shown(), drafts: drafts() - draftsBefore });
    enough.resolve();
    await talking;
    return seen;
  };
}

async function messagesOfAnAnswer({ talk }: LiveBench): Promise<number> {
  const shown = await talk(async function* () {
    yield { type: "text", text: `${PARAGRAPH}\n\n` };
    yield { type: "text", text: PARAGRAPH };
  });
  return shown.length;
}

/** What becomes of a heartbeat at noon, ten minutes after a message. */
async function beat(bench: LiveBench, answer = "News!", ask = true): Promise<unknown> {
  const { bot, claude, clock } = bench;
  if (ask) {
    clock.passTo(12);
    await bench.fresh();
    await bench.ask();
  }
  clock.pass(10 * MINUTE);
  claude.script = async function* () {
    yield { type: "text", text: answer };
  };
  return (await bot.heartbeat.tick()).get(String(ALICE));
}

/** Whether the night's cleanup takes a file that is 60 days old. */
function cleans(folder: "output_to_user" | "telegram_files"): Row["look"] {
  return async ({ bot, clock, home }) => {
    clock.passTo(3);
    const path = join(folder === "output_to_user" ? home.outputDir : home.telegramFilesDir, "old");
    await Deno.writeTextFile(path, "");
    const time = new Date(clock.now() - 60 * 24 * HOUR);
    await Deno.utime(path, time, time);
    await bot.cleanup.tick();
    return await Deno.stat(path).then(() => false, () => true);
  };
}

async function listens(hostname: string, port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname, port })).close();
    return true;
  } catch {
    return false;
  }
}

/** Calls a hook that has no secret of its own; the answer's status. */
/** Events on disk that are not done. */
async function openEvents({ home }: LiveBench): Promise<number> {
  const lines = (await Deno.readTextFile(home.webhookEventsFile)).split("\n");
  const count = (kind: string) => lines.filter((line) => line.includes(`"k":"${kind}"`)).length;
  return count("event") - count("done");
}

async function post(
  { home, config, until }: LiveBench,
  headers: Record<string, string> = {},
  text = "x",
  id = "calls",
): Promise<number> {
  const registry = new Registry(home.webhooksFile);
  // To a chat nobody has: it is taken, and no agent is woken.
  if (!await registry.find(id)) {
    await registry.add(hookOf({ id, token: "", chat_id: 4711 }));
  }
  // The bot makes the common secret when it first listens.
  await until(() => config().webhooks.token !== "");
  const { token } = config().webhooks;
  const response = await fetch(`http://127.0.0.1:${PORT}/hooks/${id}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${token}`,
      ...headers,
    },
    body: JSON.stringify({ text }),
  }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.status ?? 0;
}

/** How a run that a hook asks for at noon ends. */
async function runOfAHook(bench: LiveBench): Promise<unknown> {
  const { home, clock } = bench;
  clock.passTo(12);
  const id = `run-${crypto.randomUUID().slice(0, 8)}`;
  const registry = new Registry(home.webhooksFile);
  const hook = hookOf({ id, token: "", mode: "cron_task", task_folder: id, chat_id: ALICE });
  await createTask(home, { name: id, title: id, description: "" }, () => registry.add(hook));
  await post(bench, {}, "x", id);
  for (;;) {
    const { last_status } = (await registry.find(id))!;
    if (last_status) return last_status;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function looksForReleases({ clock, asked, until }: LiveBench): Promise<boolean> {
  const before = asked.length;
  for (const ms of [MINUTE, HOUR]) clock.wake(ms);
  await until(() => clock.waits.includes(HOUR));
  return asked.length > before;
}

/** How many projects the panel offers. */
async function offersProjects({ alice, texts, until }: LiveBench): Promise<number> {
  const panels = () => texts().filter((text) => text.startsWith("Projects"));
  const before = panels().length;
  alice.send("/project");
  await until(() => panels().length > before);
  return Number(/(\d+) project/.exec(panels().at(-1)!)?.[1] ?? 0);
}

/** Whether the end of a turn of 90 seconds in a terminal is told. */
async function longTurn({ bot, clock, home, texts }: LiveBench): Promise<boolean> {
  const session_id = crypto.randomUUID();
  const tell = async (hook_event_name: string) => {
    using hook = await Deno.connect({ transport: "unix", path: home.terminalSocket });
    const event = { hook_event_name, session_id, cwd: ROOT, last_assistant_message: session_id };
    const line = JSON.stringify({ provider: "claude", pid: 1, event });
    await hook.write(new TextEncoder().encode(`${line}\n`));
    await readLine(hook);
  };
  await tell("UserPromptSubmit");
  clock.pass(90_000);
  await tell("Stop");
  await bot.settled();
  return texts().some((text) => text.includes(session_id));
}
