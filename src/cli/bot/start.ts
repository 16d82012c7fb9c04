/** `ductor` and `ductor start`: the bot in the foreground, under a supervisor. */
import { isFolder } from "../../base/on_disk.ts";
import { dirname } from "node:path";
import { EXIT_RESTART, EXIT_UNUSABLE } from "../../base/exit_codes.ts";
import { parseJson } from "../../base/jsonc.ts";
import { type BotProcess, Supervisor } from "../../app/supervisor.ts";
import { parseEnvFile } from "../../config/env_file.ts";
import { type Home, resolveHome } from "../../config/home.ts";
import type { Config } from "../../config/schema.ts";
import { TrialWatch } from "../../update/rollback.ts";
import { printError } from "../output.ts";
import { selfCommand } from "../self.ts";

/** The code by which shells say that a program could not be started. */
const CANNOT_START = 126;

export interface StartOptions {
  verbose: boolean;
  /** End a bot that runs for this home first. */
  replace: boolean;
  /** False: run the bot in this process, whoever starts it again. A service always has one. */
  supervisor: boolean;
  /** A service manager starts it; it must not be given reason to try again in vain. */
  service: boolean;
}

export async function start(options: StartOptions): Promise<number> {
  const home = resolveHome(Deno.env);
  if (Deno.stdin.isTerminal() && Deno.stdout.isTerminal() && !await hasConfig(home)) {
    const { onboarding } = await import("../setup/onboarding.ts");
    const { code, startNow } = await onboarding({ yes: false });
    if (!startNow) return code;
  }
  if (options.replace) {
    const { endInstance } = await import("../../app/end_instance.ts");
    try {
      await endInstance(home, { say: printError });
    } catch (error) {
      printError(error instanceof Error ? error.message : String(error));
      return 1;
    }
  }
  if (await besideOriginal(home, options)) return exitCode(EXIT_UNUSABLE, options.service);
  // Units made by older versions ask for none, and nobody would take back a bad release then.
  const alone = !options.supervisor && !options.service;
  if (alone || Deno.env.has("DUCTOR_SUPERVISOR")) {
    const { runConfined } = await import("./confined.ts");
    return await runConfined({ ...options, supervised: false });
  }
  return exitCode(await supervise(home, options), options.service);
}

/** Whether the Python program's bot runs in this home: both would answer, and change the same files. */
async function besideOriginal(home: Home, { service }: StartOptions): Promise<boolean> {
  if (Deno.env.has("DUCTOR_SUPERVISOR")) return false;
  const { findInstance } = await import("../../app/find_instance.ts");
  const { original } = await findInstance(home);
  if (!original) return false;
  const why =
    `The Python program's bot runs in ${home.root} (process ${original.pid}). Nothing was ` +
    "touched. To end it and go on with this one: ductor start --replace. If a service starts it, " +
    "switch that off too, or it comes back.";
  printError(why);
  if (service) {
    const { noteLastWords } = await import("../../app/last_words.ts");
    await noteLastWords(home, why);
  }
  return true;
}

/**
 * What this process ends with when its supervisor ended with `code`. A terminal hears of success or
 * failure. Of the services only systemd knows a code for "do not try again" (see systemd.ts); the
 * others would take any but 0 for a reason to do so. None is told of a restart that there was not.
 */
export function exitCode(code: number, service: boolean, os = Deno.build.os): number {
  if (code === EXIT_UNUSABLE) return !service ? 1 : os === "linux" ? code : 0;
  return service && (code === 1 || code === EXIT_RESTART) ? 0 : code;
}

