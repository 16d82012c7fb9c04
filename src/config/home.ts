/**
 * Every path under the home folder. Nothing else in the program puts such a path together.
 *
 * @module
 */
import { posix, win32 } from "node:path";
import { sha256 } from "../base/hash.ts";
import { eachProvider, type ProviderName, PROVIDERS } from "../agents/provider.ts";

type Os = typeof Deno.build.os;

/** The part of `Deno.env` that is needed. */
export interface Env {
  get(name: string): string | undefined;
}

/** Folders under `workspace/tools/`, as the Python original names them. */
const TOOL_FOLDERS = ["cron_tools", "webhook_tools", "telegram_tools", "user_tools"] as const;

/**
 * The folder that holds everything of one bot: `DUCTOR_HOME`, or `.ductor` in the user's own home.
 * There is no other setting for it; the config's `ductor_home` is only compared with it.
 *
 * @throws {Error} neither `DUCTOR_HOME` nor the user's home directory is known
 */
export function resolveHome(env: Env, os: Os = Deno.build.os, cwd = () => Deno.cwd()): Home {
  const userHome = env.get(os === "windows" ? "USERPROFILE" : "HOME") || undefined;
  const wanted = env.get("DUCTOR_HOME")?.trim() || "~/.ductor";
  const home = new Home(resolveUserPath(wanted, userHome, os, cwd), userHome, os);
  return env.get("DUCTOR_CONFINED") === "1" ? home.confine() : home;
}

/** Makes a path absolute; `~` at its start is the user's home directory. */
function resolveUserPath(path: string, userHome: string | undefined, os: Os, cwd: () => string) {
  const { isAbsolute, join, normalize, resolve } = os === "windows" ? win32 : posix;
  if (path === "~" || path.startsWith("~/") || (os === "windows" && path.startsWith("~\\"))) {
    if (userHome === undefined) {
      const name = os === "windows" ? "USERPROFILE" : "HOME";
      throw new Error(
        `Cannot tell where the home directory is: ${name} is not set. ` +
          `Set it, or set DUCTOR_HOME to an absolute path`,
      );
    }
    path = join(userHome, path.slice(1));
  }
  return withoutEnd(isAbsolute(path) ? normalize(path) : resolve(cwd(), path));
}

function withoutEnd(path: string): string {
  return path.length > 1 ? path.replace(/(?<=[^:])[\\/]+$/, "") : path;
}

/** Where a home folder is. The paths below it are fields of {@link Home}, made after this. */
class Place {
  protected readonly join: (...parts: string[]) => string;

  /**
   * @param root absolute path of the home folder
   * @param userHome the user's own home directory, where it is known
   */
  constructor(
    readonly root: string,
    readonly userHome: string | undefined = undefined,
    readonly os: Os = Deno.build.os,
    /**
     * Whether agents see the workspace only. Then a link in it that leads out must not be followed:
     * an agent could have made it to be told what it cannot read.
     */
    readonly confined = false,
  ) {
    this.join = (os === "windows" ? win32 : posix).join;
  }

  /** A path below the home folder. */
  protected at(...names: string[]): string {
    return this.join(this.root, ...names);
  }
}

/** The home folder and what is where in it. Paths only: makes and reads nothing. */
export class Home extends Place {
  // Config
  readonly configDir = this.at("config");
  readonly configFile = this.at("config", "config.json");
  /** Variables for the agents and for ductor itself; the Python original has it, too. */
  readonly envFile = this.at(".env");
  readonly envLockFile = this.at("state", "env.lock");
  /** The list of a provider's models; undefined: it is not kept. */
  modelsFile(provider: ProviderName): string | undefined {
    const { file } = PROVIDERS[provider].models;
    return file === undefined ? undefined : this.at("config", file);
  }

