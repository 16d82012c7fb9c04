/** The `whisper-cli` program of whisper.cpp. */
import { isFile } from "../../base/on_disk.ts";
import { join } from "node:path";
import { z } from "zod";
import { toWave } from "../convert.ts";
import { FileError } from "../file_error.ts";
import { runTool, type Tools } from "../tool.ts";
import type { Transcriber } from "./transcriber.ts";

/** Where packages and people put models. */
const FOLDERS = [
  "/usr/share/whisper.cpp/models",
  "/usr/share/whisper.cpp-model-base",
  "/usr/local/share/whisper.cpp/models",
  "/opt/homebrew/share/whisper-cpp",
  "/usr/local/share/whisper-cpp",
];
const OWN_FOLDERS = [".cache/whisper.cpp", ".local/share/whisper.cpp", "whisper.cpp/models"];

const OutSchema = z.object({
  result: z.object({ language: z.string() }).partial().optional(),
  transcription: z.array(z.object({ text: z.string() })),
});

export const whisperCpp: Transcriber = {
  name: "whisper.cpp",
  async missing(tools) {
    if (await tools.launcher.which("whisper-cli") === undefined) {
      return "whisper.cpp: whisper-cli is not installed";
    }
    return await modelFile(tools) === undefined
      ? "whisper.cpp: there is no model; put a ggml-base.bin into ~/.cache/whisper.cpp, or name " +
        "one in WHISPER_MODEL"
      : undefined;
  },
  async transcribe({ path, language, scratch }, tools) {
    const model = await modelFile(tools);
    if (model === undefined) throw new FileError("whisper.cpp has no model");
    const wave = await toWave(path, scratch, tools);
    const out = join(scratch, "whisper_cpp");
    await runTool(tools, "whisper-cli", [
      "--model",
      model,
      "--file",
      wave,
      "--language",
      language ?? "auto",
      "--output-json",
      "--output-file",
      out,
      "--no-prints",
    ], scratch);
    const said = OutSchema.parse(JSON.parse(await Deno.readTextFile(`${out}.json`)));
    const heard = said.result?.language;
    return {
      text: said.transcription.map(({ text }) => text.trim()).join(" ").trim(),
      ...heard && { language: heard },
    };
  },
};

/** `WHISPER_MODEL` when it names a file, otherwise the first model in the usual folders. */
async function modelFile({ env }: Tools): Promise<string | undefined> {
  const own = env.get("WHISPER_MODEL");
  if (own && await isFile(own)) return own;
  const home = env.get("HOME") ?? env.get("USERPROFILE");
  const folders = [...home ? OWN_FOLDERS.map((folder) => join(home, folder)) : [], ...FOLDERS];
  for (const folder of folders) {
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name).catch(() => []);
    // Those for English alone hear nothing else; the shorter name is the plainer model.
    const [best] = names.filter((name) => /^ggml-.*\.bin$/.test(name) && !/for-tests/.test(name))
      .sort((a, b) => Number(a.includes(".en")) - Number(b.includes(".en")) || a.length - b.length);
    if (best !== undefined) return join(folder, best);
  }
  return undefined;
}
