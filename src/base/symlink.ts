import { newCommand } from "./command.ts";

/**
 * Makes a symbolic link, also where this program may write to some folders only: there Deno makes
 * none, because a link's target is looked at when it is followed, and `ln` does it. Windows has no
 * `ln`; who asks gets Deno's error then.
 */
export async function symlink(
  to: string,
  path: string,
  options?: Deno.SymlinkOptions,
): Promise<void> {
  try {
    return await Deno.symlink(to, path, options);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable) || Deno.build.os === "windows") throw error;
  }
  // Into a folder that is there `ln` would put the link.
  if (await Deno.lstat(path).catch(() => undefined)) {
    throw new Deno.errors.AlreadyExists(`${path} is there already`);
  }
  const { success, stderr } = await newCommand("ln", {
    args: ["-s", "--", to, path],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
}
