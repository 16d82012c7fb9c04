/**
 * A real systemd as pid 1 of its own namespaces, with a user `ann` who has a session, on an overlay
 * of this machine's files whose changes go with it. A script beside the checkout, or the one that
 * DUCTOR_REAL_SYSTEMD names, knows how.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const SCRIPT = Deno.env.get("DUCTOR_REAL_SYSTEMD") ??
  fileURLToPath(new URL("../../../shared/toolchain/real-systemd", import.meta.url));

/** What it stands on; the last is of dbus-user-session, without which users have no manager. */
const NEEDED = {
  systemd: "/lib/systemd/systemd",
  "dbus-daemon": "/usr/bin/dbus-daemon",
  "dbus-user-session": "/usr/lib/systemd/user/dbus.socket",
  "a real-systemd script (DUCTOR_REAL_SYSTEMD)": SCRIPT,
};

/** Why there can be none here; `undefined`: it can. */
export async function whyNoSystemd(): Promise<string | undefined> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return "root on Linux";
  for (const [what, path] of Object.entries(NEEDED)) {
    if (!await Deno.stat(path).then(() => true, () => false)) return what;
  }
}

export class RealSystemd implements AsyncDisposable {
  /** @param folder seen inside at the same path */
  static async boot(folder: string): Promise<RealSystemd> {
    // One that a killed test left would be taken for this one.
    await script("stop");
    await script("boot", folder);
    return new RealSystemd();
  }

  /** Runs a shell command inside as root and returns what it prints. */
  root(command: string): Promise<string> {
    return script("run", command);
  }

  /** The same as `ann`, whose home is /home/ann. */
  ann(command: string): Promise<string> {
    return script("user", command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await script("stop");
  }
}

async function script(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(SCRIPT, { args, stdin: "null" })
    .output();
  const [said, complained] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes).trim()
  );
  if (success) return said!;
  throw new Error(`real-systemd ${args.join(" ")}: ${said}\n${complained}`);
}
