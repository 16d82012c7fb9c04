/**
 * The sessions that Claude Code keeps: `projects/FOLDER/ID.jsonl` in its own folder. There may be
 * tens of thousands, so what was found in a file is noted down and looked for again only when the
 * file has changed; of a file only its beginning and its end are read.
 */
import { getLogger } from "@logtape/logtape";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../base/atomic_file.ts";
import { isObject, number, text } from "../../base/shape.ts";
import type { Said, SessionInfo } from "../session_info.ts";
import { saidIn, type Summary, summaryOf } from "./transcript.ts";

const log = getLogger(["ductor", "agents", "claude"]);

/** Bytes that are read of each end of a file. */
const END = 96 * 1024;
/** The same to find the last words in, between which there is a lot else. */
const WORDS_END = 512 * 1024;
/** How long others wait at most while files are looked at, ms. */
const SLICE_MS = 20;
const SESSION = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/;
/** Noted by another version: looked for anew. */
const VERSION = 1;

/** What was found in a file that had this time and size; without a title it is no session. */
type Noted = { at: number; size: number } & Partial<Summary>;

export class ClaudeStore {
  readonly #projects: string;
  readonly #index: string | undefined;
  #noted: Map<string, Noted> | undefined;

  /** @param index File to note in; absent: nothing is noted. */
  constructor(configHome: string, index: string | undefined) {
    this.#projects = join(configHome, "projects");
    this.#index = index;
  }

  /** All of them, newest first. */
  async list(): Promise<SessionInfo[]> {
    const before = this.#noted ??= await this.#load();
    const noted = new Map<string, Noted>();
    let changed = 0;
    let since = performance.now();
    for (const name of filesBelow(this.#projects)) {
      if (performance.now() - since > SLICE_MS) {
        await new Promise((resolve) => setTimeout(resolve));
        since = performance.now();
      }
      const path = `${this.#projects}/${name}`;
      // Waiting for each file by itself would take ten times as long.
      const info = orNothing(() => Deno.statSync(path));
      if (!info?.isFile) continue;
      const known = before.get(name);
      const at = info.mtime?.getTime() ?? 0;
      if (known?.at === at && known.size === info.size) noted.set(name, known);
      else {
        const found = orNothing(() => summaryOf(...endsOf(path, info.size)));
        noted.set(name, { at, size: info.size, ...found });
        changed++;
      }
    }
    this.#noted = noted;
    if (changed > 0 || noted.size !== before.size) await this.#save();
    return [...noted].flatMap(([name, { at, title, folder, messages }]) =>
      title === undefined || folder === undefined ? [] : [{
        id: idOf(name)!,
        title,
        folder,
        updated: at,
        ...messages !== undefined && { messages },
      }]
    ).sort((a, b) => b.updated - a.updated);
  }

  /** The end of a session, oldest first. */
  said(id: string): Said[] {
    for (const name of filesBelow(this.#projects)) {
      if (idOf(name) !== id) continue;
      const path = `${this.#projects}/${name}`;
      const size = orNothing(() => Deno.statSync(path).size) ?? 0;
      return saidIn(orNothing(() => part(path, Math.max(0, size - WORDS_END), WORDS_END)) ?? "");
    }
    return [];
  }

  async #load(): Promise<Map<string, Noted>> {
    const found = new Map<string, Noted>();
    if (this.#index === undefined) return found;
    try {
      const kept: unknown = JSON.parse(await Deno.readTextFile(this.#index));
      if (!isObject(kept) || kept.version !== VERSION || !isObject(kept.files)) return found;
      for (const [name, file] of Object.entries(kept.files)) {
        if (isNoted(file)) found.set(name, file);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) {
        log.debug("What was noted of sessions is noted anew: {error}", { error });
      }
    }
    return found;
  }

  /** It can be found anew, so that it cannot be written is no matter. */
  async #save(): Promise<void> {
    if (this.#index === undefined) return;
    const kept = { version: VERSION, files: Object.fromEntries(this.#noted ?? []) };
    await writeFileAtomic(this.#index, JSON.stringify(kept), { sync: false }).catch((error) =>
      log.debug("What was found in sessions cannot be noted: {error}", { error })
    );
  }
}

function isNoted(file: unknown): file is Noted {
  return isObject(file) && number(file.at) !== undefined && number(file.size) !== undefined &&
    (file.title === undefined || text(file.title) !== undefined) &&
    (file.folder === undefined || text(file.folder) !== undefined) &&
    (file.messages === undefined || number(file.messages) !== undefined);
}

/** Names below `projects`; those of sub-agents lie deeper or are called otherwise. */
function* filesBelow(projects: string): Generator<string> {
  for (const folder of orNothing(() => readdirSync(projects)) ?? []) {
    for (const name of orNothing(() => readdirSync(join(projects, folder))) ?? []) {
      if (SESSION.test(name)) yield `${folder}/${name}`;
    }
  }
}

function idOf(name: string): string | undefined {
  return SESSION.exec(name.slice(name.indexOf("/") + 1))?.[1];
}

/** The beginning and the end of a file; no end where the beginning is all of it. */
function endsOf(path: string, size: number): [string, string] {
  if (size <= 2 * END) return [part(path, 0, size), ""];
  return [part(path, 0, END), part(path, size - END, END)];
}

function part(path: string, from: number, most: number): string {
  using file = Deno.openSync(path);
  file.seekSync(from, Deno.SeekMode.Start);
  const bytes = new Uint8Array(most);
  let read = 0;
  while (read < most) {
    const more = file.readSync(bytes.subarray(read));
    if (more === null) break;
    read += more;
  }
  return new TextDecoder().decode(bytes.subarray(0, read));
}

/** What goes away or may not be read while it is looked at is not there. */
function orNothing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
