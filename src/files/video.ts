/** Pictures out of a video, spread over its length. */
import { exists } from "../base/on_disk.ts";
import { cut } from "../base/text.ts";
import { extname, join } from "node:path";
import { FileError } from "./file_error.ts";
import { probe } from "./probe.ts";
import type { Media } from "./probe.ts";
import { runTool, SAFE_INPUT, type Tools } from "./tool.ts";

/** What a model can look at in one go. */
const MAX_FRAMES = 16;
const DEFAULT_MAX = 8;
/** Pixels of the longer side; larger pictures cost more and show a model no more. */
const SIDE = 1024;
const SCALE = `scale=w='min(${SIDE},iw)':h='min(${SIDE},ih)':force_original_aspect_ratio=decrease`;
const DAY_MS = 86_400_000;

export interface Frame {
  path: string;
  /** Seconds from the start. */
  at: number;
}

/** How many pictures tell a video of so many seconds: one a second at first, fewer later. */
export function frameCount(seconds: number): number {
  const wanted = seconds <= 3 ? seconds : seconds <= 30 ? seconds / 4 : seconds / 12;
  const least = seconds <= 3 ? 1 : seconds <= 30 ? 2 : 3;
  return Math.min(DEFAULT_MAX, Math.max(least, Math.round(wanted)));
}

/** @throws {FileError} ffmpeg is missing, or the file has no pictures */
export async function frames(
  file: { path: string; name: string },
  options: { folder: string; count?: number },
  tools: Tools,
): Promise<{ media: Media; frames: Frame[] }> {
  for (const tool of ["ffmpeg", "ffprobe"]) {
    if (await tools.launcher.which(tool) !== undefined) continue;
    throw new FileError(`${tool} is not installed, which it takes to look into videos`, {
      hint: "Tell the user: apt install ffmpeg, brew install ffmpeg, or winget install ffmpeg.",
    });
  }
  const media = await probe(file.path, tools);
  if (media.video === undefined) {
    throw new FileError(`${file.name} has no pictures`, {
      hint: "If it is a recording: ductor file transcribe PATH",
    });
  }
  const seconds = media.duration ?? 0;
  const count = Math.min(MAX_FRAMES, options.count ?? frameCount(seconds));
  const stem = cut(
    file.name.slice(0, file.name.length - extname(file.name).length)
      .replaceAll(/[^\p{L}\p{N}_-]+/gu, "_"),
    60,
  ).replace(/_+$/, "") || "video";
  const found: Frame[] = [];
  for (let number = 1; number <= count; number++) {
    // In the middle of its share, so that neither a black start nor the end is it.
    const at = Math.round(seconds * (number - 0.5) / count * 100) / 100;
    const path = join(options.folder, `${stem}_frame_${String(number).padStart(2, "0")}.jpg`);
    await runTool(tools, "ffmpeg", [
      ...["-nostdin", "-v", "error", "-y", ...SAFE_INPUT],
      ...["-ss", String(at), "-i", file.path, "-map", "0:v:0", "-frames:v", "1"],
      ...["-vf", SCALE],
      ...["-q:v", "4", path],
    ], options.folder);
    // Behind the last picture ffmpeg succeeds and writes nothing.
    if (await exists(path)) found.push({ path, at });
  }
  if (found.length === 0) throw new FileError(`No picture could be taken from ${file.name}`);
  return { media, frames: found };
}

/** A new folder in `parent`; those older than a day go. */
export async function frameFolder(parent: string, now: number): Promise<string> {
  await Deno.mkdir(parent, { recursive: true, mode: 0o700 });
  for await (const { name, isDirectory } of Deno.readDir(parent)) {
    const [, time] = /^(\d{13})_[\da-f]{8}$/.exec(name) ?? [];
    if (!isDirectory || time === undefined || now - Number(time) < DAY_MS) continue;
    await Deno.remove(join(parent, name), { recursive: true }).catch(() => {});
  }
  const folder = join(parent, `${now}_${crypto.randomUUID().slice(0, 8)}`);
  await Deno.mkdir(folder, { mode: 0o700 });
  return folder;
}
