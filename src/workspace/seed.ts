/**
 * What a home folder has before anything happens in it, and what an update brings to one that is
 * there already.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { dirname, join } from "node:path";
import { RULE_FILES } from "../agents/provider.ts";
import type { Home } from "../config/home.ts";
import { readFileIfExists, removeLeftovers, writeFileAtomic } from "../base/atomic_file.ts";
import { sha256 } from "../base/hash.ts";
import { shorten } from "../base/text.ts";
import { isInsideHome } from "./inside.ts";
import { REDIRECTIONS } from "./old_tools.ts";
import { writtenBy } from "./original_rules.ts";
import { OwnedFiles } from "./owned_files.ts";
import { firstMemory, RULE_FOLDERS, rulesFor, type TemplateFacts } from "./templates.ts";

const log = getLogger(["ductor", "workspace"]);

/** What seeding did that the user may want to know. */
export interface SeedReport {
  /** Rule files the user had changed, and under which names they are kept. Paths in the home. */
  kept: { file: string; as: string }[];
  /** Files of the Python program that were replaced; copies are in {@link SeedReport.replacedIn}. */
  replaced: string[];
  /** Lines of the user's in rule files that were replaced. */
  ownLines: { file: string; lines: string[] }[];
  /** Folder in the home with those copies, when there are any. */
  replacedIn: string | undefined;
}

/** As for a computer with both CLIs and without a sandbox. */
const USUAL: TemplateFacts = { installed: [] };

/**
 * Makes the folders of `home` (the home folder itself for its owner only) and brings the files in
 * it that are ductor's own up to date. What the user or an agent wrote is never lost: a rule file
 * that is not as ductor left it is kept beside the new one, once.
 */
export async function seedHome(
  home: Home,
  facts: TemplateFacts = USUAL,
  now: Date = new Date(),
): Promise<SeedReport> {
  await renameOldTasks(home);
  await makeFolders(home);
  const seeding = new Seeding(home, await OwnedFiles.open(home.ownedFilesFile), now);
  await seeding.once(home.mainMemoryFile, firstMemory);
  const fromPython = await seeding.replaceOldTools();
  await Promise.all(RULE_FOLDERS.map(async (folder) => {
    await seeding.rules(folder, await rulesFor(folder, facts), fromPython);
  }));
  seeding.report.kept.sort((a, b) => orderOf(a.file) - orderOf(b.file));
  await seeding.owned.save();
  await clearLeftovers(home);
  return seeding.report;
}

/** Where a rule file stands among all, so that a report reads the same each time. */
function orderOf(file: string): number {
  const folder = dirname(file) === "." ? "" : dirname(file);
  return RULE_FOLDERS.findIndex((name) => name === folder);
}

/** What to tell the user about a seeding, in Markdown; `undefined`: nothing. */
export function seedNotice(
  { kept, replaced, replacedIn, ownLines }: SeedReport,
): string | undefined {
  const notes: string[] = [];
  if (kept.length > 0) {
    const list = kept.map(({ file, as }) => `- \`${file}\` → \`${as}\``).join("\n");
    notes.push(
      "These rule files had been changed. ductor brought its own up to date and kept yours " +
        `beside them:\n${list}\nRules of your own are safe in \`workspace/OWN_RULES.md\`.`,
    );
  }
  if (replaced.length > 0) {
    notes.push(
      `${replaced.length} files of the Python version were replaced; they are kept in ` +
        `\`${replacedIn}\`.`,
    );
  }
  if (ownLines.length > 0) {
    const list = ownLines.flatMap(({ file, lines }) => [
      `- \`${file}\`:`,
      ...lines.slice(0, MOST_LINES).map((line) => `  - ${plainCode(line)}`),
      ...lines.length > MOST_LINES ? [`  - and ${lines.length - MOST_LINES} more`] : [],
    ]);
    notes.push(
      `Lines of yours were among them. Put what should go on into \`workspace/OWN_RULES.md\`:\n` +
        list.join("\n"),
    );
  }
  return notes.length === 0 ? undefined : `ℹ️ ${notes.join("\n\n")}`;
}

/** Most lines of a file that are shown. */
const MOST_LINES = 5;

/** A line as code, whatever is in it. */
function plainCode(line: string): string {
  return `\`${shorten(line.replaceAll("`", "'"), 120)}\``;
}

class Seeding {
  readonly report: SeedReport = { kept: [], replaced: [], ownLines: [], replacedIn: undefined };

  constructor(readonly home: Home, readonly owned: OwnedFiles, readonly now: Date) {}

  /** Writes a file that is the user's from then on. Also a dangling link counts as there. */
  async once(path: string, content: () => Promise<string>): Promise<void> {
    if (!await lstat(path)) await writeFileAtomic(path, await content(), { mode: 0o644 });
  }

