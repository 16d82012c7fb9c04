/** Somebody who writes down what is said. */
import type { Tools } from "../tool.ts";

export interface Transcript {
  text: string;
  /** As the transcriber names it, such as `en` or `english`. */
  language?: string;
}

export interface Recording {
  /** Absolute. */
  path: string;
  /** Bytes. */
  size: number;
  /** ISO 639-1, such as `de`; absent: it is found out. */
  language?: string;
  /** For files in between. */
  scratch: string;
}

export interface Transcriber {
  /** As it is shown. */
  name: string;
  /** Why it cannot be used; undefined: it can. */
  missing(tools: Tools): Promise<string | undefined>;
  /** @throws {FileError} with the reason */
  transcribe(recording: Recording, tools: Tools): Promise<Transcript>;
}
