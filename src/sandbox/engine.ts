/** What kind of engine answers, and whether it can see our folders. */
import { parseObject } from "../base/jsonc.ts";
import { processEnv } from "../base/process_env.ts";
import { isObject, text } from "../base/shape.ts";
import { type Run } from "./docker.ts";
import type { Engine } from "./plan.ts";
import { engineError, SandboxError } from "./sandbox_error.ts";
import { NoDockerError } from "./docker.ts";

/**
 * Asks the engine about itself.
 *
 * @throws {SandboxError} there is none, or it does not answer
 */
export async function askEngine(run: Run, command: string): Promise<Engine> {
  let ran;
  try {
    ran = await run(["info", "--format", "{{json .}}"], { timeoutMs: 15_000 });
  } catch (error) {
    if (!(error instanceof NoDockerError)) throw error;
    throw new SandboxError(
      `Docker is not installed: there is no \`${command}\` on the PATH ductor was started with.`,
      "Install Docker (https://docs.docker.com/get-docker/) or Podman, or set `docker.command`.",
    );
  }
  const info = parseObject(ran.stdout);
  // The client's half of the answer comes also without an engine.
  if (ran.code !== 0 || info === undefined || !isAnswer(info)) throw engineError(command, ran);
  return engineOf(info);
}

/** Docker says `ServerVersion`, Podman `host` and `version`. */
function isAnswer(info: Record<string, unknown>): boolean {
  return typeof info.ServerVersion === "string" && info.ServerVersion !== "" ||
    isObject(info.host);
}

/** Reads `docker info` or `podman info` as JSON. */
export function engineOf(
  info: Record<string, unknown>,
  os: typeof Deno.build.os = Deno.build.os,
): Engine {
  const host = isObject(info.host) ? info.host : undefined;
  const security = isObject(host?.security) ? host.security : {};
  const options = Array.isArray(info.SecurityOptions) ? info.SecurityOptions : [];
  return {
    podman: host !== undefined,
    rootless: security.rootless === true ||
      options.some((option) => typeof option === "string" && option.includes("rootless")),
    ...(security.selinuxEnabled === true || options.includes("name=selinux")) &&
      { selinux: true },
    native: os === "linux" && !/Docker Desktop/i.test(text(info.OperatingSystem) ?? ""),
  };
}

/**
 * Where the engine is, when that is another machine; undefined: here, or it is not known.
 */
export async function remoteEngine(
  run: Run,
  env: (name: string) => string | undefined = (name) => processEnv.get(name),
): Promise<string | undefined> {
  let endpoint = env("DOCKER_HOST") ?? env("CONTAINER_HOST");
  if (!endpoint) {
    const format = "{{.Endpoints.docker.Host}}";
    const { code, stdout } = await run(["context", "inspect", "--format", format]);
    endpoint = code === 0 ? stdout.trim() : "";
  }
  return isRemote(endpoint) ? endpoint : undefined;
}

/** Whether an address such as `ssh://box` or `tcp://10.0.0.2:2375` is that of another machine. */
export function isRemote(endpoint: string): boolean {
  const [, host] = /^(?:ssh|tcp|https?):\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/]*)/.exec(endpoint) ?? [];
  return host !== undefined && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(host);
}