  /** Replaces the scripts of the Python program. Returns whether there are any. */
  async replaceOldTools(): Promise<boolean> {
    const there = await this.#toolFiles();
    const tools = [...REDIRECTIONS].filter(([tool]) => there.has(tool));
    await Promise.all(
      tools.map(async ([tool, text]) => {
        const name = `workspace/tools/${tool}`;
        if (!await isInsideHome(this.home, dirname(this.#path(name)))) return;
        // The Python program has kept what we had put there.
        const backup = await this.#read(`${name}.bak`);
        if (backup?.text === text) await Deno.remove(this.#path(`${name}.bak`));
        const there = await this.#read(name);
        if (there === undefined || there.text === text) return;
        await this.#setAside(name, there);
        await this.#write(name, text);
      }),
    );
    return tools.length > 0;
  }

  /** Names in the folders where old tools can be; a listing is cheaper than looking for each. */
  async #toolFiles(): Promise<Set<string>> {
    const folders = [...new Set([...REDIRECTIONS.keys()].map((tool) => dirname(tool)))];
    const names = await Promise.all(folders.map(async (folder) => {
      try {
        const entries = await Array.fromAsync(Deno.readDir(join(this.home.toolsDir, folder)));
        return entries.map(({ name }) => `${folder}/${name}`);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return [];
        throw error;
      }
    }));
    return new Set(names.flat());
  }

  /** Brings both rule files of a folder up to date. */
  async rules(folder: string, text: string, fromPython: boolean): Promise<void> {
    if (!await isInsideHome(this.home, this.#path(folder))) return;
    const hash = sha256(text);
    const keptTexts = new Set<string>();
    for (const file of RULE_FILES) {
      const name = folder === "" ? file : `${folder}/${file}`;
      try {
        const there = await this.#read(name);
        if (there?.text === text) {
          this.owned.set(name, hash);
          continue;
        }
        if (there?.text !== undefined && sha256(there.text) !== this.owned.hash(name)) {
          // The same text in both files is one change.
          const { original, own } = await writtenBy(there.text);
          if (original || (fromPython && this.owned.hash(name) === undefined)) {
            await this.#setAside(name, there);
            if (own.length > 0 && !keptTexts.has(there.text)) {
              this.report.ownLines.push({ file: name, lines: own });
            }
          } else if (!keptTexts.has(there.text)) await this.#keep(name);
          keptTexts.add(there.text);
        }
        await this.#write(name, text);
        this.owned.set(name, hash);
      } catch (error) {
        // One folder that cannot be written must not keep the bot from starting.
        log.error("Cannot bring {name} up to date: {error}", { name, error });
      }
    }
  }

  /** Moves what is at `name` beside itself; a link moves as a link. */
  async #keep(name: string): Promise<void> {
    const day = this.now.toISOString().slice(0, 10);
    for (let n = 1;; n++) {
      const as = `${name}.yours-${day}${n === 1 ? "" : `-${n}`}`;
      if (await lstat(this.#path(as))) continue;
      await Deno.rename(this.#path(name), this.#path(as));
      this.report.kept.push({ file: name, as });
      return;
    }
  }

  /** Puts a copy of what a former program wrote out of the way. */
  async #setAside(name: string, { bytes }: { bytes: Uint8Array }): Promise<void> {
    const stamp = this.now.toISOString().replaceAll(":", "-").slice(0, 19);
    const folder = join(this.home.replacedDir, stamp);
    await Deno.mkdir(dirname(join(folder, name)), { recursive: true, mode: 0o700 });
    await writeFileAtomic(join(folder, name), bytes, { sync: false });
    this.report.replaced.push(name);
    this.report.replacedIn = `state/replaced/${stamp}`;
  }

  /** The content of a file; `undefined`: there is none, or a link that leads nowhere. */
  async #read(name: string): Promise<{ bytes: Uint8Array; text: string } | undefined> {
    const bytes = await readFileIfExists(this.#path(name));
    return bytes && { bytes, text: new TextDecoder().decode(bytes) };
  }

  /** Not synced: what a power cut takes, the next start writes again. */
  async #write(name: string, text: string): Promise<void> {
    await writeFileAtomic(this.#path(name), text, { mode: 0o644, sync: false });
  }

  #path(name: string): string {
    return join(this.home.root, ...name.split("/"));
  }
}

/** Until some version of the Python program, `cron_tasks` was called `tasks`. */
async function renameOldTasks(home: Home): Promise<void> {
  const old = join(home.workspaceDir, "tasks");
  if (!(await lstat(old))?.isDirectory || await lstat(home.cronTasksDir)) return;
  await Deno.rename(old, home.cronTasksDir);
  log.info("Renamed workspace/tasks to workspace/cron_tasks");
}

async function makeFolders(home: Home): Promise<void> {
  await Deno.mkdir(home.root, { recursive: true, mode: 0o700 });
  await Promise.all(home.dirs.map((dir) => Deno.mkdir(dir, { recursive: true, mode: 0o700 })));
  if (home.os === "windows") return;
  const { mode } = await Deno.stat(home.root);
  if (((mode ?? 0) & 0o077) === 0) return;
  try {
    await Deno.chmod(home.root, 0o700);
    log.info("{path} was open to other users of this computer; it no longer is", {
      path: home.root,
    });
  } catch (error) {
    // A folder that belongs to somebody else, such as a mounted volume.
    log.warn("{path} is open to other users of this computer: {error}", { path: home.root, error });
  }
}

async function clearLeftovers(home: Home): Promise<void> {
  const folders = [home.root, home.configDir, home.stateDir, home.memoryDir];
  const removed = (await Promise.all(folders.map((folder) => removeLeftovers(folder)))).flat();
  if (removed.length > 0) {
    log.info("Removed leftovers of a broken-off write: {removed}", { removed });
  }
}

async function lstat(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
