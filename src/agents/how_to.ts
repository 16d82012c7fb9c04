/** What is to be typed to get a CLI to work, as it fits the machine. */
import { processEnv } from "../base/process_env.ts";
import type { ProviderFacts } from "./facts.ts";

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

/** How a CLI is installed. `needsNode`: only where Node.js is. */
export function howToInstall(
  { install, installer }: Pick<ProviderFacts, "install" | "installer">,
  { os }: Machine = thisMachine(),
): { command: string; needsNode: boolean } {
  const own = installer?.[os === "windows" ? "windows" : "posix"];
  return own === undefined
    ? { command: install, needsNode: true }
    : { command: own, needsNode: false };
}

/** What logs in. */
export function howToLogIn(
  { logIn, logInWithoutDesktop }: Pick<ProviderFacts, "logIn" | "logInWithoutDesktop">,
  { desktop }: Machine = thisMachine(),
): string {
  return desktop ? logIn : logInWithoutDesktop ?? logIn;
}
