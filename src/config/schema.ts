/**
 * Every key of `config/config.json`: when a change acts, what the key does, its type, range and
 * default. docs/config.md and the JSON Schema are made from this. The names and defaults are those of
 * the Python original, so that its files work here and ours work there.
 *
 * @module
 */
import { z } from "zod";
import { ACP_EFFORT } from "../agents/acp/facts.ts";
import { PERMISSION_MODES, type PermissionMode } from "../agents/agent.ts";
import {
  DEFAULT_PROVIDER,
  eachProvider,
  type EffortKey,
  type Provider,
  PROVIDER_NAMES,
  PROVIDERS,
} from "../agents/provider.ts";
import { networkOf } from "../base/addresses.ts";
import {
  ANY,
  bool,
  folder,
  group,
  int,
  intOrNull,
  isProjectName,
  list,
  live,
  matching,
  num,
  numOrNull,
  oneOf,
  restart,
  text,
} from "./fields.ts";
import { isAgentName } from "./learn_agents.ts";

/** What the agent is asked at a heartbeat, when the user has not written their own text. */
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

const NETWORK = "an address or a network, such as 10.0.0.1 or 172.18.0.0/16";

const YEAR_OF_MINUTES = 366 * 24 * 60;
const hour = () => int(0, 23);

/** Modes of Claude Code that others write into the config, and what they are here. */
const OTHER_MODES: Readonly<Record<string, PermissionMode>> = {
  manual: "default",
  // Both ask nobody; here somebody can be asked.
  dontAsk: "default",
  auto: "acceptEdits",
};

/** The permission mode that a value of the config means; others stay as they are. */
export function permissionModeOf(value: unknown): unknown {
  return typeof value === "string" && Object.hasOwn(OTHER_MODES, value)
    ? OTHER_MODES[value]
    : value;
}

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

/** Agents by name; one that is known by its name needs no command. */
const acpAgents = z.record(
  z.string().refine(isAgentName, { error: "a name of small letters, digits and -" }),
  z.object({
    command: z.array(z.string()).optional(),
    env: z.record(z.string(), z.string()).optional(),
    title: z.string().optional(),
  }, { error: 'an object such as {"command": ["my-agent", "--acp"]}' }),
  { error: 'an object such as {"my-agent": {"command": ["my-agent", "--acp"]}}' },
);

/**
 * The config as the program uses it. Keys that are missing get their defaults, keys it does not
 * know are left out here and kept in the file (see load.ts).
 */
