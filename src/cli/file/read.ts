/** What the commands of `ductor file` do. */
import { relative, sep } from "node:path";
import { HostLauncher } from "../../process/launcher.ts";
import { showTime } from "../../base/wall_time.ts";
import { fileInfo, humanSize } from "../../files/info.ts";
import { listFiles } from "../../files/list.ts";
import { findFile, type Found } from "../../files/open.ts";
import { quotePath } from "../../files/quote.ts";
import { DEFAULT_MAX, excerpt } from "../../files/read/document.ts";
import { readDocument } from "../../files/read/read.ts";
import type { Tools } from "../../files/tool.ts";
import { type Heard, transcribe as hear } from "../../files/transcribe.ts";
import { frameFolder, frames as framesOf } from "../../files/video.ts";
import { isInside, realPath } from "../../config/paths.ts";
import { answer } from "../reply.ts";
import { type ToolContext, toolContext } from "../tool_context.ts";

export interface Json {
  json?: boolean;
}

export interface ListOptions extends Json {
  type?: string;
  date?: string;
  limit?: number;
}

export interface ReadOptions extends Json {
  page?: number;
  from?: number;
  max?: number;
}

export interface TranscribeOptions extends Json {
  language?: string;
}

export interface VideoOptions extends TranscribeOptions {
  frames?: number;
}

/** A long recording takes long; the sandbox waits no longer either. */
const TRANSCRIBE_MS = 25 * 60_000;
/** For pictures, and for looking what a file is. */
const LOOK_MS = 3 * 60_000;

export function list(options: ListOptions): Promise<number> {
  return answer(options, async () => {
    const { home, zone, now } = await toolContext();
    const { files, total } = await listFiles(home.telegramFilesDir, options, now);
    const rows = files.map(({ path, type, size, received }) =>
      `${showTime(received.getTime(), zone)}  ${humanSize(size).padStart(6)}  ${type}  ${path}`
    );
    if (total > files.length) rows.push(`… and ${total - files.length} more; see --limit`);
    return {
      json: {
        files: files.map(({ path, name, type, size, received }) => ({
          ...{ path, name, type, size, received: received.toISOString() },
        })),
        count: files.length,
        total,
      },
      text: rows.join("\n") || "There is no such file from the user.",
    };
  });
}

export function info(path: string, options: Json): Promise<number> {
  return answer(options, async () => {
    const { file, shown } = await open(path);
    const found = await fileInfo(file, shown, tools(LOOK_MS));
    const rows = Object.entries({ path: shown, ...found }).map(([key, value]) =>
      `${key.replaceAll("_", " ")}: ${Array.isArray(value) ? value.join("; ") : value}`
    );
    return { json: { path: shown, ...found }, text: rows.join("\n") };
  });
}

export function read(path: string, options: ReadOptions): Promise<number> {
  return answer(options, async () => {
    const { file, shown } = await open(path);
    const document = await readDocument(file);
    const { page, from, max = DEFAULT_MAX } = options;
    const part = await excerpt(document, {
      max,
      ...page !== undefined && { page },
      ...from !== undefined && { from },
    });
    const { format, unit, count, notes = [] } = document;
    const call = ["ductor file read", quotePath(shown), page === undefined ? "" : `--page ${page}`]
      .filter(Boolean).join(" ");
    const next = part.more
      ? `${call} --from ${part.to}${max === DEFAULT_MAX ? "" : ` --max ${max}`}`
      : undefined;
    const [first, last] = part.pages;
    const json = {
      ...{ path: shown, format },
      ...unit !== "part" && { unit, pages: count, first_page: first, last_page: last },
      ...{ from: part.from, to: part.to, more: part.more },
      ...part.total !== undefined && { total: part.total },
      ...next && { next },
      ...notes.length > 0 && { notes },
      text: part.text,
    };
    const where = unit === "part"
      ? `characters ${part.from} to ${part.to}${
        part.total === undefined ? "" : ` of ${part.total}`
      }`
      : `${unit} ${first === last ? first : `${first} to ${last}`} of ${count}`;
    const foot = [where, ...notes, ...next ? [`more: ${next}`] : []].join("\n");
    return { json, text: `${part.text.trimEnd()}\n\n— ${foot}` };
  });
}

export function transcribe(path: string, options: TranscribeOptions): Promise<number> {
  return answer(options, async () => {
    const { file, shown } = await open(path);
    const heard = await hear({ ...file, ...spoken(options) }, tools(TRANSCRIBE_MS));
    return { json: { path: shown, ...heard }, text: heard.text || "(Nothing is said in it.)" };
  });
}

export function video(path: string, options: VideoOptions): Promise<number> {
  return answer(options, async () => {
    const { file, shown, context } = await open(path);
    const { home, now } = context;
    // The sandbox takes what we leave beside the copy; elsewhere it is for a day.
    const folder = home.confined ? Deno.cwd() : await frameFolder(home.framesDir, now);
    const wanted = { folder, ...options.frames !== undefined && { count: options.frames } };
    const { media, frames } = await framesOf(file, wanted, tools(LOOK_MS));
    let heard: Heard | undefined;
    let silent: string | undefined;
    if (media.audio === undefined) silent = "The video has no sound.";
    else {
      try {
        heard = await hear({ ...file, ...spoken(options) }, tools(TRANSCRIBE_MS));
      } catch (error) {
        const { message, more } = error as Error & { more?: { hint?: string } };
        silent = [message, more?.hint].filter(Boolean).join(". ");
      }
    }
    const pictures = await Promise.all(
      frames.map(async ({ path, at }) => ({ path: await shownPath(path, context), at })),
    );
    const { duration, width, height } = media;
    return {
      json: {
        path: shown,
        ...duration !== undefined && { duration: Math.round(duration * 10) / 10 },
        ...{ width, height },
        frames: pictures,
        ...heard ? { sound: heard } : { sound: null, sound_note: silent },
        note: "Open the pictures yourself. They are kept for a day.",
      },
      text: [
        ...pictures.map(({ path, at }) => `${at.toFixed(1)} s  ${path}`),
        "",
        heard ? `Said in it: ${heard.text || "(nothing)"}` : silent,
      ].join("\n"),
    };
  });
}

async function open(
  path: string,
): Promise<{ file: Found; shown: string; context: ToolContext }> {
  const context = await toolContext();
  const { home, config } = context;
  const file = await findFile(path, { home, access: config.file_access, cwd: Deno.cwd() });
  return { file, shown: await shownPath(file.path, context), context };
}

/** As agents are told of files: relative to the workspace, where it is in it. */
async function shownPath(path: string, { home }: ToolContext): Promise<string> {
  const workspace = await realPath(home.workspaceDir).catch(() => home.workspaceDir);
  return home.confined || !isInside(path, workspace)
    ? path
    : relative(workspace, await realPath(path)).replaceAll(sep, "/");
}

function tools(limitMs: number): Tools {
  return { launcher: new HostLauncher(), env: Deno.env, signal: AbortSignal.timeout(limitMs) };
}

function spoken({ language }: TranscribeOptions): { language?: string } {
  return language === undefined ? {} : { language };
}
