/**
 * `ductor demo`: the real bot against an embedded Bot API server, with a web page as the Telegram
 * client. Nothing of the user's is touched, except that an installed CLI uses its own login.
 */
import { aborted } from "../../base/async/within.ts";
import { join, resolve } from "node:path";
import { createAgents, type ProviderName, PROVIDERS } from "../../agents/provider.ts";
import { type Bot, startBot } from "../../app/compose.ts";
import { setupLogging } from "../../app/logging.ts";
import { Environment } from "../../config/environment.ts";
import { Home } from "../../config/home.ts";
import { loadConfig, updateConfig } from "../../config/load.ts";
import { exists } from "../../base/on_disk.ts";
import { sampleSessions } from "../../demo/sample_sessions.ts";
import { BotApiServer } from "../../bot_api/server.ts";
import { hostListener } from "../../files/listen.ts";
import { createRedactor } from "../../base/redaction.ts";
import { seedHome } from "../../workspace/seed.ts";
import { agentLauncher } from "../agent_launcher.ts";
import { print, printError } from "../output.ts";
import { sayAndPrint } from "./say.ts";
import { selfCommand } from "../self.ts";
import { findClis } from "../setup/clis.ts";
import { untilSignal } from "../signals.ts";
import { whoAnswers } from "./who_answers.ts";

/** The demo agent speaks the protocol of this CLI, and takes its place. */
const DEMO_SPEAKS: ProviderName = "claude";

export interface DemoOptions {
  say?: string;
  agent?: "demo" | ProviderName;
  port?: number;
  home?: string;
  open: boolean;
  verbose: boolean;
}

/** The one person in the demo's chat. */
const YOU = { id: 1000, first_name: "You" };

export async function demo(options: DemoOptions): Promise<number> {
  using signals = untilSignal();
  const root = options.home ?? await Deno.makeTempDir({ prefix: "ductor-demo-" });
  try {
    return await runDemo(options, root, signals.signal);
  } finally {
    if (options.home === undefined) await Deno.remove(root, { recursive: true }).catch(() => {});
  }
}

async function runDemo(options: DemoOptions, root: string, signal: AbortSignal): Promise<number> {
  const home = new Home(resolve(root));
  const environment = new Environment(home);
  const launcher = await agentLauncher(home, environment);
  const agents = await createAgents({ launcher, stateDir: home.stateDir });
  const { agent: chosen, why } = options.agent
    ? { agent: options.agent }
    : whoAnswers(await findClis(agents), { uid: Deno.uid(), env: Deno.env });
  if (why !== undefined) printError(`${why} The built-in demo agent answers instead.`);
  if (chosen !== "demo" && !await agents[chosen].isInstalled()) {
    printError(
      `${chosen} is not installed. Install it, or leave --agent out to see the demo agent.`,
    );
    return 1;
  }
  await using server = await BotApiServer.start();
  const samples = await sampleProjects(home);
  const you = server.user(YOU);
  if (chosen === "demo") {
    const command = [...selfCommand(), "demo-agent"];
    // The demo shows none of the user's own sessions.
    const configHome = join(root, "demo_sessions");
    const env = { [PROVIDERS[DEMO_SPEAKS].configHome.variable]: configHome };
    const { stateDir } = home;
    agents[DEMO_SPEAKS] = await PROVIDERS[DEMO_SPEAKS].create({ launcher, command, env, stateDir });
    const state = join(root, "demo_agent");
    Deno.env.set("DUCTOR_DEMO_STATE", state);
    if (!await exists(configHome)) {
      await sampleSessions({ state, configHome, work: join(samples, "garden") }, Date.now());
    }
  }
  const provider = chosen === "demo" ? DEMO_SPEAKS : chosen;
  const { always } = PROVIDERS[provider].models;
  await loadConfig(home);
  await updateConfig(home, (raw) => {
    Object.assign(raw, {
      telegram_token: server.token,
      telegram_api_root: server.apiRoot,
      allowed_user_ids: [YOU.id],
      provider,
      // The middle one will do to try ductor out.
      model: always[Math.floor(always.length / 2)] ?? "",
      project_roots: [samples],
    });
    raw.streaming = { ...raw.streaming as object, edit_interval_seconds: 0.25 };
  });
  const { config } = await loadConfig(home);
  await seedHome(home);
  await using _logs = await setupLogging({
    home,
    level: config.log_level,
    verbose: options.verbose,
    stderr: options.verbose,
    redactor: createRedactor(() => [server.token]),
  });
  let ok = true;
  const bot = await startBot({
    home,
    config,
    agents,
    listen: hostListener(environment),
    onTurnEnd: (end) => ok = end === "answered",
  });
  try {
    if (options.say !== undefined) {
      const whole = await sayAndPrint(server, you, bot, options.say, signal);
      if (!whole) {
        printError("It waits for your answer. Without --say you can give one in the page.");
      }
      return ok && whole && !signal.aborted ? 0 : 1;
    }
    return await serve(options, server, you, bot, chosen, signal);
  } finally {
    await bot.stop(0);
  }
}

/** A folder with something for `/project`; what is made in the demo comes beside it. */
async function sampleProjects({ root }: Home): Promise<string> {
  const folder = join(root, "projects");
  await Deno.mkdir(join(folder, "garden"), { recursive: true });
  await Deno.writeTextFile(
    join(folder, "garden", "CLAUDE.md"),
    "# Garden\n\nNotes on what grows where. Plants have their common names here.\n",
  );
  return folder;
}

async function serve(
  options: DemoOptions,
  server: BotApiServer,
  you: ReturnType<BotApiServer["user"]>,
  bot: Bot,
  agent: string,
  signal: AbortSignal,
): Promise<number> {
  const { startWeb } = await import("../../demo/web/web.ts");
  const port = options.port === undefined ? {} : { port: options.port };
  await using web = await startWeb({ server, user: you, ...port });
  print(`\n  ductor demo, answered by ${agent === "demo" ? "the built-in demo agent" : agent}\n`);
  print(`  Open ${web.url}\n\n  Ctrl-C ends it; nothing is kept.`);
  if (options.open) openInBrowser(web.url);
  await Promise.race([aborted(signal), bot.ended]);
  return 0;
}

/** A machine without a browser is no error. */
function openInBrowser(url: string): void {
  const [command, ...args] = COMMANDS[Deno.build.os] ?? ["xdg-open"];
  if (Deno.build.os === "linux" && !Deno.env.has("DISPLAY") && !Deno.env.has("WAYLAND_DISPLAY")) {
    return;
  }
  try {
    new Deno.Command(command!, { args: [...args, url], stdout: "null", stderr: "null" })
      .spawn().unref();
  } catch { /* the address is on the screen */ }
}

const COMMANDS: Partial<Record<typeof Deno.build.os, string[]>> = {
  darwin: ["open"],
  windows: ["rundll32", "url.dll,FileProtocolHandler"],
};
