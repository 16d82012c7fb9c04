/** Why the sandbox cannot run, in words that say how to mend it. */
import { AgentError } from "../agents/agent.ts";
import { lastWords, type Ran } from "./docker.ts";

/**
 * The sandbox is asked for and cannot run, so nothing runs. An {@link AgentError}, since it is told
 * wherever an agent cannot be started.
 */
export class SandboxError extends AgentError {
  override name = "SandboxError";

  /**
   * @param what what is wrong, one sentence
   * @param mend what to do about it
   */
  constructor(readonly what: string, readonly mend: string, detail?: string) {
    super(
      "other",
      `The sandbox cannot run, so nothing was started. ${what} ${mend}\n` +
        "(Without a sandbox: `docker.enabled` set to false; the agents then have all your rights.)",
      detail,
    );
  }
}

/** What the engine's refusal to answer means. */
export function engineError(command: string, ran: Ran): SandboxError {
  const said = `${ran.stdout}\n${ran.stderr}`;
  const detail = lastWords(ran);
  if (/permission denied/i.test(said)) {
    return new SandboxError(
      "The user ductor runs as may not talk to Docker.",
      "Add them to the group: `sudo usermod -aG docker $USER`, then log in anew and restart ductor.",
      detail,
    );
  }
  if (ran.code === 124) {
    return new SandboxError(
      "Docker does not answer.",
      "Restart it (Docker Desktop, or `sudo systemctl restart docker`) and try again.",
      detail,
    );
  }
  return new SandboxError(
    "Docker is installed but its engine is not running or cannot be reached.",
    "Start it (Docker Desktop, `sudo systemctl start docker`, or `podman machine start`); " +
      `\`${command} info\` must work. Where \`DOCKER_HOST\` or a context names another engine, ` +
      "that one must run.",
    detail,
  );
}
