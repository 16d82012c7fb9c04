/** The bot itself, in this process, until it is told to end. */
import { getLogger } from "@logtape/logtape";
import { processEnv } from "../../base/process_env.ts";
import { newCommand } from "../../base/command.ts";
import { aborted } from "../../base/async/within.ts";
import type { Agent } from "../../agents/agent.ts";
import {
  createAgents,
  PROVIDER_NAMES,
  type ProviderName,
  PROVIDERS,
} from "../../agents/provider.ts";
import { VERSION } from "../../base/about.ts";
import { spawn } from "../../base/async/spawn.ts";
import { type Bot, startBot } from "../../app/compose.ts";
import { EXIT_RESTART, EXIT_UNUSABLE } from "../../base/exit_codes.ts";
import { acquireInstance, AlreadyRunningError } from "../../app/instance_lock.ts";
import { beginLife, endFormerLife } from "../../app/life.ts";
import { noteLife } from "../../app/last_life.ts";
import { noteLastWords } from "../../app/last_words.ts";
import { setupLogging } from "../../app/logging.ts";
import { forgetRestartRequest, restartRequested, stopRequested } from "../../service/restart.ts";
import { Environment } from "../../config/environment.ts";
import { type Home, resolveHome } from "../../config/home.ts";
import { ConfigError, loadOrLastGood, peekConfig } from "../../config/load.ts";
import { configSecrets, isConfigured } from "../../config/schema.ts";
import { hostListener } from "../../files/listen.ts";
import { mountsFor } from "../../projects/mount.ts";
import { Projects } from "../../projects/projects.ts";
import { Sessions } from "../../conversation/sessions.ts";
import { SandboxLauncher } from "../../sandbox/launcher.ts";
import { diskTroubleOf, ifDiskTakes } from "../../base/disk_trouble.ts";
import { KnownSecrets } from "../../base/known_secrets.ts";
import { counted } from "../../base/text.ts";
import { createRedactor } from "../../base/redaction.ts";
import { TokenError } from "../../telegram/poller.ts";
import { seedHome, seedNotice } from "../../workspace/seed.ts";
import { type TemplateFacts, templateFacts } from "../../workspace/templates.ts";
import { agentLauncher } from "../agent_launcher.ts";
import { print, printError } from "../output.ts";
import { findClis, stateOf } from "../setup/clis.ts";
import { selfCommand } from "../self.ts";
import { untilSignal } from "../signals.ts";

const log = getLogger(["ductor", "app"]);

/** How long a running turn may go on when the bot is ended. */
const GRACE_MS = 5000;
/** The same when it is asked to restart: whoever asks can wait, and the answer is not lost. */
const RESTART_GRACE_MS = 25_000;

/** How the bot ends: its exit code, and why, for the log. */
interface Ending {
  code: number;
  why: string;
}

const RESTARTED: Ending = { code: EXIT_RESTART, why: "a restart was asked for" };

export interface RunBotOptions {
  verbose: boolean;
  /** Ends when its standard input does: then the supervisor is gone. */
  supervised: boolean;
  service: boolean;
}

/**
 * @param exit ends the program at once
 * @returns the exit code: 0 ended well, {@link EXIT_RESTART} to be started again,
 *   {@link EXIT_UNUSABLE} it cannot work as it is set up
 */
export async function runBot(
  options: RunBotOptions,
  exit: (code: number) => void = Deno.exit,
): Promise<number> {
  const home = resolveHome(processEnv);
  try {
    return await live(home, options, exit);
  } catch (error) {
    if (options.service) await noteLastWords(home, String(error));
    throw error;
  }
}

/** Says why the bot cannot work as it is set up; `ductor service start` waits for such words. */
async function refuse(why: string, home: Home, { service }: RunBotOptions) {
  printError(why);
  if (service) await noteLastWords(home, why);
  return EXIT_UNUSABLE;
}

