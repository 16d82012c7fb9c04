/** What the running bot, or a service that would run it, lacks of what this shell has. */
import { hashOf, type Report } from "../../app/report.ts";
import type { Home } from "../../config/home.ts";
import { knownOf } from "../../config/known_variables.ts";
import type { ServiceManager } from "../../service/service.ts";
import { telegramJson } from "../../telegram/liveness.ts";
import { missingIn, readEnvFile } from "../env/store.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

/** @param report of the running bot; `undefined`: none runs, or it does not answer */
export async function environmentChecks(
  home: Home,
  manager: Pick<ServiceManager, "installed">,
  shell: Readonly<Record<string, string>>,
  report: Report | undefined,
): Promise<Finding[]> {
  if (report === undefined) {
    const file = await readEnvFile(home);
    const missing = await manager.installed() ? Object.keys(missingIn(file, shell)) : [];
    return missing.length === 0 ? [] : [lacking("the service", missing, [])];
  }
  const { environment, salt } = report;
  const known = Object.entries(knownOf(shell));
  const missing = known.filter(([name]) => environment[name] === undefined);
  const different = known.filter(([name, value]) =>
    environment[name] !== undefined && environment[name] !== hashOf(salt, value)
  );
  const names = (entries: [string, string][]) => entries.map(([name]) => name);
  return [
    ...telegramCheck(report),
    missing.length + different.length === 0
      ? ok("Environment", "the bot has what this shell has")
      : lacking("the bot", names(missing), names(different)),
  ];
}

function lacking(who: string, missing: string[], different: string[]): Finding {
  const found = [
    ...missing.length > 0 ? [`set in this shell, not in ${who}: ${missing.join(", ")}`] : [],
    ...different.length > 0 ? [`set to something else in ${who}: ${different.join(", ")}`] : [],
  ].join("; ");
  return warning("Environment", found, "If it should be as here: ductor env import");
}

function telegramCheck({ telegram }: Report): Finding[] {
  const { failing_since, failure } = telegramJson(telegram);
  if (failing_since === undefined) return [];
  const found = `has not answered the bot since ${failing_since} (${failure})`;
  return [problem("Telegram", found, "See why: ductor logs")];
}
