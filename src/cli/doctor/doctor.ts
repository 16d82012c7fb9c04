/** `ductor doctor`: looks for everything that can be wrong, and says what to do about each. */
import { counted } from "../../base/text.ts";
import { HostLauncher } from "../../process/launcher.ts";
import { createAgents, PROVIDER_NAMES, PROVIDERS } from "../../agents/provider.ts";
import { isRunning } from "../../app/end_instance.ts";
import { findInstance } from "../../app/find_instance.ts";
import { askBot, type Report } from "../../app/report.ts";
import { parseJson } from "../../base/jsonc.ts";
import { ConfigError } from "../../config/config_error.ts";
import { Environment } from "../../config/environment.ts";
import { type Home, resolveHome } from "../../config/home.ts";
import { peekConfig } from "../../config/load.ts";
import { type Config, defaultConfig, isConfigured } from "../../config/schema.ts";
import { suspectKeys } from "../../config/validate.ts";
import { serviceManager } from "../../service/manager.ts";

import { type Runner, systemRunner } from "../../service/runner.ts";
import { isOfThisMachine } from "../../base/addresses.ts";
import { openWarning } from "../../webhooks/texts.ts";
import { environmentChecks } from "./environment_checks.ts";
import { type Finding, info, ok, problem, warning } from "./finding.ts";
import {
  diskCheck,
  fileChecks,
  permissionChecks,
  sandboxCheck,
  serviceChecks,
  timeZoneCheck,
} from "./machine_checks.ts";
import { telegramChecks } from "./telegram_checks.ts";
import { print } from "../output.ts";
import { findClis, type FoundCli, stateOf } from "../setup/clis.ts";

/** Exit codes above have meanings of their own in shells. */
const MOST = 100;

const MARKS: Record<Finding["level"], string> = {
  ok: "✓",
  info: "·",
  warning: "!",
  problem: "✗",
};

/** @returns the number of problems, at most {@link MOST} */
export async function doctor(options: { json: boolean }): Promise<number> {
  const findings = await examine(resolveHome(Deno.env));
  const problems = findings.filter(({ level }) => level === "problem").length;
  if (options.json) {
    print(JSON.stringify({ problems, findings }));
  } else {
    for (const { level, about, found, todo } of findings) {
      print(`${MARKS[level]} ${about}: ${found}${todo === undefined ? "" : `\n    → ${todo}`}`);
    }
    print(problems === 0 ? "\nEverything is fine." : `\n${counted(problems, "problem")}.`);
  }
  return Math.min(problems, MOST);
}

/** Everything that is to be said about `home`; changes nothing. */
export async function examine(
  home: Home,
  run: Runner = systemRunner,
  shell: Record<string, string> = Deno.env.toObject(),
): Promise<Finding[]> {
  const { config, findings } = await configChecks(home);
  // From here on things are as the bot has them, as far as `.env` says so.
  const { all: env } = new Environment(home);
  const report = askBot(home, { agents: true });
  const manager = serviceManager(home, { run });
  // Whether somebody is logged in, the bot knows better: it may have another environment.
  const clis = report.then(async (report) =>
    fromReport(report) ??
      await findClis(await createAgents({ launcher: new HostLauncher({ env }) }))
  );
  const checks: Promise<Finding[]>[] = [
    runningCheck(home),
    report.then((report) => environmentChecks(home, manager, shell, report)),
    fileChecks(home),
    diskCheck(home),
    clis.then((found) => cliChecks(found, config)),
    serviceChecks(home, manager),
  ];
  if (config) {
    if (isConfigured(config)) checks.push(telegramChecks(home, config));
    checks.push(
      Promise.resolve(timeZoneCheck(config)),
      sandboxCheck(config, run),
      permissionChecks(config),
    );
  }
  return [...findings, ...(await Promise.all(checks)).flat()];
}

async function configChecks(home: Home): Promise<{ config?: Config; findings: Finding[] }> {
  let config: Config | undefined;
  try {
    config = await peekConfig(home);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return {
      findings: [problem("Config", error.message, "Fix it, or replace it: ductor onboarding")],
    };
  }
  if (config === undefined || !isConfigured(config)) {
    const found = config === undefined ? "there is none yet" : "it has no token or no user yet";
    const findings = [problem("Config", found, "ductor onboarding")];
    return config === undefined ? { findings } : { config, findings };
  }
  const raw = await parseJson(await Deno.readTextFile(home.configFile)) as Record<string, unknown>;
  const odd = suspectKeys(raw, { ...defaultConfig() });
  const findings = odd.map((text) => warning("Config", text, `Look at ${home.configFile}`));
  const { enabled, host } = config.webhooks;
  if (enabled && !isOfThisMachine(host)) {
    const todo =
      "If only programs on this machine need it: ductor config set webhooks.host 127.0.0.1";
    findings.push(warning("Webhooks", openWarning(host), todo));
  }
  return { config, findings: [ok("Config", home.configFile), ...findings] };
}

async function runningCheck(home: Home): Promise<Finding[]> {
  const found = await findInstance(home);
  if (!isRunning(found)) return [info("Bot", "not running; ductor start starts it")];
  const { pid } = found.bot ?? found.supervisor ?? found.original!;
  if (!found.bot && found.supervisor) {
    return [problem("Bot", "keeps crashing while starting", "See why: ductor logs")];
  }
  return [ok("Bot", `runs, process ${pid}`)];
}

function fromReport(report: Report | undefined): FoundCli[] | undefined {
  const { agents } = report ?? {};
  return agents &&
    PROVIDER_NAMES.flatMap((provider) =>
      agents[provider] === undefined ? [] : [{ provider, ...agents[provider] }]
    );
}

function cliChecks(clis: readonly FoundCli[], config: Config | undefined): Finding[] {
  return clis.map((cli) => {
    const { found, todo } = stateOf(cli);
    const wanted = config?.provider === cli.provider || !clis.some(({ installed }) => installed);
    const about = PROVIDERS[cli.provider].title;
    const text = `${cli.version === undefined ? "" : `${cli.version}, `}${found}`;
    if (todo === undefined) return ok(about, text);
    return wanted ? problem(about, text, todo) : info(about, text);
  });
}