  // State that the Python original has too
  readonly sessionsFile = this.at("sessions.json");
  /** Those of conversations that work in projects. */
  readonly projectSessionsFile = this.at("project_sessions.json");
  readonly cronJobsFile = this.at("cron_jobs.json");
  readonly webhooksFile = this.at("webhooks.json");
  readonly pidFile = this.at("bot.pid");
  readonly restartSentinelFile = this.at("restart-sentinel.json");
  readonly restartRequestedFile = this.at("restart-requested");
  /** Appears when the bot is asked to end, where signals cannot say so (Windows). */
  readonly stopRequestedFile = this.at("state", "stop-requested");
  /** The process id of the bot that last heard from Telegram; below it, by which token. */
  readonly workedFile = this.at("state", "worked");
  /** Why the last bot ended that could not go on. */
  readonly lastWordsFile = this.at("state", "last_words");
  /** How the last life of the bot ended. */
  readonly lastLifeFile = this.at("state", "last_life.json");
  /** There while a bot lives, or when its life was cut short: what its children carry. */
  readonly lifeFile = this.at("state", "life");
  /** What an agent asked of its own bot. */
  readonly agentWishFile = this.at("state", "agent-wish.json");
  readonly upgradeSentinelFile = this.at("upgrade-sentinel.json");

  /** There while a new program has not shown yet that it works. */
  readonly upgradeTrialFile = this.at("state", "upgrade-trial.json");
  /** Held by the process that upgrades. */
  readonly upgradeLockFile = this.at("state", "upgrade.lock");
  /** Which version of the config the running bot has taken over. */
  readonly configInUseFile = this.at("state", "config_in_use");
  /** Who may speak and what may run without asking, as the owners know it. */
  readonly whoMayFile = this.at("state", "who_may.json");
  /** The last config that could be used. */
  readonly goodConfigFile = this.at("state", "good_config.json");
  /** Which new version was told of. */
  readonly updateFile = this.at("state", "update.json");

  // State of our own
  /** In which project each conversation works. */
  readonly chosenProjectsFile = this.at("chosen_projects.json");
  /** What the topics of chats are called. */
  readonly topicNamesFile = this.at("state", "topic_names.json");
  /** How projects were when sessions began in them. */
  readonly snapshotsDir = this.at("state", "snapshots");
  /** Worktrees of projects, one for each branch that is worked on: `NAME/BRANCH`. */
  readonly worktreesDir = this.at("worktrees");
  readonly stateDir = this.at("state");
  readonly inboxFile = this.at("state", "inbox.jsonl");
  readonly outboxFile = this.at("state", "outbox.jsonl");

  /** Webhook events from "accepted" until they are done, and what was delivered lately. */
  readonly webhookEventsFile = this.at("state", "webhook_events.jsonl");
  /** When each conversation had its last heartbeat, what it saw, and what it cost. */
  readonly heartbeatFile = this.at("state", "heartbeat.json");
  /** When old files were removed last. */
  readonly cleanupFile = this.at("state", "cleanup.json");

  /** Where the scheduler stands: next times, claims, failures. */
  readonly cronStateFile = this.at("state", "cron.json");
  /** Messages that `ductor send` leaves for the running bot, one file each. */
  readonly outgoingDir = this.at("state", "outgoing");
  /** The update with the code of the set-up, which is no request. */
  readonly setupCodeFile = this.at("state", "setup_code");
  /** What other commands ask of the running bot, one file each. */
  readonly requestsDir = this.at("state", "requests");
  /** Where hooks of CLIs in terminals reach the running bot: a socket. */
  readonly terminalSocket = this.at("state", "terminal.sock");
  /** There while something that a terminal asked is open in a chat. */
  readonly terminalAsksFile = this.at("state", "terminal-asks");
  /** What `ductor hooks` found in the settings of others, to put it back as it was. */
  readonly terminalHooksFile = this.at("state", "terminal_hooks.json");
  /** Held locked by the bot while it takes from the two folders above. */
  readonly spoolLockFile = this.at("state", "spool.lock");
  /** Has `ductor` for the agents, whatever the program file is called. */
  readonly binDir = this.at("state", "bin");

