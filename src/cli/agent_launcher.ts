/**
 * The launcher for agents on this machine. They find this very program as `ductor` on their PATH,
 * whatever its file is called and wherever it is.
 */
import { join } from "node:path";
import { noteChild } from "../app/life.ts";
import { HostLauncher } from "../process/launcher.ts";
import { Environment } from "../config/environment.ts";
import type { Home } from "../config/home.ts";
import { writeFileAtomic } from "../base/atomic_file.ts";
import { ifDiskTakes } from "../base/disk_trouble.ts";
import { selfCommand } from "./self.ts";

/** Makes the command in `state/bin/` that starts this program. */
export async function agentLauncher(
  home: Home,
  environment = new Environment(home),
): Promise<HostLauncher> {
  await ifDiskTakes("The command for agents", () => writeShim(home, selfCommand()));
  return new HostLauncher({
    folders: [home.binDir],
    env: environment.all,
    ...home.os === "windows" && { launched: (pid: number) => noteChild(home, pid) },
  });
}

async function writeShim(home: Home, command: readonly string[]): Promise<void> {
  await Deno.mkdir(home.binDir, { recursive: true, mode: 0o700 });
  const [name, content] = home.os === "windows"
    ? ["ductor.cmd", `@echo off\r\n${command.map(quotedForCmd).join(" ")} %*\r\n`]
    : ["ductor", `#!/bin/sh\nexec ${command.map(quoted).join(" ")} "$@"\n`];
  await writeFileAtomic(join(home.binDir, name), content, { mode: 0o700, sync: false });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Paths have no quotes there; a percent sign would begin a variable. */
function quotedForCmd(word: string): string {
  return `"${word.replaceAll("%", "%%")}"`;
}
