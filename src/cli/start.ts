/** `ductor` and `ductor start`: the bot in the foreground. */
import { HostLauncher } from "../agents/launcher.ts";
import { createAgents } from "../agents/registry.ts";
import { startBot } from "../app/compose.ts";
import { setupLogging } from "../app/logging.ts";
import { resolveHome } from "../config/home.ts";
import { ConfigError, loadConfig } from "../config/load.ts";
import { configSecrets, isConfigured } from "../config/schema.ts";
import { createRedactor } from "../security/redaction.ts";
import { TokenError } from "../telegram/poller.ts";
import { seedHome } from "../workspace/seed.ts";
import { print, printError } from "./output.ts";
import { aborted, untilSignal } from "./signals.ts";

/** How long a running turn may go on after the first Ctrl-C. */
const GRACE_MS = 25_000;

export async function start(options: { verbose: boolean }): Promise<number> {
  using signals = untilSignal();
  const home = resolveHome(Deno.env);
  let loaded;
  try {
    loaded = await loadConfig(home);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    printError(error.message);
    return 1;
  }
  const { config, warnings } = loaded;
  if (!isConfigured(config)) {
    printError(
      `ductor is not set up yet. Put these two into ${home.configFile}:\n\n` +
        `  "telegram_token"     the token @BotFather gives you for a new bot\n` +
        `  "allowed_user_ids"   your own Telegram id in square brackets (@userinfobot tells it)\n\n` +
        `Then run ductor again. To try it first without Telegram: ductor demo`,
    );
    return 1;
  }
  await seedHome(home);
  await using _logs = await setupLogging({
    home,
    level: config.log_level,
    verbose: options.verbose,
    stderr: true,
    redactor: createRedactor(() => configSecrets(config)),
  });
  for (const warning of warnings) printError(warning);
  const agents = createAgents({ launcher: new HostLauncher() });
  const bot = await startBot({ home, config, agents });
  print(`ductor runs; write to your bot. Home: ${home.root}. Ctrl-C ends it.`);
  let code = 0;
  try {
    await Promise.race([bot.ended, aborted(signals.signal)]);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    printError(error.message);
    code = 1;
  }
  await bot.stop(code === 0 ? GRACE_MS : 0);
  return code;
}
