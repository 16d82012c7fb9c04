/** Where skills are, and what is in there. */
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { configHomeOf, PROVIDER_NAMES, type ProviderName, PROVIDERS } from "../agents/provider.ts";
import type { Home } from "../config/home.ts";

const log = getLogger(["ductor", "skills"]);

/** A folder with skills, one subfolder each. */
export interface SkillRoot {
  /** Whose it is. */
  name: "ductor" | ProviderName;
  /** Its path with all links resolved. */
  path: string;
}

/** What a skill's place in a {@link SkillRoot} has. */
export type SkillEntry =
  | { kind: "folder" }
  /** `to`: where the link leads in the end; `undefined`: nowhere. */
  | { kind: "link"; text: string; to: string | undefined }
  | { kind: "other" };

/** Names that are never skills. Everything that begins with a dot is not one, too. */
const NO_SKILL = new Set(["__pycache__", "node_modules"]);

/**
 * The folders to keep in step; the first has priority. A CLI's is among them when the CLI has a home
 * folder, and is made when it is missing. Without `home.userHome` (a demo) there is only our own.
 *
 * @param env reads a variable of the environment; the CLIs may have their homes elsewhere by one
 */
export async function skillRoots(
  home: Home,
  env: (name: string) => string | undefined = () => undefined,
): Promise<SkillRoot[]> {
  const wanted: [SkillRoot["name"], string, string][] = [["ductor", home.workspaceDir, "skills"]];
  for (const name of home.userHome === undefined ? [] : PROVIDER_NAMES) {
    wanted.push([name, configHomeOf(name, home.userHome, env)!, PROVIDERS[name].skillFolder]);
  }
  const roots: SkillRoot[] = [];
  for (const [name, parent, folder] of wanted) {
    if (!(await Deno.stat(parent).catch(() => undefined))?.isDirectory) continue;
    try {
      await Deno.mkdir(join(parent, folder), { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotCapable)) throw error;
      // The variable that names it was set after the bot had got its permissions.
      log.warn("Skills are shared with {folder} from ductor's next start on (/restart)", {
        folder: join(parent, folder),
      });
      continue;
    }
    const path = await Deno.realPath(join(parent, folder));
    // Somebody may have made one folder a link to another; then there is nothing to do for it.
    if (!roots.some((root) => root.path === path)) roots.push({ name, path });
  }
  return roots;
}

/** The skills, and what stands in their way, in a folder. */
export async function skillEntries(root: string): Promise<Map<string, SkillEntry>> {
  const entries = new Map<string, SkillEntry>();
  for await (const { name } of Deno.readDir(root)) {
    if (name.startsWith(".") || NO_SKILL.has(name)) continue;
    const entry = await skillEntry(join(root, name));
    if (entry !== undefined) entries.set(name, entry);
  }
  return entries;
}

/** What is at `path`; `undefined`: nothing. */
async function skillEntry(path: string): Promise<SkillEntry | undefined> {
  const info = await Deno.lstat(path).catch(() => undefined);
  if (info === undefined) return undefined;
  if (!info.isSymlink) return { kind: info.isDirectory ? "folder" : "other" };
  const text = await Deno.readLink(path);
  const to = await Deno.realPath(path).catch(() => undefined);
  if (to !== undefined && !(await Deno.stat(to)).isDirectory) return { kind: "other" };
  return { kind: "link", text, to };
}
