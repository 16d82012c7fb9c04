/** What is said in a recording or video, as text. */
import { FileError } from "./file_error.ts";
import { Scratch, type Tools } from "./tool.ts";
import { openai } from "./transcribers/openai.ts";
import type { Transcriber, Transcript } from "./transcribers/transcriber.ts";
import { whisper } from "./transcribers/whisper.ts";
import { whisperCpp } from "./transcribers/whisper_cpp.ts";

/** In this order: what is said leaves the computer only when nothing on it can hear. */
const TRANSCRIBERS: readonly Transcriber[] = [whisper, whisperCpp, openai];

const ADVICE = "Install one of: whisper (pip install openai-whisper, and ffmpeg), whisper.cpp " +
  "(brew install whisper-cpp, and a model); or set OPENAI_API_KEY where the bot is started.";

export interface Heard extends Transcript {
  /** Which transcriber it was. */
  by: string;
}

/**
 * Asks the transcribers one after the other until one succeeds.
 *
 * @throws {FileError} none is there, or all failed; the details say why each of them
 */
export async function transcribe(
  file: { path: string; size: number; language?: string },
  tools: Tools,
  transcribers = TRANSCRIBERS,
): Promise<Heard> {
  const details: string[] = [];
  let tried = false;
  for (const transcriber of transcribers) {
    const missing = await transcriber.missing(tools);
    if (missing !== undefined) {
      details.push(missing);
      continue;
    }
    tried = true;
    await using scratch = await Scratch.make();
    try {
      const said = await transcriber.transcribe({ ...file, scratch: scratch.path }, tools);
      return { ...said, by: transcriber.name };
    } catch (error) {
      details.push(`${transcriber.name}: ${error instanceof Error ? error.message : error}`);
      if (tools.signal.aborted) break;
    }
  }
  throw tried
    ? new FileError(`It could not be transcribed. ${details.join("; ")}`)
    : new FileError("There is no transcriber on this computer", { hint: ADVICE, details });
}

/** Whether any transcriber is there. */
export async function canTranscribe(tools: Tools, transcribers = TRANSCRIBERS): Promise<boolean> {
  for (const transcriber of transcribers) {
    if (await transcriber.missing(tools).catch(() => "") === undefined) return true;
  }
  return false;
}