async function live(
  home: Home,
  options: RunBotOptions,
  exit: (code: number) => void,
): Promise<number> {
  using signals = untilSignal({ exit });
  const end = new AbortController();
  const stop = AbortSignal.any([signals.signal, end.signal]);
  const restarts = options.supervised || options.service ||
    processEnv.get("DUCTOR_SUPERVISOR") !== undefined;
  // What an agent starts is not under our supervisor.
  processEnv.delete("DUCTOR_SUPERVISOR");
  const lastExit = processEnv.get("DUCTOR_LAST_EXIT");
  processEnv.delete("DUCTOR_LAST_EXIT");
  const loaded = await usableConfig(home);
  if (typeof loaded === "string") return await refuse(loaded, home, options);
  const { config, warnings, adopted, problem } = loaded;
  try {
    await Deno.mkdir(home.stateDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    const trouble = diskTroubleOf(error);
    if (!trouble) throw error;
    return await refuse(`Cannot use ${home.root}: the disk is ${trouble}.`, home, options);
  }
  let lock: Disposable;
  try {
    const { service } = options;
    lock = await acquireInstance(home, "bot", { token: config.telegram_token, service });
  } catch (error) {
    if (!(error instanceof AlreadyRunningError)) throw error;
    return await refuse(error.message, home, options);
  }
  using _lock = lock;
  const former = await endFormerLife(home);
  const life = await beginLife(home);
  const secrets = new KnownSecrets(configSecrets(config));
  // Before anything is asked for on the net: proxies and certificates are looked up then.
  const environment = new Environment(home, { secrets });
  await using sandbox = config.docker.enabled
    ? new SandboxLauncher({
      home,
      docker: () => config.docker,
      self: selfCommand(),
      env: environment.all,
      // As the config is then: projects come and go while the bot runs.
      project: async (folder) => {
        const now = await peekConfig(home).catch(() => undefined) ?? config;
        return await mountsFor(folder, home, new Projects(home, () => now));
      },
      sessions: (conversation) => new Sessions(home).idsOf(conversation.replace(".", ":")),
    })
    : undefined;
  if (sandbox) home = home.confine();
  const launcher = sandbox ?? await agentLauncher(home, environment);
  const facts: TemplateFacts = sandbox
    // Its image has all of them, and may be minutes away.
    ? { installed: PROVIDER_NAMES, container: sandbox.container }
    : await templateFacts(launcher, config);
  const seed = () => seedHome(home, facts);
  const seeded = await ifDiskTakes("What belongs into the home", seed);
  const notice = seeded && seedNotice(seeded);
  await using logs = await setupLogging({
    home,
    level: config.log_level,
    format: config.log_format,
    verbose: options.verbose,
    stderr: true,
    redactor: createRedactor(() => secrets.values),
  });
  for (const warning of warnings) printError(warning);
  if (problem !== undefined) printError(problem);
  const noted = await noteLife(
    home,
    VERSION,
    lastExit === undefined ? undefined : Number(lastExit),
  );
  log.info("ductor {version} starts: process {pid}, Deno {deno} on {os} {arch}; {before}", {
    version: VERSION,
    pid: Deno.pid,
    deno: Deno.version.deno,
    os: Deno.build.os,
    arch: Deno.build.arch,
    before: noted.before,
  });
  if (former !== undefined) await sandbox?.endLeft();
  if (former) {
    log.warn("Ended {what} that a bot had left running which was killed or crashed", {
      what: counted(former, "process", "processes"),
    });
  }
  sandbox?.listen((event) => {
    if (event.type === "building") printError("Building the sandbox image:");
    else if (event.type === "line") printError(`  ${event.line}`);
  });
  const agents = await createAgents({ launcher, stateDir: home.stateDir });
  const { promise: asked, resolve: ask } = Promise.withResolvers<Ending>();
  // One that was asked for before has come true just now.
  await forgetRestartRequest(home).catch(() => {});
  const bot = await startBot({
    home,
    config,
    agents,
    launcher,
    seed,
    // On this machine: what an agent asks for with ductor file is done here, too.
    listen: hostListener(environment),
    env: environment.all,
    starts: noted.starts,
    secrets,
    logs,
    ...sandbox && { sandbox },
    notices: [notice, ...adopted, problem && `⚠️ ${problem}`].filter((each) => each !== undefined),
    service: options.service,
    ...restarts && { restart: () => ask(RESTARTED) },
    leave: () => ask({ code: 0, why: "an agent asked for that" }),
    runOutside: (argv) => runOutside(argv, home, options),
  });
  const how = options.service ? "" : " Ctrl-C ends it.";
  print(`ductor runs; write to your bot. Home: ${home.root}.${how}`);
  // In the sandbox it would have to be made for that.
  if (!sandbox) spawn("Looking for the agents", logAgents(agents));
  const { code, why } = await Promise.race([asked, itsEnd(bot, home, options, stop)]);
  log.info("ductor stops: {why}", { why });
  await endGently(bot, code);
  end.abort();
  await noted.end(why);
  await life.end();
  return code;
}

/** The config to start with; or why no bot can work with it, and what to do. */
async function usableConfig(home: Home) {
  let loaded;
  try {
    loaded = await loadOrLastGood(home);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
  if (!isConfigured(loaded.config)) {
    return `ductor is not set up yet. Run: ductor onboarding\n\n` +
      `Or put these two into ${home.configFile} and run ductor again:\n\n` +
      `  "telegram_token"     the token @BotFather gives you for a new bot\n` +
      `  "allowed_user_ids"   your own Telegram id in square brackets (@userinfobot tells it)\n\n` +
      `To try it first without Telegram: ductor demo`;
  }
  return loaded;
}

/** Resolves with whatever ends the bot first, but what the bot itself is asked for in the chat. */
async function itsEnd(
  bot: Pick<Bot, "ended">,
  home: Home,
  options: RunBotOptions,
  stop: AbortSignal,
): Promise<Ending> {
  const stopped: Ending = { code: 0, why: "it was told to stop" };
  const endings: Promise<Ending>[] = [
    bot.ended.then(() => stopped),
    aborted(stop).then(() => stopped),
    restartRequested(home, stop).then((asked) => asked ? RESTARTED : stopped),
  ];
  if (options.supervised) {
    endings.push(endOfInput().then(() => ({ code: 0, why: "its supervisor ended" })));
  }
  if (Deno.build.os === "windows") endings.push(stopRequested(home, stop).then(() => stopped));
  try {
    return await Promise.race(endings);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    const code = await refuse(error.message, home, options);
    return { code, why: "Telegram refused the bot token" };
  }
}

/** Ends it when its answers are written, or have had their time. */
async function endGently(bot: Bot, code: number): Promise<void> {
  if (code === EXIT_UNUSABLE) return await bot.stop(0);
  const graceMs = code === EXIT_RESTART ? RESTART_GRACE_MS : GRACE_MS;
  const running = bot.running();
  if (running > 0) {
    printError(
      `Waiting up to ${graceMs / 1000} s for ${counted(running, "answer")} that ` +
        `${running === 1 ? "is" : "are"} being written; Ctrl-C again ends at once.`,
    );
  }
  await bot.stop(graceMs);
}

/** Runs this program where an end of the bot, and of its service, does not reach it. */
function runOutside(argv: readonly string[], home: Home, { service }: RunBotOptions): void {
  const own = [...selfCommand(), ...argv];
  const set = [`DUCTOR_HOME=${home.root}`, `PATH=${processEnv.get("PATH") ?? ""}`];
  const [command, ...args] = service && home.os === "linux"
    ? [
      "systemd-run",
      "--user",
      "--collect",
      "--quiet",
      ...set.map((one) => `--setenv=${one}`),
      ...own,
    ]
    : own;
  try {
    const process = newCommand(command!, {
      args,
      env: { DUCTOR_HOME: home.root },
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    process.unref();
  } catch (error) {
    log.error("{command} cannot be started: {error}", { command, error });
  }
}

async function logAgents(agents: Record<ProviderName, Agent>): Promise<void> {
  const found = (await findClis(agents)).map((cli) =>
    `${PROVIDERS[cli.provider].title}${cli.version ? ` ${cli.version}` : ""}: ${stateOf(cli).found}`
  );
  log.info("Agents: {found}", { found: found.join("; ") });
}

/** Resolves when whoever holds the other end of our input is gone. */
async function endOfInput(): Promise<void> {
  const buffer = new Uint8Array(256);
  while (await Deno.stdin.read(buffer).catch(() => null) !== null) {
    // What is written there means nothing.
  }
}
