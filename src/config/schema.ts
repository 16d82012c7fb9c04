/**
 * Every key of `config/config.json` with its type, range and default. The names and defaults are
 * those of the Python original, so that its files work here and ours work there.
 *
 * @module
 */
import { z } from "zod";
import { PERMISSION_MODES } from "../agents/agent.ts";
import {
  DEFAULT_PROVIDER,
  eachProvider,
  type EffortKey,
  type Provider,
  PROVIDER_NAMES,
  PROVIDERS,
} from "../agents/provider.ts";
import {
  ANY,
  bool,
  group,
  int,
  intOrNull,
  list,
  matching,
  num,
  numOrNull,
  oneOf,
  text,
} from "./fields.ts";

/** What the agent is asked at a heartbeat, when the user has not written a text of their own. */
const HEARTBEAT_PROMPT = "This is a quiet check in the background; the user has not written. " +
  "Read memory_system/MAINMEMORY.md and look through cron_tasks/. Is there something the user " +
  "would be glad to hear now: a reminder, a result, a good idea? If so, answer with the message " +
  "for them and nothing else. If not, answer with exactly HEARTBEAT_OK.";

/** Names of log levels as Python's logging knows them, and the one each stands for. */
const LOG_LEVELS = {
  NOTSET: "DEBUG",
  DEBUG: "DEBUG",
  INFO: "INFO",
  WARN: "WARNING",
  WARNING: "WARNING",
  ERROR: "ERROR",
  FATAL: "CRITICAL",
  CRITICAL: "CRITICAL",
} as const;

export type LogLevelName = (typeof LOG_LEVELS)[keyof typeof LOG_LEVELS];

const YEAR_OF_MINUTES = 366 * 24 * 60;
const hour = () => int(0, 23);

const logLevel = z.preprocess(
  (value) =>
    typeof value === "string"
      ? LOG_LEVELS[value.trim().toUpperCase() as keyof typeof LOG_LEVELS] ?? value
      : value,
  z.enum(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], {
    error: 'one of "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"',
  }),
);

/** Of the Bot API server; a trailing slash is dropped. */
const apiRoot = z.preprocess(
  (value) => typeof value === "string" ? value.trim().replace(/\/+$/, "") : value,
  z.url({
    protocol: /^https?$/,
    error: 'a URL that begins with http:// or https://, such as "https://api.telegram.org"',
  }),
);

/** Of releases, as under `/repos/OWNER/NAME/releases` of GitHub's API; empty: not set. */
const updateUrl = z.preprocess(
  (value) => typeof value === "string" ? value.trim().replace(/\/+$/, "") : value,
  z.union([z.literal(""), z.url({ protocol: /^https?$/ })], {
    error: 'a URL that begins with http:// or https://, or ""',
  }),
);

/**
 * The config as the program uses it. Keys that are missing get their defaults, keys it does not
 * know are left out here and kept in the file (see load.ts).
 */
