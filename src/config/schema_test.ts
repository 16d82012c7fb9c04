import assert from "node:assert/strict";
import { z } from "zod";
import { ConfigSchema, configSecrets, defaultConfig, isConfigured } from "./schema.ts";

/** Paths and messages of what is refused in `raw`. */
function refused(raw: unknown): Record<string, string> {
  const { error } = ConfigSchema.safeParse(raw);
  return Object.fromEntries((error?.issues ?? []).map((i) => [i.path.join("."), i.message]));
}

Deno.test("config defaults are those of the original", () => {
  const { heartbeat: { prompt, ...heartbeat }, ...rest } = defaultConfig();
  assert.match(prompt, /MAINMEMORY\.md.*cron_tasks.*HEARTBEAT_OK/s);
  // Keys of our own come and go; those of the original stay as they were.
  const original: Tree = {
    log_level: "INFO",
    provider: "claude",
    model: "opus",
    ductor_home: "~/.ductor",
    idle_timeout_minutes: 1440,
    session_age_warning_hours: 12,
    daily_reset_hour: 4,
    daily_reset_enabled: false,
    max_budget_usd: null,
    max_turns: null,
    max_session_messages: null,
    permission_mode: "bypassPermissions",
    cli_timeout: 600,
    reasoning_effort: "medium",
    file_access: "all",
    user_timezone: "",
    telegram_token: "",
    allowed_user_ids: [],
    streaming: {
      enabled: true,
      min_chars: 200,
      max_chars: 4000,
      idle_ms: 800,
      edit_interval_seconds: 1,
      max_edit_failures: 3,
      append_mode: false,
      sentence_break: true,
    },
    docker: {
      enabled: false,
      image_name: "ductor-sandbox",
      container_name: "ductor-sandbox",
      auto_build: true,
    },
    heartbeat: {
      enabled: false,
      interval_minutes: 30,
      cooldown_minutes: 5,
      quiet_start: 21,
      quiet_end: 8,
      ack_token: "HEARTBEAT_OK",
    },
    cleanup: { enabled: true, telegram_files_days: 30, output_to_user_days: 30, check_hour: 3 },
    webhooks: {
      enabled: false,
      host: "127.0.0.1",
      port: 8742,
      token: "",
      max_body_bytes: 262144,
      rate_limit_per_minute: 30,
    },
    cli_parameters: { claude: [], codex: [] },
  };
  assert.deepEqual(onlyKeysOf(original, { ...rest, heartbeat }), original);
});

type Tree = { [key: string]: unknown };

function onlyKeysOf(shape: Tree, value: Tree): Tree {
  return Object.fromEntries(
    Object.entries(shape).map(([key, inner]) => [
      key,
      inner !== null && typeof inner === "object" && !Array.isArray(inner)
        ? onlyKeysOf(inner as Tree, value[key] as Tree)
        : value[key],
    ]),
  );
}

Deno.test("config takes values as the Python original writes and reads them", () => {
  const config = ConfigSchema.parse({
    log_level: "warn",
    cli_timeout: "600.0",
    idle_timeout_minutes: -5,
    allowed_user_ids: ["1234567890", 42],
    daily_reset_enabled: "True",
    telegram_token: " 123:abc ",
    max_budget_usd: 2.5,
    max_turns: "7",
    streaming: { edit_interval_seconds: 2.0 },
  });
  assert.equal(config.log_level, "WARNING");
  assert.equal(config.cli_timeout, 600);
  assert.equal(config.idle_timeout_minutes, -5);
  assert.deepEqual(config.allowed_user_ids, [1234567890, 42]);
  assert.equal(config.daily_reset_enabled, true);
  assert.equal(config.telegram_token, "123:abc");
  assert.equal(config.max_budget_usd, 2.5);
  assert.equal(config.max_turns, 7);
  assert.equal(config.streaming.min_chars, 200);
});

Deno.test("config refuses what is out of range, and says what is allowed", () => {
  assert.deepEqual(
    refused({
      log_level: "LOUD",
      provider: "gemini",
      daily_reset_hour: 24,
      max_turns: 0,
      max_budget_usd: "much",
      file_access: "everything",
      telegram_api_root: "api.telegram.org",
      allowed_user_ids: [1, "@me", 2.5],
      agents: { max_warm: 51 },
      docker: true,
      heartbeat: { quiet_start: -1, quiet_end: 7.5 },
      webhooks: { port: 0, enabled: 1 },
      cli_parameters: { claude: "--verbose" },
    }),
    {
      log_level: 'one of "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"',
      provider: 'one of "claude", "codex"',
      daily_reset_hour: "a whole number from 0 to 23",
      max_turns: "a whole number, at least 1, or null",
      max_budget_usd: "a number, at least 0.01, or null",
      file_access: 'one of "all", "home", "workspace"',
      telegram_api_root:
        'a URL that begins with http:// or https://, such as "https://api.telegram.org"',
      "allowed_user_ids.1": "a whole number, at least 1",
      "allowed_user_ids.2": "a whole number, at least 1",
      "agents.max_warm": "a whole number from 0 to 50",
      docker: "an object",
      "heartbeat.quiet_start": "a whole number from 0 to 23",
      "heartbeat.quiet_end": "a whole number from 0 to 23",
      "webhooks.port": "a whole number from 1 to 65535",
      "webhooks.enabled": "true or false",
      "cli_parameters.claude": "a list of texts",
    },
  );
});

Deno.test("config has null only where there may be no limit, or no value", () => {
  const nulls = (value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, nulls(inner)]))
      : null;
  const paths = (value: unknown, prefix = ""): string[] =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([key, inner]) => paths(inner, `${prefix}${key}.`))
      : [prefix.slice(0, -1)];
  const allowed = ["max_budget_usd", "max_turns", "max_session_messages"]
    .concat(["quiet_hours.start", "quiet_hours.end"]);
  const expected = paths(defaultConfig()).filter((path) => !allowed.includes(path));
  assert.deepEqual(Object.keys(refused(nulls(defaultConfig()))).sort(), expected.sort());
});

Deno.test("config schema can be given to editors as JSON Schema", () => {
  const schema = z.toJSONSchema(ConfigSchema, { io: "output" });
  const { description, applies, ...port } =
    (schema.properties?.webhooks as { properties: Record<string, Record<string, unknown>> })
      .properties.port!;
  assert.deepEqual([description, applies], ["Port it listens on.", "live"]);
  assert.deepEqual(port, { type: "integer", minimum: 1, maximum: 65535, default: 8742 });
});

Deno.test("isConfigured() wants a token that can be one and somebody who may talk", () => {
  const token = `123456789:${"aB3_-".repeat(7)}`;
  const check = (telegram_token: string, allowed_user_ids = [1]) =>
    isConfigured({ telegram_token, allowed_user_ids });
  assert.equal(check(token), true);
  assert.equal(check(token, []), false);
  for (const bad of ["", "YOUR_TOKEN", `YOUR_${token}`, "123456789", `1234:${"a".repeat(35)}`]) {
    assert.equal(check(bad), false, bad);
  }
});

Deno.test("configSecrets() names what must not be shown", () => {
  const config = ConfigSchema.parse({ telegram_token: "one", webhooks: { token: "two" } });
  assert.deepEqual(configSecrets(config), ["one", "two"]);
  assert.deepEqual(configSecrets(defaultConfig()), []);
});
