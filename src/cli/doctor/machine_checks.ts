/** Files, disk, time zone, service, sandbox, and what this program may do. */
import { permissionsNow } from "../bot/confined.ts";
import { PROVIDERS } from "../../agents/provider.ts";
import { statfs } from "node:fs/promises";
import { basename } from "node:path";
import type { Home } from "../../config/home.ts";
import type { Config } from "../../config/schema.ts";
import { resolveTimeZone } from "../../config/timezone.ts";
import type { ServiceManager } from "../../service/service.ts";
import type { Runner } from "../../service/runner.ts";
import { which } from "../../process/which.ts";
import { serviceProblems } from "../bot/service.ts";
import { modeWarning } from "../setup/answers.ts";
import { type Finding, info, ok, problem, warning } from "./finding.ts";

const MB = 1024 * 1024;
const LITTLE = 500 * MB;
const TOO_LITTLE = 50 * MB;

/** Whether the files are ours, and nobody else's. */
export async function fileChecks(home: Home): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (
    const path of [
      home.root,
      home.configDir,
      home.configFile,
      home.envFile,
      home.stateDir,
      home.logsDir,
    ]
  ) {
    const found = await Deno.stat(path).catch(() => undefined);
    if (!found || home.os === "windows") continue;
    const uid = Deno.uid();
    if (uid !== null && uid !== 0 && found.uid !== uid) {
      const todo = `sudo chown -R ${uid} "${home.root}"`;
      findings.push(problem("Rights", `${path} belongs to another user`, todo));
    }
    const secret = [home.root, home.configFile, home.envFile].includes(path);
    if (secret && ((found.mode ?? 0) & 0o077) !== 0) {
      const todo = `chmod go= "${path}"`;
      findings.push(problem("Rights", `others on this computer can read ${path}`, todo));
    }
  }
  const aside = [];
  for (const folder of [home.root, home.configDir, home.stateDir]) {
    try {
      for await (const { name } of Deno.readDir(folder)) {
        if (/\.(corrupt|damaged)-/.test(name)) aside.push(name);
      }
    } catch {
      // It is made at the first start.
    }
  }
  if (aside.length > 0) {
    findings.push(warning(
      "Files",
      `could not be read once and were set aside: ${aside.join(", ")}`,
      "Take from them what you miss, then delete them",
    ));
  }
  return findings.length > 0 ? findings : [ok("Rights", "only you can read the home folder")];
}

export async function diskCheck(home: Home): Promise<Finding[]> {
  try {
    const { bavail, bsize } = await statfs(home.root);
    const free = bavail * bsize;
    const text = `${Math.round(free / MB)} MB free where the home folder is`;
    const todo = "Free some space; old files of the agents are in workspace/output_to_user";
    if (free < TOO_LITTLE) return [problem("Disk", text, todo)];
    return [free < LITTLE ? warning("Disk", text, todo) : ok("Disk", text)];
  } catch {
    return [];
  }
}

export function timeZoneCheck(config: Config): Finding[] {
  const { zone, source, warning: text } = resolveTimeZone(config.user_timezone);
  const todo = 'Set "user_timezone" in the config, such as "Europe/Berlin"';
  if (text) return [problem("Time zone", text, todo)];
  return [
    source === "default"
      ? warning("Time zone", "is not known, so UTC is used", todo)
      : ok("Time zone", `${zone} (from ${source === "config" ? "the config" : source})`),
  ];
}

/** The service, and whether it finds what a terminal finds. */
export async function serviceChecks(home: Home, manager: ServiceManager): Promise<Finding[]> {
  if (!await manager.installed()) {
    return [info("Service", "not installed; ductor service install starts the bot automatically")];
  }
  const findings: Finding[] = [];
  for (const text of await serviceProblems(home, manager)) {
    const [found, todo = ""] = text.split(/(?<=\.) (?=Fix it|Use the)/);
    findings.push(problem("Service", found!, todo));
  }
  const path = await manager.path();
  for (const { program: cli } of path === undefined ? [] : Object.values(PROVIDERS)) {
    const [theirs, yours] = await Promise.all([
      which(cli, { path: path! }),
      which(cli, { path: Deno.env.get("PATH") ?? "" }),
    ]);
    if (yours && !theirs) {
      findings.push(problem(
        "Service",
        `does not find ${cli}, which is in ${yours} for you`,
        "Refresh the search path: ductor service install",
      ));
    }
  }
  const running = await manager.running();
  if (!running) {
    findings.push(warning("Service", "installed, but not running", "ductor service start"));
  }
  return findings.length > 0 ? findings : [ok("Service", `${manager.name} runs it`)];
}

/** Whether the sandbox can be had where it is wanted. */
export async function sandboxCheck(config: Config, run: Runner): Promise<Finding[]> {
  if (!config.docker.enabled) return [info("Sandbox", "off; agents work directly on this machine")];
  const { code, stderr } = await run(config.docker.command, [
    "info",
    "--format",
    "{{.ServerVersion}}",
  ]);
  if (code === 127) {
    return [problem(
      "Sandbox",
      "is wanted, but there is no docker here, so no agent runs",
      "Install Docker, or set docker.enabled to false in the config",
    )];
  }
  if (code === 0) return [ok("Sandbox", "Docker answers")];
  const said = stderr.trim().split("\n")[0];
  return [problem(
    "Sandbox",
    `is wanted, but Docker does not answer (${said}), so no agent runs`,
    "Start it: sudo systemctl start docker (Linux) or Docker Desktop; or add yourself to its " +
      "group: sudo usermod -aG docker $USER",
  )];
}

/** What the agents and what ductor itself may do. */
export async function permissionChecks(config: Config): Promise<Finding[]> {
  const choice = {
    permissionMode: config.permission_mode,
    provider: config.provider,
    docker: config.docker.enabled,
  };
  const text = modeWarning(choice, { uid: Deno.uid(), env: Deno.env });
  const root = text?.startsWith("You are root");
  const agents = text === undefined
    ? ok("Agents", `permission_mode ${config.permission_mode}`)
    : root
    ? problem("Agents", text.split(". ")[0]!, text.split(". ").slice(1).join(". "))
    : info("Agents", text);
  return [agents, info("Program", await inForce()), info("Its bot", await ofTheBot())];
}

/** What the thread may do in which a bot would run that is started now, in words. */
async function ofTheBot(): Promise<string> {
  const { write, net, run } = await permissionsNow();
  const starts = run === "inherit"
    ? "any program"
    : [...new Set((run as string[]).map((path) => basename(path)))].join(", ");
  return `may write in ${[write].flat().join(", ")}; reach ${[net].flat().join(", ")}; ` +
    `start ${starts}; load no native libraries and no code from elsewhere`;
}

/** Deno's permissions of this process, in words. */
async function inForce(): Promise<string> {
  const state = async (descriptor: Deno.PermissionDescriptor) =>
    (await Deno.permissions.query(descriptor)).state === "granted";
  const may = async (name: string, descriptor: Deno.PermissionDescriptor) =>
    await state(descriptor) ? [name] : [];
  const all = [
    ...await may("read files", { name: "read" }),
    ...await may("write files", { name: "write" }),
    ...await may("start programs", { name: "run" }),
    ...await may("reach any host", { name: "net" }),
    ...await may("load native libraries", { name: "ffi" }),
  ];
  return `may ${all.join(", ")}; each command gives back what it does not need. ` +
    "The agents it starts are not bound by this; the sandbox is what binds them";
}