async function supervise(home: Home, options: StartOptions): Promise<number> {
  const { acquireInstance, AlreadyRunningError } = await import("../../app/instance_lock.ts");
  const { findInstance } = await import("../../app/find_instance.ts");
  let lock: Disposable;
  try {
    const { service } = options;
    lock = await acquireInstance(home, "supervisor", { service });
    const { bot } = await findInstance(home);
    if (bot) {
      lock[Symbol.dispose]();
      throw new AlreadyRunningError("home", home, bot);
    }
  } catch (error) {
    if (!(error instanceof AlreadyRunningError)) throw error;
    printError(error.message);
    if (options.service) {
      const { noteLastWords } = await import("../../app/last_words.ts");
      await noteLastWords(home, error.message);
    }
    return EXIT_UNUSABLE;
  }
  using _lock = lock;
  const cwd = await workingFolder(home);
  // Now: after an upgrade the system no longer knows the path of what runs here.
  const self = selfCommand();
  const trial = new TrialWatch(home, { say: printError });
  let last: number | undefined;
  const supervisor = new Supervisor({
    start() {
      const bot = spawnBot(home, cwd, self, options, last);
      bot.exited.then((code) => last = code);
      return trial.over(bot);
    },
    say: printError,
  });
  using _signals = passOn(supervisor);
  return await supervisor.run();
}

/** The folder the home is in: what the bot writes is then below its working directory. */
async function workingFolder(home: Home): Promise<string> {
  const parent = dirname(home.root);
  const there = await isFolder(parent);
  return there ? parent : home.userHome ?? Deno.cwd();
}

function spawnBot(
  home: Home,
  cwd: string,
  [command, ...args]: readonly [string, ...string[]],
  options: StartOptions,
  last: number | undefined,
): BotProcess {
  const windows = Deno.build.os === "windows";
  const program = new Deno.Command(command, {
    args: [
      ...args,
      ...options.verbose ? ["--verbose"] : [],
      "run-bot",
      ...options.service ? ["--as-service"] : [],
    ],
    cwd,
    env: {
      DUCTOR_SUPERVISOR: "1",
      DUCTOR_HOME: home.root,
      ...certificates(home),
      ...last !== undefined && { DUCTOR_LAST_EXIT: String(last) },
    },
    // Never written to: its end tells the bot that the supervisor is gone.
    stdin: "piped",
    stdout: "inherit",
    stderr: "inherit",
    // Ctrl-C of a terminal reaches everybody in the group; the bot is to get it once, from us.
    detached: !windows,
  });
  let child: Deno.ChildProcess;
  try {
    child = program.spawn();
  } catch (error) {
    // Counts as a crash: a bad release is taken back then, too, and what was lacking may come back.
    printError(`Cannot start ${command}: ${error instanceof Error ? error.message : error}.`);
    return { exited: Promise.resolve(CANNOT_START), signal() {} };
  }
  const stdin = child.stdin.getWriter();
  stdin.closed.catch(() => {});
  return {
    exited: child.status.then(({ code }) => code),
    worked: async () =>
      (await Deno.readTextFile(home.workedFile)).split("\n")[0] === `${child.pid}`,
    signal(name) {
      try {
        // On Windows a signal kills; the end of its input is the gentle way there.
        if (windows && name !== "SIGKILL") stdin.close().catch(() => {});
        else child.kill(name);
      } catch {
        // It has just ended.
      }
    },
  };
}

/** What `.env` says about certificates; the runtime looks at that before the bot can set anything. */
function certificates({ envFile }: Home): Record<string, string> {
  let text = "";
  try {
    text = Deno.readTextFileSync(envFile);
  } catch {
    // Mostly there is none; what else is wrong, the bot says.
  }
  const names = /^(DENO_(CERT|TLS_CA_STORE)|SSL_CERT_(FILE|DIR))$/;
  return Object.fromEntries(
    Object.entries(parseEnvFile(text)).filter(([name]) => names.test(name)),
  );
}

function passOn(supervisor: Supervisor): Disposable {
  const names: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  const listeners = names.map((name) => {
    const listener = () => supervisor.signal(name);
    Deno.addSignalListener(name, listener);
    return { name, listener };
  });
  return {
    [Symbol.dispose]() {
      for (const { name, listener } of listeners) Deno.removeSignalListener(name, listener);
    },
  };
}

/**
 * Whether there is a config that somebody has filled in. Only a look, to decide about the wizard;
 * one that is broken is shown by the bot with the place, and mended by `ductor onboarding`.
 */
async function hasConfig(home: Home): Promise<boolean> {
  try {
    const raw = await parseJson(await Deno.readTextFile(home.configFile)) as Partial<Config> | null;
    return Boolean(raw?.telegram_token) && (raw?.allowed_user_ids?.length ?? 0) > 0 &&
      !String(raw?.telegram_token).startsWith("YOUR_");
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