  /** Held by the process that has this role; see app/instance_lock.ts. */
  instanceLock(role: "supervisor" | "bot") {
    return this.at("state", `${role}.lock`);
  }
  /** Hashes of the files in the home folder that ductor wrote and may replace. */
  readonly ownedFilesFile = this.at("state", "owned_files.json");
  /** Links to skills that ductor made. */
  readonly skillLinksFile = this.at("state", "skill_links.json");
  /** Hashes of the skill folders that came out of the executable. */
  readonly bundledSkillsFile = this.at("state", "bundled_skills.json");
  /** What the sandbox keeps: the home of the user inside and what the CLIs there write. */
  readonly sandboxDir = this.at("state", "sandbox");
  /** Files of an earlier program that an upgrade replaced. */
  readonly replacedDir = this.at("state", "replaced");

  // Logs
  readonly logsDir = this.at("logs");
  readonly logFile = this.at("logs", "agent.log");

  // Workspace: where the agents work
  readonly workspaceDir = this.at("workspace");
  readonly memoryDir = this.at("workspace", "memory_system");
  readonly mainMemoryFile = this.at("workspace", "memory_system", "MAINMEMORY.md");
  /** Earlier versions of the main memory. */
  readonly memoryHistoryDir = this.at("workspace", "memory_system", "history");
  readonly cronTasksDir = this.at("workspace", "cron_tasks");
  readonly skillsDir = this.at("workspace", "skills");
  /** The user's own rules for the agent. */
  readonly ownRulesFile = this.at("workspace", "OWN_RULES.md");
  /** Files the user sent. */
  readonly telegramFilesDir = this.at("workspace", "telegram_files");
  /** Pictures out of videos, for a day. Where the agents may read without asking. */
  readonly framesDir = this.at("workspace", "telegram_files", ".frames");
  /** Files the agent made for the user. */
  readonly outputDir = this.at("workspace", "output_to_user");
  readonly toolsDir = this.at("workspace", "tools");

  /**
   * What the service of this home is called: one home, one service, and the usual home's has the
   * plain name.
   */
  readonly serviceName = this.root === this.usualRoot
    ? "ductor"
    : `ductor-${sha256(this.root).slice(0, 8)}`;
  // Outside the home folder: what the service managers read
  systemdUnit(name: string) {
    return this.join(this.userHome ?? this.root, ".config", "systemd", "user", `${name}.service`);
  }
  readonly systemdUnitFile = this.systemdUnit(this.serviceName);
  launchAgent(name: string) {
    return this.join(this.userHome ?? this.root, "Library", "LaunchAgents", `dev.${name}.plist`);
  }
  readonly launchAgentFile = this.launchAgent(this.serviceName);
  /** Only while the task is made. */
  readonly taskFile = this.at("ductor_task.xml");

  /** Makes a path that a user has written absolute; `~` is their home directory. */
  userPath(path: string): string {
    return resolveUserPath(path, this.userHome, this.os, () => this.root);
  }

  /** The same home, {@link confined}. */
  confine(): Home {
    return new Home(this.root, this.userHome, this.os, true);
  }

  /** Where this user's home folder is when nothing else is said; undefined: it cannot be told. */
  get usualRoot(): string | undefined {
    return this.userHome === undefined ? undefined : this.join(this.userHome, ".ductor");
  }

  /** How the home folder is written in the config: `~/.ductor` when that is it. */
  get configValue(): string {
    return this.root === this.usualRoot ? "~/.ductor" : this.root;
  }

  /** Whether `path`, as a user writes it, is this home folder. */
  is(path: string): boolean {
    try {
      return this.userPath(path) === this.root;
    } catch {
      return false;
    }
  }

  /** Every folder the program needs, parents before what is in them. */
  get dirs(): string[] {
    return [
      this.root,
      this.configDir,
      this.logsDir,
      this.stateDir,
      this.outgoingDir,
      this.requestsDir,
      this.binDir,
      this.workspaceDir,
      this.memoryDir,
      this.cronTasksDir,
      this.skillsDir,
      this.telegramFilesDir,
      this.outputDir,
      this.toolsDir,
      ...TOOL_FOLDERS.map((name) => this.join(this.toolsDir, name)),
    ];
  }

  /** The rule files of a folder: the one of each CLI, with the same content. */
  ruleFiles(dir: string): Record<ProviderName, string> {
    return eachProvider((name) => this.join(dir, PROVIDERS[name].ruleFile));
  }
}
