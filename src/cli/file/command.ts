/** `ductor file`: what the user sent, and what is in it. */
import { type Command, InvalidArgumentError } from "commander";
import { DEFAULT_MAX } from "../../files/read/document.ts";

/** Adds it to the program; `done` is given the exit code. */
// deno-lint-ignore no-explicit-any -- the options of the program differ as commands are added
export function addFile(program: Command<[], any, any>, done: (code: number) => void): void {
  const file = program.command("file")
    .description("find and read what the user sent: documents, voice messages, videos")
    .addHelpText("after", EXAMPLES);
  file.command("list")
    .description("what the user sent, the newest first")
    .option("--type <type>", "only types that begin with this: image, audio, application/pdf …")
    .option("--date <day>", "only of this day (UTC), such as 2026-11-23", day)
    .option("--limit <count>", "at most this many", whole(1, 10_000), 20)
    .option("--json", "answer in JSON")
    .action(async (options) => done(await (await import("./list.ts")).list(options)));
  file.command("info <path>")
    .description("what a file is: type, size, pages, length")
    .option("--json", "answer in JSON")
    .action(async (path, options) => done(await (await import("./info.ts")).info(path, options)));
  file.command("read <path>")
    .description("the text of a PDF, Word, Excel, CSV, HTML or text file")
    .option("--page <number>", "only this page (Excel: sheet)", whole(1, 10_000_000))
    .option("--from <char>", "start at this character; the first is 0", whole(0, 1e12))
    .option("--max <chars>", "at most this many characters", whole(1, 10_000_000), DEFAULT_MAX)
    .option("--json", "answer in JSON")
    .action(async (path, options) => done(await (await import("./read.ts")).read(path, options)));
  file.command("transcribe <path>")
    .description("what is said in a voice message, recording or video")
    .option("--language <code>", "what is spoken, such as de (default: detected)", language)
    .option("--json", "answer in JSON")
    .action(async (path, options) =>
      done(await (await import("./transcribe.ts")).transcribe(path, options))
    );
  file.command("video <path>")
    .description("pictures from a video, and what is said in it")
    .option(
      "--frames <count>",
      "how many pictures, at most 16 (default: depends on its length)",
      frames,
    )
    .option("--language <code>", "what is spoken, such as de (default: detected)", language)
    .option("--json", "answer in JSON")
    .action(async (path, options) => done(await (await import("./video.ts")).video(path, options)));
}

const EXAMPLES = `
Paths are relative to the workspace.

Examples:
  ductor file list --type audio --limit 5
  ductor file info telegram_files/2026-11-23/report.pdf
  ductor file read telegram_files/2026-11-23/report.pdf --page 3
  ductor file read telegram_files/2026-11-23/book.txt --from 20000
  ductor file transcribe telegram_files/2026-11-23/voice_AgAD.ogg --language de
  ductor file video telegram_files/2026-11-23/clip.mp4 --frames 12

Transcribing needs whisper, whisper.cpp (whisper-cli) or OPENAI_API_KEY, the first one available;
videos need ffmpeg.`;

function whole(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${least}.`);
  };
}

function frames(value: string): number {
  if (/^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 16) return Number(value);
  throw new InvalidArgumentError("Expected a whole number from 1 to 16.");
}

function day(value: string): string {
  const time = Date.parse(`${value}T00:00:00Z`);
  const real = !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === value;
  if (/^\d{4}-\d\d-\d\d$/.test(value) && real) return value;
  throw new InvalidArgumentError("Expected a day such as 2026-11-23.");
}

function language(value: string): string {
  if (/^[a-z]{2,3}$/.test(value)) return value;
  throw new InvalidArgumentError("Expected the code of a language, such as en or de.");
}
