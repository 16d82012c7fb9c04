import { LaunchError } from "../process/launch_error.ts";
import type { Child, Launcher, LaunchSpec } from "../process/launcher.ts";
import { AgentError } from "./agent.ts";
import type { ProviderFacts } from "./facts.ts";
import { howToInstall, howToLogIn } from "./how_to.ts";

/**
 * Starts a CLI.
 *
 * @throws {AgentError} `not_found`, `crash`, or what the sandbox has to say
 */
export async function startChild(
  launcher: Launcher,
  spec: LaunchSpec,
  cli: Pick<ProviderFacts, "title" | "install" | "installer" | "logIn" | "logInWithoutDesktop">,
): Promise<Child> {
  try {
    return await launcher.launch(spec);
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    if (error.kind !== "not_found") {
      throw new AgentError(error.kind, error.message, error.detail);
    }
    throw new AgentError(
      "not_found",
      `${cli.title} is not installed on the computer ductor runs on. Install it there with ` +
        `\`${howToInstall(cli).command}\`, then log in with \`${howToLogIn(cli)}\`.`,
      error.message,
    );
  }
}
