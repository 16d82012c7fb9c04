/** The sound of a file as transcribers take it. */
import { join } from "node:path";
import { FileError } from "./file_error.ts";
import { runTool, SAFE_INPUT, type Tools } from "./tool.ts";

/** 16 kHz, one channel, uncompressed: what whisper works with. */
export function toWave(path: string, folder: string, tools: Tools): Promise<string> {
  return convert(path, join(folder, "sound.wav"), ["-ar", "16000", "-c:a", "pcm_s16le"], tools);
}

/** 32 kbit/s: 25 MB hold more than an hour and a half. ffmpeg itself has this encoder, always. */
export function toSmall(path: string, folder: string, tools: Tools): Promise<string> {
  return convert(path, join(folder, "sound.m4a"), ["-c:a", "aac", "-b:a", "32k"], tools);
}

async function convert(
  path: string,
  out: string,
  format: readonly string[],
  tools: Tools,
): Promise<string> {
  if (await tools.launcher.which("ffmpeg") === undefined) {
    throw new FileError("This kind of file has to be converted first, and ffmpeg is not installed");
  }
  const args = ["-nostdin", "-v", "error", "-y", ...SAFE_INPUT, "-i", path];
  await runTool(tools, "ffmpeg", [...args, "-vn", "-ac", "1", ...format, out], join(out, ".."));
  return out;
}