export const ConfigSchema = z.object({
  /** How much is written to the log. */
  log_level: logLevel.default("INFO"),
  /** How the log file is written: lines for people, or one JSON object a line for tools. */
  log_format: oneOf(["text", "json"]).default("text"),
  /** Who answers. `/model` changes it. */
  provider: oneOf(PROVIDER_NAMES).default(DEFAULT_PROVIDER),
  /** The model; empty: the CLI's own default. */
  model: text({ allowed: 'a model name, such as "opus", or ""' }).default(
    PROVIDERS[DEFAULT_PROVIDER].models.preset,
  ),
  /** Where the home folder is; only compared with the one in use, which `DUCTOR_HOME` sets. */
  ductor_home: text({ nonEmpty: true, allowed: "a path" }).default("~/.ductor"),
  /** Minutes without a message after which a conversation starts anew; 0 or less: never. */
  idle_timeout_minutes: int(-ANY, ANY).default(1440),
  /** Hours after which `/new` is suggested; 0 or less: never. */
  session_age_warning_hours: int(-ANY, ANY).default(12),
  /** Hour of the user's day at which conversations start anew, with `daily_reset_enabled`. */
  daily_reset_hour: hour().default(4),
  /** Whether a conversation starts anew each day. */
  daily_reset_enabled: bool().default(false),
  /** Most that one answer of Claude Code may cost, in US dollars; null: no limit. */
  max_budget_usd: numOrNull(0.01, ANY).default(null),
  /** Most steps of Claude Code in one answer; null: no limit. */
  max_turns: intOrNull(1, ANY).default(null),
  /** Messages after which a conversation starts anew; null: never. */
  max_session_messages: intOrNull(1, ANY).default(null),
  /** What agents may do without asking. `/status` → Permissions changes it. */
  permission_mode: oneOf(PERMISSION_MODES).default("bypassPermissions"),
  /** Seconds without a sign of life from a CLI after which it is given up. */
  cli_timeout: num(1, 7 * 86_400, "seconds").default(600),
  ...efforts(),
  /** Which files agents may send: any, those of the home folder, those of the workspace. */
  file_access: oneOf(["all", "home", "workspace"]).default("all"),
  /** The user's time zone; empty: that of the system. */
  user_timezone: text({ allowed: 'a time zone such as "Europe/Berlin", or ""' }).default(""),
  /** The bot's token, from @BotFather. */
  telegram_token: text({ allowed: "the token BotFather gave, or an empty text" }).default(""),
  /** Address of the Bot API server. */
  telegram_api_root: apiRoot.default("https://api.telegram.org"),
  /** Telegram ids of those who may talk to the bot. Everybody else is ignored. */
  allowed_user_ids: list(int(1, ANY), "a list of Telegram user ids").default([]),
  /** In groups: answer only to mentions and replies, or to everything. */
  group_mode: oneOf(["mention", "all"]).default("mention"),
  /** How much is shown of what the agent does: nothing, tools, or tools with thinking. */
  verbosity: oneOf(["quiet", "normal", "full"]).default("normal"),
  /** Whether the user's message gets a reaction while and after the agent works on it. */
  status_reactions: bool().default(false),
  /** A turn that took longer ends with a message that rings, since edits do not; 0: never. */
  notify_after_seconds: int(0, 86_400).default(60),
  /** Agents that are kept running. */
  agents: group({
    /** How many agents stay ready for the next message. */
    max_warm: int(0, 50).default(3),
    /** Minutes without work after which an agent is ended. */
    idle_minutes: num(0, YEAR_OF_MINUTES, "minutes").default(15),
  }),
  /** How answers appear. */
  streaming: group({
    /** Show answers while they are written. */
    enabled: bool().default(true),
    /** Edits of one message, or Telegram's own drafts (private chats only). */
    mode: oneOf(["edit", "draft"]).default("edit"),
    /** With `append_mode`: a paragraph is sent when it has that many characters. */
    min_chars: int(0, 1_000_000).default(200),
    /** With `append_mode`: the longest message. */
    max_chars: int(1, 1_000_000).default(4000),
    /** Of the Python original; without effect. */
    idle_ms: int(0, 600_000).default(800),
    /** Seconds between two edits of a growing message. */
    edit_interval_seconds: num(0, 600).default(2),
    /** Of the Python original; without effect. */
    max_edit_failures: int(0, 1000).default(3),
    /** Send each finished part as a message of its own, in place of one that grows. */
    append_mode: bool().default(false),
    /** Of the Python original; without effect. */
    sentence_break: bool().default(true),
  }),
  /** The sandbox. */
  docker: group({
    /** Run every agent in a container; see docs/sandbox.md. */
    enabled: bool().default(false),
    /** The image; one that ductor did not build is used as it is. */
    image_name: text({ nonEmpty: true }).default("ductor-sandbox"),
    /** The container; as it stands, each home gets one of its own. */
    container_name: text({ nonEmpty: true }).default("ductor-sandbox"),
    /** Build the image when it is missing or its recipe has changed. */
    auto_build: bool().default(true),
    /** The program; `podman`, or a path. */
    command: text({ nonEmpty: true, allowed: "a program such as docker or podman" })
      .default("docker"),
    /** Most memory of the container. */
    memory: matching(/^\d+[bkmg]?$/i, 'an amount of memory such as "4g" or "512m"').default("4g"),
    /** Processors. */
    cpus: num(0.1, 1024).default(2),
    /** Processes and threads at the same time. */
    pids: int(16, 1_000_000).default(1024),
    /** `bridge` reaches the internet, `none` nothing (nor the model's service), `host` all. */
    network: text({ nonEmpty: true, allowed: 'a network such as "bridge", "none" or "host"' })
      .default("bridge"),
  }),
  /** Checks in the background. */
  heartbeat: group({
    /** Look by itself, from time to time, whether there is something to tell you. */
    enabled: bool().default(false),
    /** Minutes between two checks. */
    interval_minutes: int(1, YEAR_OF_MINUTES).default(30),
    /** Minutes of silence in the chat before a check. */
    cooldown_minutes: int(0, YEAR_OF_MINUTES).default(5),
    /** No checks from this hour … */
    quiet_start: hour().default(21),
    /** … until this one. */
    quiet_end: hour().default(8),
    /** What the agent is asked. */
    prompt: text({ nonEmpty: true }).default(HEARTBEAT_PROMPT),
    /** What it answers when there is nothing to say; this is not shown. */
    ack_token: text({ nonEmpty: true }).default("HEARTBEAT_OK"),
    /** No model is asked when nothing has changed since the last time, on the same day. */
    only_when_changed: bool().default(true),
  }),
  /** Hours in which jobs and hooks do not run; null: they always do. Each may have its own. */
  quiet_hours: group({
    /** From this hour … */
    start: intOrNull(0, 23).default(null),
    /** … until this one. */
    end: intOrNull(0, 23).default(null),
  }),
  /** Jobs. */
  cron: group({
    /** How many jobs run at the same time; the others wait their turn. */
    max_parallel: int(1, 100).default(8),
  }),
  /** Tidying up. */
  cleanup: group({
    /** Remove old files daily. */
    enabled: bool().default(true),
    /** Days after which files you sent are removed; 0: never. */
    telegram_files_days: int(0, 36_500).default(30),
    /** Days after which files made for you are removed; 0: never. */
    output_to_user_days: int(0, 36_500).default(30),
    /** Hour of the day at which it happens. */
    check_hour: hour().default(3),
  }),
  /** The server for events of other services. */
  webhooks: group({
    /** Let other services wake the agent. */
    enabled: bool().default(false),
    /** Address it listens on. */
    host: text({ nonEmpty: true, allowed: "a host name or address" }).default("127.0.0.1"),
    /** Port it listens on. */
    port: int(1, 65_535).default(8742),
    /** Secret of the webhooks that have none of their own; made when it is needed. */
    token: text().default(""),
    /** Longest event taken, bytes. */
    max_body_bytes: int(1, 100 * 1024 * 1024).default(262_144),
    /** Events a minute, of each webhook and of all together; 0: no limit. */
    rate_limit_per_minute: int(0, 1_000_000).default(30),
  }),
  /** New versions. */
  update: group({
    /** Tell of new versions. `/upgrade` and `ductor upgrade` look in any case. */
    check: bool().default(true),
    /** Another place for releases that answers as GitHub's API does; empty: GitHub. */
    url: updateUrl.default(""),
  }),
  /** Further argv for each CLI, in chats only. */
  cli_parameters: group(
    eachProvider((name) =>
      list(z.string({ error: "a text" }), "a list of texts").default([])
        .describe(`For ${PROVIDERS[name].title}.`)
    ),
  ),
}, { error: "an object" });

