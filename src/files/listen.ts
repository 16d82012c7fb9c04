/** Writes down what comes in by itself, where somebody is there who can. */
import type { Environment } from "../config/environment.ts";
import { HostLauncher, type Launcher } from "../process/launcher.ts";
import type { Tools } from "./tool.ts";
import { canTranscribe, type Heard, transcribe } from "./transcribe.ts";

export type Listen = (
  file: { path: string; size: number },
  signal: AbortSignal,
) => Promise<Heard | undefined>;

/**
 * What is said in a file; undefined where there is no transcriber. Asks each time, so that one that
 * is installed meanwhile is used.
 */
export function listener(launcher: Launcher, env: Tools["env"]): Listen {
  return async (file, signal) => {
    const tools = { launcher, env, signal };
    return await canTranscribe(tools) ? await transcribe(file, tools) : undefined;
  };
}

/** With the programs of this machine, and the environment that `.env` of the home makes. */
export function hostListener(environment: Environment): Listen {
  return listener(new HostLauncher({ env: environment.all }), environment);
}
