/**
 * Every key of the config, changed in the file while the bot runs: it acts, or the owner is told that
 * it waits for a restart. K10.5, K12.2.
 */
import assert from "node:assert/strict";
import { updateConfig } from "../../src/config/load.ts";
import { appliesWhen, configKeys } from "../../src/config/keys.ts";
import { ALICE, type BotBench, withBot } from "../support/bot_bench.ts";
import { freePort } from "../support/free_port.ts";

/**
 * What to set, and how it shows that it acts. Without `acts` the key is asked for each time it is
 * needed, so that the running bot has the new value is all there is to see.
 */
interface Row {
  value: unknown;
  acts?(bench: BotBench): Promise<unknown>;
}

const connects = async (port: number) => {
  try {
    (await Deno.connect({ port })).close();
    return true;
  } catch {
    return false;
  }
};

/** Changes of the log, as the bot asked for them. */
const logged: { level: string; format: string }[] = [];
const [first, second] = [freePort(), freePort()];

const ROWS: Record<string, Row> = {
  log_level: {
    value: "ERROR",
    acts: ({ until }) => until(() => logged.at(-1)?.level === "ERROR"),
  },
  log_format: {
    value: "json",
    acts: ({ until }) => until(() => logged.at(-1)?.format === "json"),
  },
  provider: {
    value: "codex",
    acts: async ({ alice, codex, until }) => {
      alice.send("/new");
      alice.send("who are you?");
      await until(() => codex.turns.length === 1);
    },
  },
  model: { value: "haiku" },
  ductor_home: { value: "~/elsewhere" },
  idle_timeout_minutes: { value: 60 },
  session_age_warning_hours: { value: 5 },
  daily_reset_hour: { value: 6 },
  daily_reset_enabled: { value: true },
  max_budget_usd: { value: 2 },
  max_turns: { value: 9 },
  max_session_messages: { value: 50 },
  permission_mode: {
    value: "plan",
    acts: async ({ alice, codex, until }) => {
      alice.send("plan this");
      await until(() => codex.turns.at(-1)?.permissionMode === "plan");
    },
  },
  cli_timeout: { value: 30 },
  reasoning_effort: { value: "high" },
  claude_effort: { value: "low" },
  file_access: { value: "workspace" },
  user_timezone: { value: "Asia/Tokyo" },
  telegram_token: { value: "123456:abcdefghijklmnopqrstuvwxyzabcdefghi" },
  telegram_api_root: { value: "https://example.org" },
  allowed_user_ids: { value: [ALICE] },
  group_mode: { value: "all" },
  verbosity: { value: "full" },
  status_reactions: { value: true },
  notify_after_seconds: { value: 10 },
  "agents.max_warm": { value: 1 },
  "agents.idle_minutes": { value: 2 },
  "streaming.enabled": { value: false },
  "streaming.mode": { value: "draft" },
  "streaming.min_chars": { value: 10 },
  "streaming.max_chars": { value: 100 },
  "streaming.idle_ms": { value: 10 },
  "streaming.edit_interval_seconds": { value: 1 },
  "streaming.max_edit_failures": { value: 1 },
  "streaming.append_mode": { value: true },
  "streaming.sentence_break": { value: false },
  "docker.enabled": { value: true },
  "docker.image_name": { value: "other" },
  "docker.container_name": { value: "other" },
  "docker.auto_build": { value: false },
  "docker.command": { value: "podman" },
  "docker.memory": { value: "1g" },
  "docker.cpus": { value: 1 },
  "docker.pids": { value: 100 },
  "docker.network": { value: "none" },
  "heartbeat.enabled": { value: true },
  "heartbeat.interval_minutes": { value: 45_000 },
  "heartbeat.cooldown_minutes": { value: 7 },
  "heartbeat.quiet_start": { value: 1 },
  "heartbeat.quiet_end": { value: 2 },
  "heartbeat.prompt": { value: "Anything?" },
  "heartbeat.ack_token": { value: "NO" },
  "heartbeat.only_when_changed": { value: false },
  "quiet_hours.start": { value: 22 },
  "quiet_hours.end": { value: 6 },
  "cron.max_parallel": { value: 2 },
  "cleanup.enabled": { value: false },
  "cleanup.telegram_files_days": { value: 5 },
  "cleanup.output_to_user_days": { value: 5 },
  "cleanup.check_hour": { value: 5 },
  "webhooks.host": { value: "127.0.0.1" },
  "webhooks.token": { value: "t".repeat(40) },
  "webhooks.max_body_bytes": { value: 1000 },
  "webhooks.rate_limit_per_minute": { value: 0 },
  "webhooks.port": { value: first },
  "webhooks.enabled": {
    value: true,
    acts: async ({ bot, home, until }) => {
      await until(() => bot.webhooks.listening !== undefined);
      assert.equal(await bot.webhooks.listening, first);
      assert.ok(await connects(first));
      await set(home, "webhooks.port", second);
      await until(() => bot.config().webhooks.port === second);
      await bot.webhooks.listen();
      assert.equal(await bot.webhooks.listening, second);
      assert.ok(!await connects(first), "it has moved");
      await set(home, "webhooks.enabled", false);
      await until(() => bot.webhooks.listening === undefined);
      assert.ok(!await connects(second), "it is closed");
    },
  },
  "update.check": { value: false },
  "update.url": { value: "https://releases.example.org" },
  "cli_parameters.claude": { value: ["--verbose"] },
  "cli_parameters.codex": { value: ["--search"] },
};

/** Sets a key in the file, as an editor does. */
async function set(home: BotBench["home"], key: string, value: unknown): Promise<void> {
  const [group = "", name] = key.split(".");
  await updateConfig(home, (raw) => {
    if (name === undefined) raw[group] = value;
    else raw[group] = { ...raw[group] as object, [name]: value };
  });
}

function at(config: object, key: string): unknown {
  return key.split(".").reduce<unknown>((value, part) => (value as never)[part], config);
}

Deno.test("K10.5 live config: every key acts while the bot runs, or says that it waits for a restart", () =>
  withBot(async (bench) => {
    const { home, bot, texts, until } = bench;
    const keys = [...configKeys().keys()];
    assert.deepEqual(Object.keys(ROWS).toSorted(), keys.toSorted(), "each key has a row");
    for (const [key, { value, acts }] of Object.entries(ROWS)) {
      const before = at(bot.config(), key);
      await set(home, key, value);
      if (appliesWhen(key) === "live") {
        await until(() => JSON.stringify(at(bot.config(), key)) === JSON.stringify(value));
        await acts?.(bench);
        continue;
      }
      const [name] = key.split(".");
      await until(() =>
        texts().some((text) => text.includes(name!) && /after \/restart/.test(text))
      );
      assert.deepEqual(at(bot.config(), key), before, `${key} keeps its value`);
      await set(home, key, before);
    }
  }, {
    bot: {
      logs: {
        change: (to) => {
          logged.push(to);
          return Promise.resolve();
        },
      },
    },
  }));