export const ConfigSchema = z.object({
  log_level: live("How much is written to the log.", logLevel.default("INFO")),
  log_format: live(
    "How the log file is written: lines for people, or one JSON object a line for tools.",
    oneOf(["text", "json"]).default("text"),
  ),
  provider: live(
    "Who answers. `/model` changes it.",
    oneOf(PROVIDER_NAMES).default(DEFAULT_PROVIDER),
  ),
  model: live(
    "The model; empty: the CLI's own default.",
    text({ allowed: 'a model name, such as "opus", or ""' }).default(
      PROVIDERS[DEFAULT_PROVIDER].models.preset,
    ),
  ),
  ductor_home: restart(
    "Where the home folder is; only compared with the one in use, which `DUCTOR_HOME` sets.",
    text({ nonEmpty: true, allowed: "a path" }).default("~/.ductor"),
  ),
  idle_timeout_minutes: live(
    "Minutes without a message after which a new conversation begins; 0 or less: never.",
    int(-ANY, ANY).default(1440),
  ),
  session_age_warning_hours: live(
    "Hours after which `/new` is suggested; 0 or less: never.",
    int(-ANY, ANY).default(12),
  ),
  daily_reset_hour: live(
    "Hour of the user's day at which new conversations begin, with `daily_reset_enabled`.",
    hour().default(4),
  ),
  daily_reset_enabled: live("Whether a new conversation begins each day.", bool().default(false)),
  max_budget_usd: live(
    "The most one answer of Claude Code may cost, in US dollars; null: no limit.",
    numOrNull(0.01, ANY).default(null),
  ),
  max_turns: live(
    "The most steps Claude Code may take in one answer; null: no limit.",
    intOrNull(1, ANY).default(null),
  ),
  max_session_messages: live(
    "Messages after which a new conversation begins; null: never.",
    intOrNull(1, ANY).default(null),
  ),
  permission_mode: live(
    "What agents may do without asking. `/status` → Permissions changes it.",
    z.preprocess(permissionModeOf, oneOf(PERMISSION_MODES)).default("bypassPermissions"),
  ),
  cli_timeout: live(
    "Seconds without a sign of life from a CLI after which it is given up.",
    num(1, 7 * 86_400, "seconds").default(600),
  ),
  ...efforts(),
  file_access: live(
    "Which files agents may send: any, those of the home folder, those of the workspace.",
    oneOf(["all", "home", "workspace"]).default("all"),
  ),
  user_timezone: live(
    "The user's time zone; empty: that of the system.",
    text({ allowed: 'a time zone such as "Europe/Berlin", or ""' }).default(""),
  ),
  telegram_token: restart(
    "The bot's token, from @BotFather.",
    text({ allowed: "the token BotFather gave, or an empty text" }).default(""),
  ),
  telegram_api_root: restart(
    "Address of the Bot API server; see docs/own-bot-api.md.",
    apiRoot.default("https://api.telegram.org"),
  ),
  allowed_user_ids: live(
    "Telegram ids of those who may talk to the bot; everybody else is ignored. Who is added later " +
      "has to be let in by one of the others, with a button in the chat.",
    list(int(1, ANY), "a list of Telegram user ids").default([]),
  ),
  group_mode: live(
    "In groups: answer only to mentions and replies, or to everything.",
    oneOf(["mention", "all"]).default("mention"),
  ),
  allowed_group_ids: live(
    "Groups the bot works in; an empty list: none. Without this key: every group in which somebody " +
      "of `allowed_user_ids` writes.",
    list(int(-ANY, -1), "a list of Telegram group ids, which are negative").optional(),
  ),
  max_messages_per_answer: live(
    "Messages of one answer at most; a longer one comes as a Markdown file under its beginning.",
    int(1, 100).default(12),
  ),
  verbosity: live(
    "How much is shown of what the agent does: nothing, tools, or tools with thinking.",
    oneOf(["quiet", "normal", "full"]).default("normal"),
  ),
  queue_mode: live(
    "What becomes of a message that comes while the agent works: it waits for its turn, with a button " +
      "that sends it at once, or it is sent at once.",
    oneOf(["wait", "steer"]).default("wait"),
  ),
  status_reactions: live(
    "Whether the user's message gets a reaction while and after the agent works on it.",
    bool().default(false),
  ),
  suggestions: live(
    "Whether Claude Code suggests the next message, as a button; costs a request more an answer.",
    bool().default(false),
  ),
  notify_after_seconds: live(
    "Has no effect: the answer itself is a new message that rings, however long the turn took.",
    int(0, 86_400).default(60),
  ),
  projects: live(
    "Folders of yours in which agents work, by name; `/project` in the chat. A folder, or " +
      '`{"folder": …}` with `model`, `provider`, `effort`, `permission_mode` of its own.',
    z.record(
      z.string().refine(isProjectName),
      z.preprocess(
        (value) => typeof value === "string" ? { folder: value } : value,
        z.object({
          folder: folder(),
          provider: oneOf(PROVIDER_NAMES).optional(),
          model: text().optional(),
          effort: text().optional(),
          permission_mode: z.preprocess(permissionModeOf, oneOf(PERMISSION_MODES)).optional(),
        }, { error: 'a folder, or an object with "folder"' }),
      ),
      {
        error: ({ code }) =>
          code === "invalid_key"
            ? "names of at most 40 letters, digits, blanks and . _ -"
            : "an object of names and folders",
      },
    ).default({}),
  ),
  project_roots: live(
    "A list of folders: what is in them is offered as projects, if it is under git or has rules for " +
      "agents. Or, as in the Python program, folders by topic (its name, `CHAT:TOPIC` or `TOPIC`): " +
      "what is asked in a topic is done in its folder.",
    z.union([list(folder(), ""), z.record(z.string(), z.string())], {
      error: "a list of folders, or an object of topics and folders",
    }).default({}),
  ),
  agents: group("Agents that are kept running.", {
    max_warm: live("How many agents stay ready for the next message.", int(0, 50).default(3)),
    idle_minutes: live(
      "Minutes without work after which an agent is ended.",
      num(0, YEAR_OF_MINUTES, "minutes").default(15),
    ),
    prewarm: live(
      "Start the agent before the next message comes: after `/new`, and for the newest conversation " +
        "when ductor starts. No model is asked.",
      bool().default(true),
    ),
    max_parallel: live(
      "How many side questions and background tasks (`/side`, `/bg`) run at the same time; more wait.",
      int(1, 50).default(4),
    ),
    acp: restart(
      "Further agents that speak the Agent Client Protocol, by name: `command` with arguments, " +
        "`env`, `title`; see docs/agents.md.",
      acpAgents.default({}),
    ),
  }),
  streaming: group("How answers appear.", {
    enabled: live("Show answers while they are written.", bool().default(true)),
    mode: live(
      "Edit one message, or use Telegram's own drafts (private chats only).",
      oneOf(["edit", "draft"]).default("edit"),
    ),
    min_chars: live(
      "With `append_mode`: a paragraph is sent when it has that many characters.",
      int(0, 1_000_000).default(200),
    ),
    max_chars: live("With `append_mode`: the longest message.", int(1, 1_000_000).default(4000)),
    idle_ms: live("From the Python original; has no effect.", int(0, 600_000).default(800)),
    edit_interval_seconds: live(
      "Least seconds between two edits of a growing message; in groups 3.5 at least, and longer " +
        "while Telegram asks to wait.",
      num(0, 600).default(1),
    ),
    max_edit_failures: live("From the Python original; has no effect.", int(0, 1000).default(3)),
    append_mode: live(
      "Send each finished part as a separate message instead of one that grows.",
      bool().default(false),
    ),
    sentence_break: live("From the Python original; has no effect.", bool().default(true)),
  }),
  docker: group("The sandbox.", {
    enabled: restart("Run every agent in a container; see docs/sandbox.md.", bool().default(false)),
    image_name: restart(
      "The image; one that ductor did not build is used as it is.",
      text({ nonEmpty: true }).default("ductor-sandbox"),
    ),
    container_name: restart(
      "The container; with this name, each home gets its own.",
      text({ nonEmpty: true }).default("ductor-sandbox"),
    ),
    auto_build: restart(
      "Build the image when it is missing or its recipe has changed.",
      bool().default(true),
    ),
    command: restart(
      "The program; `podman`, or a path.",
      text({ nonEmpty: true, allowed: "a program such as docker or podman" })
        .default("docker"),
    ),
    memory: restart(
      "The most memory the container may use.",
      matching(/^\d+[bkmg]?$/i, 'an amount of memory such as "4g" or "512m"').default("4g"),
    ),
    cpus: restart("How many processors it may use.", num(0.1, 1024).default(2)),
    pids: restart(
      "The most processes and threads at the same time.",
      int(16, 1_000_000).default(1024),
    ),
    network: restart(
      "`bridge` reaches the internet, `none` nothing (nor the model's service), `host` all.",
      text({ nonEmpty: true, allowed: 'a network such as "bridge", "none" or "host"' })
        .default("bridge"),
    ),
  }),
  heartbeat: group("Checks in the background.", {
    enabled: live(
      "Look by itself, from time to time, whether there is something to tell you.",
      bool().default(false),
    ),
    interval_minutes: live("Minutes between two checks.", int(1, YEAR_OF_MINUTES).default(30)),
    cooldown_minutes: live(
      "Minutes of silence in the chat before a check.",
      int(0, YEAR_OF_MINUTES).default(5),
    ),
    quiet_start: live("No checks from this hour …", hour().default(21)),
    quiet_end: live("… until this one.", hour().default(8)),
    prompt: live("What the agent is asked.", text({ nonEmpty: true }).default(HEARTBEAT_PROMPT)),
    ack_token: live(
      "What it answers when there is nothing to say; this is not shown.",
      text({ nonEmpty: true }).default("HEARTBEAT_OK"),
    ),
    only_when_changed: live(
      "No model is asked when nothing has changed since the last time, on the same day.",
      bool().default(true),
    ),
  }),
  quiet_hours: group(
    "Hours in which jobs and hooks do not run; null: they always do. Each may have its own.",
    {
      start: live("From this hour …", intOrNull(0, 23).default(null)),
      end: live("… until this one.", intOrNull(0, 23).default(null)),
    },
  ),
  cron: group("Jobs.", {
    max_parallel: live(
      "How many jobs run at the same time; the others wait their turn.",
      int(1, 100).default(8),
    ),
  }),
  cleanup: group("Tidying up.", {
    enabled: live("Remove old files daily.", bool().default(true)),
    telegram_files_days: live(
      "Days after which files you sent are removed; 0: never.",
      int(0, 36_500).default(30),
    ),
    output_to_user_days: live(
      "Days after which files made for you are removed; 0: never.",
      int(0, 36_500).default(30),
    ),
    check_hour: live("Hour of the day at which it happens.", hour().default(3)),
  }),
  hooks: group("Claude Code and Codex in terminals; see docs/terminal.md.", {
    notify_after_seconds: live(
      "Seconds a turn in a terminal takes at least to be told of when it ends.",
      int(0, 86_400).default(60),
    ),
    quiet_when_active_seconds: live(
      "Nothing is told of a terminal in which something was typed that many seconds ago or less.",
      int(0, 86_400).default(30),
    ),
  }),
  webhooks: group("The server for events of other services.", {
    enabled: live("Let other services wake the agent.", bool().default(false)),
    host: live(
      "Address it listens on.",
      text({ nonEmpty: true, allowed: "a host name or address" }).default("127.0.0.1"),
    ),
    port: live("Port it listens on.", int(1, 65_535).default(8742)),
    trusted_proxies: live(
      "Proxies whose `X-Forwarded-For` says who sends: addresses and networks (`172.18.0.0/16`).",
      list(
        z.string({ error: NETWORK }).refine((text) => networkOf(text), { error: NETWORK }),
        "a list of addresses and networks",
      ).default(["127.0.0.0/8", "::1"]),
    ),
    token: live(
      "Secret of the webhooks without their own; created when needed.",
      text().default(""),
    ),
    max_body_bytes: live(
      "The longest event that is accepted, in bytes.",
      int(1, 100 * 1024 * 1024).default(262_144),
    ),
    rate_limit_per_minute: live(
      "Turns a minute, of each webhook and of all together; more events wait. 0: no limit.",
      int(0, 1_000_000).default(30),
    ),
  }),
  metrics: group("Numbers for Prometheus.", {
    enabled: live(
      "Answer `/metrics` at the address of the webhooks, to programs on this machine only.",
      bool().default(false),
    ),
  }),
  update: group("New versions.", {
    check: live(
      "Announce new versions. `/upgrade` and `ductor upgrade` look in any case.",
      bool().default(true),
    ),
    url: live(
      "Another place for releases that answers as GitHub's API does; empty: GitHub.",
      updateUrl.default(""),
    ),
  }),
  cli_parameters: group(
    "Further arguments for each CLI, in chats only.",
    eachProvider((name) =>
      live(
        `For ${PROVIDERS[name].title}.`,
        list(z.string({ error: "a text" }), "a list of texts").default([]),
      )
    ),
  ),
}, { error: "an object" });

/** How hard each provider thinks, under the key that the table of providers gives it. */
function efforts() {
  const one = ({ title, effort }: Pick<Provider, "title" | "effort">) =>
    live(
      effort.means,
      matching(
        /^[A-Za-z_-]*$/,
        `an effort ${title} knows, such as "low", "medium" or "high", or "" for its own default`,
      ).default(effort.preset),
    );
  const acp = { title: "the agent", effort: ACP_EFFORT };
  return Object.fromEntries(
    [...PROVIDER_NAMES.map((name) => PROVIDERS[name]), acp]
      .map((provider) => [provider.effort.key, one(provider)]),
  ) as Record<EffortKey, ReturnType<typeof one>>;
}

export type Config = z.infer<typeof ConfigSchema>;

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

/** What must not appear in a log or a chat; see base/redaction.ts. */
export function configSecrets(config: Config): string[] {
  const handedOver = Object.values(config.agents.acp).flatMap(({ env }) =>
    Object.values(env ?? {})
  );
  return [
    config.telegram_token,
    config.webhooks.token,
    // Keys, most of them; what is shorter than any key is a switch.
    ...handedOver.filter((value) => value.length >= 16),
  ].filter((secret) => secret !== "");
}
