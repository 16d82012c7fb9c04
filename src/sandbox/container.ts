/** The container of a home: made, found again, checked, taken away. */
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { PROVIDER_NAMES, PROVIDERS } from "../agents/provider.ts";
import { symlink } from "../base/symlink.ts";
import type { Home } from "../config/home.ts";
import { INSIDE_WORKSPACE } from "./paths.ts";
import { lastWords, NoDockerError, type Run } from "./docker.ts";
import { remoteEngine } from "./engine.ts";
import {
  type Engine,
  type HostUser,
  INSIDE_USER_HOME,
  insideUser,
  mountsOf,
  type Plan,
  sandboxFolders,
  userFiles,
} from "./plan.ts";
import { SandboxError } from "./sandbox_error.ts";
import { LABELS } from "./settings.ts";

const log = getLogger(["ductor", "sandbox"]);

/** Making one may have to copy an image's layers. */
const MAKE_MS = 120_000;
const PROBE = ".ductor-probe";

/** A container as the engine knows it. */
export interface Found {
  id: string;
  running: boolean;
  home: string;
  made: string;
}

/** Looks for a container by name or id. */
export async function findContainer(run: Run, name: string): Promise<Found | undefined> {
  const labels = [LABELS.home, LABELS.made].map((label) => `{{index .Config.Labels "${label}"}}`);
  const format = ["{{.Id}}", "{{.State.Running}}", ...labels].join("\n");
  const { code, stdout } = await run(["container", "inspect", "-f", format, name]);
  if (code !== 0) return undefined;
  const [id = "", running, home = "", made = ""] = stdout.split("\n");
  return { id, running: running === "true", home: home.trim(), made: made.trim() };
}

/**
 * The running container of the plan: the one that is there if it was made just so, else a new one.
 *
 * @returns its id, and whether it is new
 * @throws {SandboxError}
 */
export async function ensureContainer(
  run: Run,
  home: Home,
  plan: Plan,
): Promise<{ id: string; fresh: boolean }> {
  const found = await findContainer(run, plan.name);
  if (found && found.home !== home.root) {
    const whose = found.home === "" ? "something else" : `the home ${found.home}`;
    throw new SandboxError(
      `There is a container "${plan.name}" already, of ${whose}.`,
      "Set `docker.container_name` to another name, or remove it: " +
        `\`docker rm -f ${plan.name}\`.`,
    );
  }
  if (found?.running && found.made === plan.hash) return { id: found.id, fresh: false };
  if (found) {
    log.info("The container is made anew: {why}", {
      why: found.running ? "settings, image or mounts have changed" : "it had stopped",
    });
    await run(["rm", "-f", found.id], { timeoutMs: 60_000 });
  }
  const ran = await run(plan.args, { timeoutMs: MAKE_MS });
  if (ran.code !== 0) {
    // A failed start leaves the container behind.
    await run(["rm", "-f", plan.name]);
    throw await notMade(run, plan, lastWords(ran, 2));
  }
  const id = ran.stdout.trim().split("\n").at(-1) ?? plan.name;
  try {
    await checkMount(run, home, plan, id);
  } catch (error) {
    await run(["rm", "-f", id]);
    throw error;
  }
  return { id, fresh: true };
}

async function notMade(run: Run, plan: Plan, said: string): Promise<SandboxError> {
  const remote = await remoteEngine(run);
  if (remote !== undefined) return elsewhere(remote, said);
  return new SandboxError(
    `The container "${plan.name}" could not be started: ${said}`,
    "Check `docker.memory`, `docker.cpus`, `docker.pids` and `docker.network` in the config.",
    said,
  );
}

function elsewhere(remote: string, detail?: string): SandboxError {
  return new SandboxError(
    `The engine is on another machine (${remote}) and does not see the folders of this one.`,
    "Use an engine on this machine (`docker context use default`, no `DOCKER_HOST`), or run ductor " +
      "over there.",
    detail,
  );
}

/** Whether what is mounted is really our folder: an engine elsewhere mounts an empty one of its own. */
async function checkMount(run: Run, home: Home, plan: Plan, id: string): Promise<void> {
  const nonce = crypto.randomUUID();
  const file = join(plan.userHome, PROBE);
  await Deno.writeTextFile(file, nonce);
  try {
    const ran = await run(["exec", id, "cat", `${INSIDE_USER_HOME}/${PROBE}`]);
    if (ran.stdout.trim() === nonce) return;
    const remote = await remoteEngine(run);
    if (remote !== undefined) throw elsewhere(remote, lastWords(ran));
    throw new SandboxError(
      `The container does not see the folders of ${home.root}: ${lastWords(ran)}`,
      "Let the engine share that folder (Docker Desktop: Settings, Resources, File sharing).",
      lastWords(ran),
    );
  } finally {
    await Deno.remove(file).catch(() => {});
  }
}

/** Makes the folders that get mounted; whatever is missing then would be made by root. */
export async function makeFolders(
  home: Home,
  engine: Engine,
  user: HostUser | undefined,
  conversation: string,
): Promise<void> {
  const folders = sandboxFolders(home, conversation);
  await Deno.mkdir(folders.root, { recursive: true, mode: 0o700 });
  for (const { host } of mountsOf(home, conversation)) {
    await Deno.mkdir(host, { recursive: true });
    await refuseLink(host);
  }
  // Agents write there: a link in the middle would lead us out.
  for (const name of PROVIDER_NAMES) {
    let folder = folders.user;
    for (const part of PROVIDERS[name].configHome.folder.split("/")) {
      folder = join(folder, part);
      await Deno.mkdir(folder).catch((error) => {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      });
      await refuseLink(folder);
    }
  }
  for (const name of PROVIDER_NAMES) {
    await linkSkills(join(folders.clis[name], PROVIDERS[name].skillFolder));
  }
  const inside = insideUser(engine, user);
  if (inside) {
    const { passwd, group } = userFiles(inside);
    await Deno.writeTextFile(folders.passwd, passwd, { mode: 0o644 });
    await Deno.writeTextFile(folders.group, group, { mode: 0o644 });
  }
}

async function refuseLink(folder: string): Promise<void> {
  if (!(await Deno.lstat(folder)).isSymlink) return;
  throw new SandboxError(
    `${folder} is a link, and what it leads to must not get into the sandbox.`,
    "Replace it by a folder.",
  );
}

/** Shows the CLI inside the skills of the workspace; the link leads somewhere only in there. */
async function linkSkills(path: string): Promise<void> {
  if (await Deno.lstat(path).catch(() => undefined)) return;
  await symlink(`${INSIDE_WORKSPACE}/skills`, path).catch((error) =>
    log.warn("The skills cannot be shown to the CLI inside: {error}", { error })
  );
}

/**
 * Ends and removes a container of this home. None, none of ours or no engine: does nothing.
 *
 * @returns whether there was one
 */
export async function removeContainer(run: Run, home: Home, name: string): Promise<boolean> {
  try {
    const found = await findContainer(run, name);
    if (!found || found.home !== home.root) return false;
    if (found.running) await run(["stop", "-t", "5", found.id]);
    await run(["rm", "-f", found.id]);
    return true;
  } catch (error) {
    if (error instanceof NoDockerError) return false;
    throw error;
  }
}
