/** Finding a program the way a shell would. */
import { posix, win32 } from "node:path";

export interface WhichOptions {
  /** The search path, as in the environment. */
  path: string;
  /** Windows: endings that can be started, such as `.COM;.EXE;.BAT;.CMD`. */
  pathExt?: string;
  os?: typeof Deno.build.os;
  /** Whether `file` is something that can be started; stands in for the file system in tests. */
  isExecutable?: (file: string) => Promise<boolean>;
}

async function isExecutableFile(file: string): Promise<boolean> {
  try {
    const info = await Deno.stat(file);
    return info.isFile && (info.mode === null || (info.mode & 0o111) !== 0);
  } catch {
    return false;
  }
}

/**
 * Full path of `command`, or undefined when there is none. A command with a slash is not searched
 * for but only checked.
 */
export async function which(command: string, options: WhichOptions): Promise<string | undefined> {
  const windows = (options.os ?? Deno.build.os) === "windows";
  const paths = windows ? win32 : posix;
  const check = options.isExecutable ?? isExecutableFile;
  if (command === "") return undefined;
  const endings = windows ? windowsEndings(command, options.pathExt) : [""];
  const separated = command.includes("/") || (windows && command.includes("\\"));
  // An empty entry of PATH means the current folder; that is asking for trouble, so it is skipped.
  const folders = separated ? [""] : options.path.split(paths.delimiter).filter((dir) => dir);
  for (const folder of folders) {
    for (const ending of endings) {
      const file = folder === "" ? command + ending : paths.join(folder, command + ending);
      if (await check(file)) return file;
    }
  }
  return undefined;
}

function windowsEndings(command: string, pathExt = ".COM;.EXE;.BAT;.CMD"): string[] {
  const endings = pathExt.split(";").filter((ending) => ending).map((ending) =>
    ending.toLowerCase()
  );
  const own = win32.extname(command).toLowerCase();
  // npm puts a shell script without ending beside each `.cmd`; Windows cannot start that one.
  return endings.includes(own) ? [""] : endings;
}

/**
 * The search path for a child: ours, and at its end the folder of the program itself. A script
 * installed by npm starts with `env node`, and node is often just beside it and nowhere on the
 * path of a service.
 */
export function childPath(path: string, program: string, windows: boolean): string {
  const paths = windows ? win32 : posix;
  if (!paths.isAbsolute(program)) return path;
  const folder = paths.dirname(program);
  const folders = path.split(paths.delimiter).filter((dir) => dir);
  return folders.includes(folder) ? path : [...folders, folder].join(paths.delimiter);
}
