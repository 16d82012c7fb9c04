/**
 * The transcription service of OpenAI, or one that speaks like it at `OPENAI_BASE_URL`.
 * https://platform.openai.com/docs/api-reference/audio/createTranscription
 */
import { basename } from "node:path";
import { z } from "zod";
import { mayReach, netHost } from "../../config/reach.ts";
import { toSmall } from "../convert.ts";
import { FileError } from "../file_error.ts";
import type { Tools } from "../tool.ts";
import type { Transcriber } from "./transcriber.ts";

/** Bytes the service takes. */
const MAX_BYTES = 25 * 1000 * 1000;
const TAKEN = /\.(?:flac|mp3|mp4|mpeg|mpga|m4a|ogg|wav|webm)$/i;
const MODEL = "whisper-1";
const OPENAI = "https://api.openai.com";

const AnswerSchema = z.object({ text: z.string(), language: z.string().optional() });
const ErrorSchema = z.object({ error: z.object({ message: z.string() }) });

export const openai: Transcriber = {
  name: "OpenAI",
  async missing({ env }) {
    if (!env.get("OPENAI_API_KEY")) return "OpenAI: OPENAI_API_KEY is not set";
    const url = address(env);
    if (await mayReach(url)) return undefined;
    const why = `OpenAI: ductor may not reach ${netHost(url)}`;
    // Granted with a key only: the bot got it after its start.
    return url.origin === OPENAI ? `${why} before its next start (/restart)` : why;
  },
  async transcribe({ path, size, language, scratch }, tools) {
    const url = address(tools.env);
    const fits = TAKEN.test(path) && size <= MAX_BYTES;
    const sent = fits ? path : await toSmall(path, scratch, tools);
    const bytes = await Deno.readFile(sent);
    if (bytes.length > MAX_BYTES) {
      throw new FileError("The recording is longer than what OpenAI takes at once (25 MB)", {
        hint: "Cut it with ffmpeg: -f segment -segment_time 3600, and transcribe the parts.",
      });
    }
    const body = new FormData();
    body.set("file", new File([bytes], basename(sent)));
    body.set("model", MODEL);
    body.set("response_format", "verbose_json");
    if (language !== undefined) body.set("language", language);
    return await ask(url, body, tools);
  },
};

async function ask(url: URL, body: FormData, { env, signal }: Tools) {
  let status = 0;
  let answer: unknown;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${env.get("OPENAI_API_KEY")}` },
      body,
      signal,
      redirect: "error",
    });
    status = response.status;
    answer = await response.json().catch(() => undefined);
  } catch (error) {
    throw new FileError(
      signal.aborted
        ? "It took too long, or was stopped"
        : `${url.host} cannot be reached: ${error instanceof Error ? error.message : error}`,
    );
  }
  const said = AnswerSchema.safeParse(answer);
  if (status === 200 && said.success) {
    const { text, language } = said.data;
    return { text: text.trim(), ...language && { language } };
  }
  const reason = ErrorSchema.safeParse(answer).data?.error.message;
  // A refused key is quoted in the answer.
  const shown = reason?.replaceAll(/\bsk-\S+/g, "(key)") ?? "no reason given";
  throw new FileError(`OpenAI answers ${status}: ${shown}`);
}

function address(env: Tools["env"]): URL {
  const base = env.get("OPENAI_BASE_URL") || `${OPENAI}/v1`;
  if (!URL.canParse(base) || !/^https?:/.test(base)) {
    throw new FileError(`OPENAI_BASE_URL is no address: ${base}`);
  }
  return new URL(base.replace(/\/*$/, "/audio/transcriptions"));
}
