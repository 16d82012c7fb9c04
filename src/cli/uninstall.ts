/** `ductor uninstall`: takes everything off this machine that ductor put there. */
import { exists, namesIn } from "../base/on_disk.ts";
import { join } from "node:path";
import { configHomeOf, PROVIDER_NAMES, PROVIDERS } from "../agents/provider.ts";
import { endInstance } from "../app/end_instance.ts";
import { sharedFolder } from "../app/instance_lock.ts";
import { type Home, resolveHome } from "../config/home.ts";
import { peekOrLastGood } from "../config/load.ts";
import { defaultConfig } from "../config/schema.ts";
import { removeSandbox } from "../sandbox/teardown.ts";
import { serviceManager } from "../service/manager.ts";

import { type Runner, systemRunner } from "../service/runner.ts";
import { removeBeside } from "../update/replace.ts";
import { print, printError } from "./output.ts";
import { keepMemory as copyMemory, removeHome } from "./setup/old_home.ts";

export interface UninstallOptions {
  keepMemory: boolean;
  keepHome: boolean;
  keepProgram: boolean;
  yes: boolean;
}

/** @returns 0 done or declined; 1 something is left, and what to type is on the screen; 2 cannot ask */
export async function uninstall(
  options: UninstallOptions,
  run: Runner = systemRunner,
): Promise<number> {
  const home = resolveHome(Deno.env);
  let { keepMemory } = options;
  if (!options.yes) {
    if (!Deno.stdin.isTerminal()) {
      printError("There is no terminal to ask in. To confirm: ductor uninstall --yes");
      return 2;
    }
    const sure = await confirm(home, options);
    if (sure === undefined) {
      print("Nothing was changed.");
      return 0;
    }
    keepMemory = sure.keepMemory;
  }
  let left = 0;
  const step = async (what: string, fn: () => Promise<string | void>) => {
    try {
      const said = await fn();
      print(`✓ ${said ?? what}`);
    } catch (error) {
      left++;
      printError(`✗ ${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const manager = serviceManager(home, { run });
  if (await manager.installed()) await step("service removed", () => manager.uninstall());
  await step("bot ended", async () => void await endInstance(home, { say: print }));
  const docker = await peekOrLastGood(home).then((config) => config?.docker, () => undefined) ??
    defaultConfig().docker;
  // It may have been switched off since.
  const sandboxed = await exists(home.sandboxDir);
  if (docker.enabled || sandboxed) {
    await step("sandbox removed", async () => {
      const { containers, images } = await removeSandbox(home, docker);
      return `sandbox removed (containers: ${containers}, images: ${images})`;
    });
  }
  await step("links in the CLIs' skill folders removed", async () => {
    const removed = await removeSkillLinks(home);
    return `${removed} links in the CLIs' skill folders removed`;
  });
  await step("locks removed", () => removeLocks(home));
  if (!options.keepHome) {
    if (keepMemory) {
      await step("memory kept", async () => {
        const folder = await copyMemory(home);
        return folder ? `memory kept in ${folder}` : "there was no memory to keep";
      });
    }
    // With a memory that could not be copied, its only copy must stay.
    if (left === 0) await step(`${home.root} removed`, () => removeHome(home));
    else printError(`${home.root} is left as it is, because of the errors above.`);
  }
  if (!options.keepProgram) await removeProgram();
  return left === 0 ? 0 : 1;
}

async function confirm(home: Home, options: UninstallOptions) {
  const clack = await import("./prompts.ts");
  clack.intro("Uninstall ductor");
  const sure = await clack.confirm({
    message: `Remove the service, the sandbox, the links in the CLIs' skill folders` +
      `${options.keepHome ? "" : `, ${home.root} with everything in it`} and the program?`,
    initialValue: false,
  });
  if (sure !== true) return undefined;
  if (options.keepHome || options.keepMemory) return { keepMemory: options.keepMemory };
  const keep = await clack.confirm({ message: "Keep a copy of the memory beside it?" });
  return clack.isCancel(keep) ? undefined : { keepMemory: keep };
}

/** Links that lead into the home folder; the user's own folders and links stay. */
export async function removeSkillLinks(home: Home): Promise<number> {
  if (home.userHome === undefined) return 0;
  let removed = 0;
  for (const name of PROVIDER_NAMES) {
    const folder = configHomeOf(name, home.userHome)!;
    for (const path of await linksIn(join(folder, PROVIDERS[name].skillFolder))) {
      const target = await Deno.readLink(path);
      if (
        target !== home.root && !target.startsWith(home.root + (home.os === "windows" ? "\\" : "/"))
      ) {
        continue;
      }
      await Deno.remove(path);
      removed++;
    }
  }
  return removed;
}

async function linksIn(folder: string): Promise<string[]> {
  const links: string[] = [];
  try {
    for await (const { name, isSymlink } of Deno.readDir(folder)) {
      if (isSymlink) links.push(join(folder, name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return links;
}

/** Of this home only; another bot of this user may run. */
async function removeLocks(home: Home): Promise<void> {
  const folder = sharedFolder();
  for (const name of await namesIn(folder)) {
    if (!name.endsWith(".json")) continue;
    const note = await Deno.readTextFile(join(folder, name)).then(JSON.parse).catch(() => ({}));
    if (note.home !== home.root) continue;
    await Deno.remove(join(folder, name)).catch(() => {});
    await Deno.remove(join(folder, name.replace(/json$/, "lock"))).catch(() => {});
  }
  // Stays when there are others in it.
  await Deno.remove(folder).catch(() => {});
}

/** A running program can be removed, except on Windows. */
async function removeProgram(): Promise<void> {
  if (!Deno.build.standalone) {
    const root = join(import.meta.dirname!, "..", "..");
    print(`The program runs from its source; remove that yourself: ${root}`);
    return;
  }
  const path = Deno.execPath();
  await removeBeside(path).catch((error) => printError(`Beside ${path}: ${error.message}`));
  if (Deno.build.os === "windows") {
    print(`Last, remove the program; in PowerShell: Remove-Item "${path}"`);
    return;
  }
  try {
    await Deno.remove(path);
    print(`✓ ${path} removed. Goodbye.`);
  } catch {
    print(`Last, remove the program: sudo rm "${path}"`);
  }
}
