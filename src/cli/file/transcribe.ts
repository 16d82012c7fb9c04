/** `ductor file transcribe`: what is said in a recording. */
import { transcribe as hear } from "../../files/transcribe.ts";
import { answer } from "../reply.ts";
import { open, spoken, tools, TRANSCRIBE_MS } from "./opened.ts";

export interface TranscribeOptions {
  json?: boolean;
  language?: string;
}

export function transcribe(path: string, options: TranscribeOptions): Promise<number> {
  return answer(options, async () => {
    const { file, shown } = await open(path);
    const heard = await hear({ ...file, ...spoken(options) }, tools(TRANSCRIBE_MS));
    return { json: { path: shown, ...heard }, text: heard.text || "(Nothing is said in it.)" };
  });
}
