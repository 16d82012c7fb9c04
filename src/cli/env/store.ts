/** `.env` of a home, as the commands look at it and change it. */
import { readTextIfExists, writeFileAtomic } from "../../base/atomic_file.ts";
import { withFileLock } from "../../base/file_lock.ts";
import { changeEnvFile, isVariableName, parseEnvFile } from "../../config/env_file.ts";
import type { Home } from "../../config/home.ts";
import { knownOf } from "../../config/known_variables.ts";

/** What the file sets. */
export async function readEnvFile(home: Home): Promise<Record<string, string>> {
  return parseEnvFile(await readTextIfExists(home.envFile) ?? "");
}

/** Sets variables, or takes out those that are `undefined`; all else in the file stays. */
export async function updateEnvFile(
  home: Home,
  changes: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  await Deno.mkdir(home.stateDir, { recursive: true, mode: 0o700 });
  await withFileLock(home.envLockFile, async () => {
    const before = await readTextIfExists(home.envFile) ?? "";
    const after = changeEnvFile(before, changes);
    // The user may keep the file elsewhere and link to it.
    const target = await Deno.realPath(home.envFile).catch(() => home.envFile);
    if (after !== before) await writeFileAtomic(target, after, { mode: 0o600 });
  });
}

/** What a shell has of the known variables, and the file sets to something else or not at all. */
export function missingIn(
  file: Readonly<Record<string, string>>,
  shell: Readonly<Record<string, string>>,
): Record<string, string> {
  const missing = Object.entries(knownOf(shell)).filter(([name, value]) => file[name] !== value);
  return Object.fromEntries(missing.filter(([name]) => isVariableName(name)).sort());
}
