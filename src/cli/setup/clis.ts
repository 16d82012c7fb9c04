/** Which CLIs are here, and what to do about those that are not. */
import type { Agent, AuthState } from "../../agents/agent.ts";
import type { Launcher } from "../../process/launcher.ts";
import { PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../../agents/provider.ts";
import { howToInstall, howToLogIn, type Machine } from "../../agents/how_to.ts";

export interface FoundCli extends AuthState {
  provider: ProviderName;
}

/** Asks every CLI at once; takes a second or two. */
export async function findClis(agents: Record<ProviderName, Agent>): Promise<FoundCli[]> {
  return await Promise.all(
    PROVIDER_NAMES.map(async (provider) => ({ provider, ...await agents[provider].authState() })),
  );
}

/** What is to be said about one, with what to type where something is missing. */
export function stateOf(
  cli: FoundCli,
  machine?: Machine,
): { found: string; todo?: string } {
  const facts = PROVIDERS[cli.provider];
  if (!cli.installed) {
    const { command, needsNode } = howToInstall(facts, machine);
    const todo = `Install it${needsNode ? " (needs Node.js)" : ""}: ${command}`;
    return { found: "not found", todo };
  }
  if (cli.outdated !== undefined) {
    return { found: "too old for ductor", todo: `Update it: ${cli.outdated}` };
  }
  if (cli.login === "no") {
    return { found: "not logged in", todo: `Log in: ${howToLogIn(facts, machine)}` };
  }
  const detail = cli.detail === undefined ? "" : ` (${cli.detail})`;
  return { found: `${cli.login === "yes" ? "logged in" : "installed"}${detail}` };
}

/** A line for each. */
export function describeClis(clis: readonly FoundCli[], machine?: Machine): string {
  return clis.map((cli) => {
    const { found, todo } = stateOf(cli, machine);
    const mark = todo === undefined ? "✓" : cli.installed && cli.outdated === undefined ? "!" : "✗";
    const version = cli.installed && cli.version !== undefined ? ` ${cli.version}` : "";
    const next = todo === undefined ? "" : `. ${todo}`;
    return `${mark} ${PROVIDERS[cli.provider].title}${version}: ${found}${next}`;
  }).join("\n");
}

/** The container engine that is here: `docker`, else `podman`. */
export async function engineOn(launcher: Pick<Launcher, "which">): Promise<string | undefined> {
  for (const name of ["docker", "podman"]) if (await launcher.which(name)) return name;
  return undefined;
}
