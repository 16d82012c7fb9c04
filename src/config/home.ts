/**
 * Every path under the home folder. Nothing else in the program puts such a path together.
 *
 * @module
 */
import { posix, win32 } from "node:path";
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

/** The home folder and what is where in it. Paths only: makes and reads nothing. */
export class Home {
  readonly #join: (...parts: string[]) => string;

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
    this.#join = (os === "windows" ? win32 : posix).join;
  }

  /** The same home, {@link confined}. */
  confine(): Home {
    return new Home(this.root, this.userHome, this.os, true);
  }

  /** A path below the home folder. For the properties here, not for callers. */
  #at(...names: string[]): string {
    return this.#join(this.root, ...names);
  }

  /** How the home folder is written in the config: `~/.ductor` when that is it. */
  get configValue(): string {
    const usual = this.userHome === undefined ? undefined : this.#join(this.userHome, ".ductor");
    return this.root === usual ? "~/.ductor" : this.root;
  }

  /** Whether `path`, as a user writes it, is this home folder. */
  is(path: string): boolean {
    try {
      return resolveUserPath(path, this.userHome, this.os, () => this.root) === this.root;
    } catch {
      return false;
    }
  }

  // Config
  get configDir() {
    return this.#at("config");
  }
  get configFile() {
    return this.#at("config", "config.json");
  }
  /** The list of a provider's models; undefined: it is not kept. */
  modelsFile(provider: ProviderName): string | undefined {
    const { file } = PROVIDERS[provider].models;
    return file === undefined ? undefined : this.#at("config", file);
  }

  // State that the Python original has too
  get sessionsFile() {
    return this.#at("sessions.json");
  }
  get cronJobsFile() {
    return this.#at("cron_jobs.json");
  }
  get webhooksFile() {
    return this.#at("webhooks.json");
  }
  get pidFile() {
    return this.#at("bot.pid");
  }
  get restartSentinelFile() {
    return this.#at("restart-sentinel.json");
  }
  get restartRequestedFile() {
    return this.#at("restart-requested");
  }
  /** Appears when the bot is asked to end, where signals cannot say so (Windows). */
  get stopRequestedFile() {
    return this.#at("state", "stop-requested");
  }
  /** The process id of the bot that last heard from Telegram; below it, by which token. */
  get workedFile() {
    return this.#at("state", "worked");
  }
  get upgradeSentinelFile() {
    return this.#at("upgrade-sentinel.json");
  }

  /** There while a new program has not shown yet that it works. */
  get upgradeTrialFile() {
    return this.#at("state", "upgrade-trial.json");
  }
  /** Held by the process that upgrades. */
  get upgradeLockFile() {
    return this.#at("state", "upgrade.lock");
  }
  /** Which version of the config the running bot has taken over. */
  get configInUseFile() {
    return this.#at("state", "config_in_use");
  }
  /** Which new version was told of. */
  get updateFile() {
    return this.#at("state", "update.json");
  }

  // State of our own
  get stateDir() {
    return this.#at("state");
  }
  get inboxFile() {
    return this.#at("state", "inbox.jsonl");
  }
  get outboxFile() {
    return this.#at("state", "outbox.jsonl");
  }

  /** Webhook events from "accepted" until they are done, and what was delivered lately. */
  get webhookEventsFile() {
    return this.#at("state", "webhook_events.jsonl");
  }
  /** When each conversation had its last heartbeat, what it saw, and what it cost. */
  get heartbeatFile() {
    return this.#at("state", "heartbeat.json");
  }
  /** When old files were removed last. */
  get cleanupFile() {
    return this.#at("state", "cleanup.json");
  }

  /** Where the scheduler stands: next times, claims, failures. */
  get cronStateFile() {
    return this.#at("state", "cron.json");
  }
  /** Messages that `ductor send` leaves for the running bot, one file each. */
  get outgoingDir() {
    return this.#at("state", "outgoing");
  }
  /** What other commands ask of the running bot, one file each. */
  get requestsDir() {
    return this.#at("state", "requests");
  }
  /** Held locked by the bot while it takes from the two folders above. */
  get spoolLockFile() {
    return this.#at("state", "spool.lock");
  }
  /** Has `ductor` for the agents, whatever the program file is called. */
  get binDir() {
    return this.#at("state", "bin");
  }

  /** Held by the process that has this role; see app/instance_lock.ts. */
  instanceLock(role: "supervisor" | "bot") {
    return this.#at("state", `${role}.lock`);
  }
  /** Hashes of the files in the home folder that ductor wrote and may replace. */
  get ownedFilesFile() {
    return this.#at("state", "owned_files.json");
  }
  /** Links to skills that ductor made. */
  get skillLinksFile() {
    return this.#at("state", "skill_links.json");
  }
  /** Hashes of the skill folders that came out of the executable. */
  get bundledSkillsFile() {
    return this.#at("state", "bundled_skills.json");
  }
  /** What the sandbox keeps: the home of the user inside and what the CLIs there write. */
  get sandboxDir() {
    return this.#at("state", "sandbox");
  }
  /** Files of an earlier program that an upgrade replaced. */
  get replacedDir() {
    return this.#at("state", "replaced");
  }

  // Logs
  get logsDir() {
    return this.#at("logs");
  }
  get logFile() {
    return this.#at("logs", "agent.log");
  }

  // Workspace: where the agents work
  get workspaceDir() {
    return this.#at("workspace");
  }
  get memoryDir() {
    return this.#at("workspace", "memory_system");
  }
  get mainMemoryFile() {
    return this.#at("workspace", "memory_system", "MAINMEMORY.md");
  }
  /** Earlier versions of the main memory. */
  get memoryHistoryDir() {
    return this.#at("workspace", "memory_system", "history");
  }
  get cronTasksDir() {
    return this.#at("workspace", "cron_tasks");
  }
  get skillsDir() {
    return this.#at("workspace", "skills");
  }
  /** Files the user sent. */
  get telegramFilesDir() {
    return this.#at("workspace", "telegram_files");
  }
  /** Pictures out of videos, for a day. Where the agents may read without asking. */
  get framesDir() {
    return this.#at("workspace", "telegram_files", ".frames");
  }
  /** Files the agent made for the user. */
  get outputDir() {
    return this.#at("workspace", "output_to_user");
  }
  get toolsDir() {
    return this.#at("workspace", "tools");
  }

  // Outside the home folder: what the service managers read
  get systemdUnitFile() {
    return this.#join(this.userHome ?? this.root, ".config", "systemd", "user", "ductor.service");
  }
  get launchAgentFile() {
    return this.#join(this.userHome ?? this.root, "Library", "LaunchAgents", "dev.ductor.plist");
  }
  /** Only while the task is made. */
  get taskFile() {
    return this.#at("ductor_task.xml");
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
      ...TOOL_FOLDERS.map((name) => this.#join(this.toolsDir, name)),
    ];
  }

  /** The rule files of a folder: the one of each CLI, with the same content. */
  ruleFiles(dir: string): Record<ProviderName, string> {
    return eachProvider((name) => this.#join(dir, PROVIDERS[name].ruleFile));
  }
}
