/**
 * Which version of `config.json` the running bot has taken over. It notes that in its home, so that a
 * command that changes the file can say whether the change is in use.
 */
import { readTextIfExists } from "../base/atomic_file.ts";
import { sha256 } from "../base/hash.ts";
import type { Home } from "./home.ts";

/** What the file says now; undefined: there is none, or it cannot be read. */
export async function configVersion(home: Home): Promise<string | undefined> {
  const text = await readTextIfExists(home.configFile).catch(() => undefined);
  return text === undefined ? undefined : sha256(text);
}

/** Notes what has been taken over. To be asked for before the file is read, not after. */
export async function noteInUse(home: Home, version: string | undefined): Promise<void> {
  await Deno.writeTextFile(home.configInUseFile, version ?? "");
}

/** Whether the running bot has taken over the file as it is now. */
export async function isInUse(home: Home): Promise<boolean> {
  const noted = await readTextIfExists(home.configInUseFile).catch(() => undefined);
  return noted !== undefined && noted !== "" && noted === await configVersion(home);
}
