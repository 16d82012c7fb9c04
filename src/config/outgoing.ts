/**
 * Which files may leave the computer. One rule for every way out: answers, panels, `ductor send`.
 * It keeps an agent that was talked into something, or that made a mistake, from sending keys; an
 * agent that copies a key into another file first is not stopped by it.
 */
import { unhideName } from "../base/hidden.ts";
import { cut, oneLine, sizeOf } from "../base/text.ts";
import { basename, isAbsolute, resolve } from "node:path";
import type { Home } from "./home.ts";
import { isInside, realPath } from "./paths.ts";
import { isPrivateFile } from "./private_files.ts";

/** Values of `file_access` in the config. */
export type FileAccess = "all" | "home" | "workspace";

/** Which files may be looked into. */
export interface ReadingRules {
  access: FileAccess;
  home: Home;
  /** The project that is worked in; what is relative is so to it, and it may be read as the workspace. */
  project?: string | undefined;
  /** Where a container sees the home folder (such as `/ductor`); absent: there is no container. */
  containerRoot?: string | undefined;
}

export interface OutgoingRules extends ReadingRules {
  /** Bytes Telegram takes in one file. */
  largest: number;
}

export type Refusal =
  | "missing"
  | "no_file"
  | "outside"
  | "private"
  | "empty"
  | "too_large"
  | "unreadable";

export type Outgoing =
  /** `path` is absolute and holds no link; `size` in bytes. */
  | { ok: true; path: string; name: string; size: number }
  | { ok: false; name: string; refusal: Refusal; largest?: number };

/** Looks whether the file at `path`, as an agent or user writes it, may be sent. Never throws. */
export async function checkOutgoing(path: string, rules: OutgoingRules): Promise<Outgoing> {
  const found = await checkReadable(path, rules);
  if (!found.ok) return found;
  const { size } = found;
  if (size === 0) return { ok: false, name: asWritten(path), refusal: "empty" };
  const { largest } = rules;
  if (size > largest) return { ok: false, name: asWritten(path), refusal: "too_large", largest };
  return found;
}

/** The same for a file that is only looked into, of any size. */
export async function checkReadable(path: string, rules: ReadingRules): Promise<Outgoing> {
  const name = asWritten(path);
  const refuse = (refusal: Refusal): Outgoing => ({ ok: false, name, refusal });
  try {
    const real = await Deno.realPath(locate(path, rules));
    const roots = await rootsOf(rules);
    if (roots && !roots.some((root) => isInside(real, root))) return refuse("outside");
    const info = await Deno.stat(real);
    if (await isPrivateFile(real, info, rules.home)) return refuse("private");
    const { isFile, size } = info;
    if (!isFile) return refuse("no_file");
    (await Deno.open(real)).close();
    return { ok: true, path: real, name: basename(real), size };
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    return refuse(missing ? "missing" : "unreadable");
  }
}

function asWritten(path: string): string {
  return basename(path.replaceAll("\\", "/")) || path;
}

/** One line for the chat, Markdown. */
export function refusalText(
  { name, refusal, largest = 0 }: { name: string; refusal: Refusal; largest?: number | undefined },
): string {
  const file = `\`${cut(unhideName(oneLine(name.replaceAll("`", " "))), 100)}\``;
  switch (refusal) {
    case "missing":
      return `⚠️ I cannot find the file ${file}.`;
    case "no_file":
      return `⚠️ ${file} is a folder or device, not a file that can be sent.`;
    case "outside":
      return `⚠️ ${file} is outside of the folders I may send from. ` +
        "`file_access` in the config says which these are.";
    case "private":
      return `⚠️ ${file} may hold keys or settings of this computer, so I do not send it.`;
    case "empty":
      return `⚠️ ${file} is empty; Telegram takes no empty files.`;
    case "too_large":
      return `⚠️ ${file} is larger than the ${sizeOf(largest)} Telegram takes from a bot.`;
    case "unreadable":
      return `⚠️ I cannot read the file ${file}.`;
  }
}

/** `~` is the user's home directory; what is relative is so to where the agent works. */
function locate(path: string, { home, project, containerRoot }: ReadingRules): string {
  if (containerRoot !== undefined && (path + "/").startsWith(containerRoot + "/")) {
    return resolve(home.root, "." + path.slice(containerRoot.length));
  }
  if (home.userHome !== undefined && /^~(?:$|[\\/])/.test(path)) {
    return resolve(home.userHome, "." + path.slice(1));
  }
  return isAbsolute(path) ? resolve(path) : resolve(project ?? home.workspaceDir, path);
}

async function rootsOf({ access, home, project }: ReadingRules): Promise<string[] | undefined> {
  if (access === "all") return undefined;
  // Without a known home directory the next smaller thing.
  const root = access === "workspace" ? home.workspaceDir : home.userHome ?? home.root;
  return await Promise.all([root, ...project === undefined ? [] : [project]].map(realPath));
}
