/** `ductor logs`: the end of the bot's log, and what is added to it. */
import { type Clock, systemClock } from "../../base/clock.ts";
import { readEnd } from "../../base/file_end.ts";
import { resolveHome } from "../../config/home.ts";
import { print, printError, printPart } from "../output.ts";
import { untilSignal } from "../signals.ts";

const POLL_MS = 300;
/** How much of the file's end is read to find its last lines. */
const TAIL_BYTES = 1024 * 1024;

export async function logs(options: { follow: boolean; lines: number }): Promise<number> {
  const { logFile } = resolveHome(Deno.env);
  const end = await readEnd(logFile, TAIL_BYTES);
  if (!end) {
    printError(`There is no log yet: ${logFile}. It is created when the bot starts: ductor start`);
    if (!options.follow) return 1;
  }
  const { lines, size } = end ?? { lines: [], size: 0 };
  const last = options.lines === 0 ? [] : lines.slice(-options.lines);
  if (last.length > 0) print(last.join("\n"));
  if (!options.follow) return 0;
  using signals = untilSignal();
  const unread = new AbortController();
  const out = (part: string) => {
    if (!printPart(part)) unread.abort();
  };
  await follow(logFile, size, out, AbortSignal.any([signals.signal, unread.signal]));
  return 0;
}

/** Gives out what is added to `path` after `offset`, over the change to a new file too. */
export async function follow(
  path: string,
  offset: number,
  out: (text: string) => void,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<void> {
  const decoder = new TextDecoder();
  let file = await open(path);
  file?.seekSync(offset, Deno.SeekMode.Start);
  try {
    while (!signal.aborted) {
      if (file) await drain(file, (bytes) => out(decoder.decode(bytes, { stream: true })));
      if (await replaced(path, file)) {
        // What came to the old one between the last look and the change is not to be lost.
        if (file) await drain(file, (bytes) => out(decoder.decode(bytes, { stream: true })));
        file?.close();
        file = await open(path);
        continue;
      }
      await clock.sleep(POLL_MS, signal);
    }
  } finally {
    file?.close();
  }
}

async function drain(file: Deno.FsFile, out: (bytes: Uint8Array) => void): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (let n; (n = await file.read(buffer)) !== null;) out(buffer.subarray(0, n));
}

async function replaced(path: string, file: Deno.FsFile | undefined): Promise<boolean> {
  const now = await Deno.stat(path).catch(() => undefined);
  if (!now) return false;
  if (!file) return true;
  const held = await file.stat();
  // Windows tells no inode; there a shorter file is another one.
  return now.ino !== null && held.ino !== null ? now.ino !== held.ino : now.size < held.size;
}

function open(path: string): Promise<Deno.FsFile | undefined> {
  return Deno.open(path, { read: true }).catch(() => undefined);
}
