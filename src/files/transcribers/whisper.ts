/** The `whisper` program of openai-whisper (Python). */
import { basename, extname, join } from "node:path";
import { z } from "zod";
import { runTool } from "../tool.ts";
import type { Transcriber } from "./transcriber.ts";

/** Good enough for speech, and not slower than the speech on a usual computer. */
const MODEL = "small";

const OutSchema = z.object({ text: z.string(), language: z.string().optional() });

export const whisper: Transcriber = {
  name: "whisper",
  async missing({ launcher }) {
    if (await launcher.which("whisper") === undefined) return "whisper: not installed";
    return await launcher.which("ffmpeg") === undefined ? "whisper: needs ffmpeg" : undefined;
  },
  async transcribe({ path, language, scratch }, tools) {
    const own = tools.env.get("WHISPER_MODEL");
    await runTool(tools, "whisper", [
      path,
      "--model",
      // A path is that of a model for whisper.cpp.
      own && !/[/\\]/.test(own) ? own : MODEL,
      "--output_format",
      "json",
      "--output_dir",
      scratch,
      "--verbose",
      "False",
      ...language ? ["--language", language] : [],
    ], scratch);
    const stem = basename(path, extname(path));
    const out = await Deno.readTextFile(join(scratch, `${stem}.json`));
    const { text, language: heard } = OutSchema.parse(JSON.parse(out));
    return { text: text.trim(), ...heard && { language: heard } };
  },
};
