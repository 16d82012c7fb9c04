/** Which file a path means, and whether it may be looked into. */
import { resolve } from "node:path";
import type { Home } from "../config/home.ts";
import { checkReadable, type FileAccess } from "../config/outgoing.ts";
import { validatePath } from "../config/paths.ts";
import { FileError } from "./file_error.ts";

export interface OpenRules {
  home: Home;
  access: FileAccess;
  /** Where the command was called. */
  cwd: string;
}

export interface Found {
  /** Absolute, and without links. */
  path: string;
  name: string;
  /** Bytes. */
  size: number;
}

/**
 * Finds a file: relative to the workspace, or else to where the command was called. The rules are
 * those for files that leave the computer: within `file_access`, and never keys or settings.
 *
 * For an agent in the sandbox only the copy counts that was handed over to us, in `cwd`: the
 * workspace itself could change under our hands.
 *
 * @throws {FileError} it is missing, a folder, or not to be read
 */
export async function findFile(path: string, rules: OpenRules): Promise<Found> {
  const { home, cwd, access } = rules;
  // deno-lint-ignore no-control-regex -- that is what is looked for
  if (/[\x00-\x1f]/.test(path)) throw new FileError("The path holds control characters");
  if (home.confined) return await copyIn(path, cwd);
  const own = await checkReadable(path, { access, home });
  const found = own.ok || own.refusal !== "missing"
    ? own
    : await checkReadable(resolve(cwd, path), { access, home });
  if (found.ok) return found;
  switch (found.refusal) {
    case "missing":
      throw missing(path);
    case "no_file":
      throw new FileError(`${path} is a folder or device, not a file`);
    case "outside":
      throw new FileError(`${path} is outside of the folders ductor may read`, {
        hint: "`file_access` in the config says which these are.",
      });
    case "private":
      throw new FileError(`${path} may hold keys or settings of this computer; it is not read`);
    default:
      throw new FileError(`${path} cannot be read`);
  }
}

async function copyIn(path: string, cwd: string): Promise<Found> {
  const real = await validatePath(path, [cwd]).catch(() => {
    throw missing(path);
  });
  const info = await Deno.stat(real).catch(() => undefined);
  if (!info) throw missing(path);
  if (!info.isFile) throw new FileError(`${path} is a folder or device, not a file`);
  return { path: real, name: real.split(/[\\/]/).at(-1)!, size: info.size };
}

function missing(path: string): FileError {
  return new FileError(`There is no file ${path}`, {
    hint: "Paths are relative to the workspace. What the user sent: ductor file list",
  });
}
