import { LaunchError } from "../process/launch_error.ts";
import type { Child, Launcher, LaunchSpec } from "../process/launcher.ts";
import { AgentError } from "./agent.ts";

/**
 * Starts a CLI.
 *
 * @throws {AgentError} `not_found`, `crash`, or what the sandbox has to say
 */
export async function startChild(launcher: Launcher, spec: LaunchSpec): Promise<Child> {
  try {
    return await launcher.launch(spec);
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    throw new AgentError(error.kind, error.message, error.detail);
  }
}