/** How hard each provider thinks, under the key that the table of providers gives it. */
function efforts() {
  const one = ({ title, effort }: Provider) =>
    matching(
      /^[A-Za-z_-]*$/,
      `an effort ${title} knows, such as "low", "medium" or "high", or "" for its own default`,
    ).default(effort.preset).describe(effort.means);
  return Object.fromEntries(
    PROVIDER_NAMES.map((name) => [PROVIDERS[name].effort.key, one(PROVIDERS[name])]),
  ) as Record<EffortKey, ReturnType<typeof one>>;
}

export type Config = z.infer<typeof ConfigSchema>;

/**
 * What holds from the next start: with whom the bot speaks, where its home is, and where its agents
 * run. Everything else acts while the bot runs.
 */
export const RESTART_KEYS = [
  "ductor_home",
  "telegram_token",
  "telegram_api_root",
  "docker",
] as const satisfies readonly (keyof Config)[];

/** When a change of a key acts; `key` may name one of a group, as `docker.image_name`. */
export function appliesWhen(key: string): "live" | "restart" {
  const [first] = key.split(".");
  return RESTART_KEYS.some((each) => each === first) ? "restart" : "live";
}

/** A config with nothing set, in the order of the keys above. */
export function defaultConfig(): Config {
  return ConfigSchema.parse({});
}

/** The form of a bot token: the bot's id, a colon, 30 or more characters. */
const TOKEN = /^\d{6,}:[A-Za-z0-9_-]{30,}$/;

/** Whether `token` can be a bot token. Only Telegram can say whether it is one. */
export function isBotToken(token: string): boolean {
  return TOKEN.test(token);
}

/** Whether a bot can be started with it: there is a token, and somebody may talk to it. */
export function isConfigured(
  config: Pick<Config, "telegram_token" | "allowed_user_ids">,
): boolean {
  const { telegram_token, allowed_user_ids } = config;
  return !telegram_token.startsWith("YOUR_") && isBotToken(telegram_token) &&
    allowed_user_ids.length > 0;
}

/** What must not appear in a log or a chat; see security/redaction.ts. */
export function configSecrets(config: Config): string[] {
  return [config.telegram_token, config.webhooks.token].filter((secret) => secret !== "");
}
