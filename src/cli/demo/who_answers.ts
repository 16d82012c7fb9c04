/**
 * Who answers in the demo when nobody was named: the first installed CLI that can, else the built-in
 * agent. A demo that ends because a CLI is not logged in shows nothing.
 */
import { type ProviderName, PROVIDERS } from "../../agents/provider.ts";
import { howToLogIn } from "../../agents/how_to.ts";
import { rootIsRefused, type WhoRuns } from "../setup/answers.ts";
import { type FoundCli, stateOf } from "../setup/clis.ts";

export interface WhoAnswers {
  agent: "demo" | ProviderName;
  /** Why the CLIs that are here do not answer, in one line. */
  why?: string;
}

export function whoAnswers(
  clis: readonly FoundCli[],
  user: WhoRuns,
): WhoAnswers {
  const reasons: string[] = [];
  for (const cli of clis) {
    if (!cli.installed) continue;
    const reason = notUsable(cli, user);
    if (reason === undefined) return { agent: cli.provider };
    reasons.push(`${PROVIDERS[cli.provider].title} ${reason}`);
  }
  return { agent: "demo", ...reasons.length > 0 && { why: `${reasons.join("; ")}.` } };
}

function notUsable(
  cli: FoundCli,
  user: WhoRuns,
): string | undefined {
  const { found, todo } = stateOf(cli);
  if (todo !== undefined) {
    return `is ${found} (${cli.outdated ?? howToLogIn(PROVIDERS[cli.provider])})`;
  }
  if (cli.version === undefined) return "does not start";
  if (rootIsRefused(cli.provider, user)) return "does not work for root without IS_SANDBOX=1";
}
