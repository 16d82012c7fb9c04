/** Which CLIs are here, and what to do about those that are not. */
import { processEnv } from "../../base/process_env.ts";
import type { Agent, AuthState } from "../../agents/agent.ts";
import type { Launcher } from "../../process/launcher.ts";
import { PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../../agents/provider.ts";

export interface FoundCli extends AuthState {
  provider: ProviderName;
}

/** Asks every CLI at once; takes a second or two. */
export async function findClis(agents: Record<ProviderName, Agent>): Promise<FoundCli[]> {
  return await Promise.all(
    PROVIDER_NAMES.map(async (provider) => ({ provider, ...await agents[provider].authState() })),
  );
}

/** The machine, as far as it decides what is to be typed. */
export interface Machine {
  os: typeof Deno.build.os;
  /** Whether a browser can be opened on it. */
  desktop: boolean;
}

function thisMachine(): Machine {
  const { os } = Deno.build;
  const { DISPLAY, WAYLAND_DISPLAY, SSH_CONNECTION } = processEnv.toObject();
  const desktop = os === "linux" ? Boolean(DISPLAY || WAYLAND_DISPLAY) : !SSH_CONNECTION;
  return { os, desktop };
}

/** What is to be said about one, with what to type where something is missing. */
export function stateOf(
  cli: FoundCli,
  { os, desktop }: Machine = thisMachine(),
): { found: string; todo?: string } {
  const { install, installer, logIn: usual, logInWithoutDesktop } = PROVIDERS[cli.provider];
  const logIn = desktop ? usual : logInWithoutDesktop ?? usual;
  if (!cli.installed) {
    const own = installer?.[os === "windows" ? "windows" : "posix"];
    return {
      found: "not found",
      todo: own ? `Install it: ${own}` : `Install it (needs Node.js): ${install}`,
    };
  }
  if (cli.outdated !== undefined) {
    return { found: "too old for ductor", todo: `Update it: ${cli.outdated}` };
  }
  if (cli.login === "no") return { found: "not logged in", todo: `Log in: ${logIn}` };
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
