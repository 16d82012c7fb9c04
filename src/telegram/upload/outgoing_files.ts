/** The one way out for files: looks at them when they are asked for, and again when they are sent. */
import { getLogger } from "@logtape/logtape";
import {
  checkOutgoing,
  type OutgoingRules,
  type Refusal,
  refusalText,
} from "../../config/outgoing.ts";
import { unhideName } from "../../base/hidden.ts";
import { kindOf } from "./kind.ts";
import type { OutFile } from "./out_file.ts";

const log = getLogger(["ductor", "telegram", "files"]);

/** Files of one answer; more would fill the chat for minutes. */
const MOST = 30;
const CHUNK = 64 * 1024;

/** A file that cannot be sent any more; the message is for the chat. */
export class UnsendableFile extends Error {
  override name = "UnsendableFile";
}

export class OutgoingFiles {
  readonly #rules: () => OutgoingRules;

  /** @param rules Asked anew every time, since the config may change. */
  constructor(rules: () => OutgoingRules) {
    this.#rules = rules;
  }

  /**
   * Which of these may be sent, and a line of Markdown for each that may not. Never throws.
   *
   * @param project Folder of the project in which who names them works.
   */
  async plan(
    paths: readonly string[],
    project?: string,
  ): Promise<{ files: OutFile[]; refused: string[] }> {
    const from = project === undefined ? {} : { project };
    const files: OutFile[] = [];
    const refused: string[] = [];
    for (const path of new Set(paths)) {
      if (files.length === MOST) {
        refused.push(`⚠️ Only the first ${MOST} files are sent.`);
        break;
      }
      const found = await checkOutgoing(path, { ...this.#rules(), ...from });
      if (!found.ok) {
        refused.push(refusalText(found));
        log.warn("A file is not sent: {refusal}", { refusal: found.refusal });
        continue;
      }
      if (files.some((file) => file.path === found.path)) continue;
      const kind = await kindOf(found.path, found.size).catch(() => "document" as const);
      const name = unhideName(found.name);
      files.push({ path: found.path, name, kind, size: found.size, ...from });
    }
    return { files, refused };
  }

  /**
   * The file's bytes in pieces, so that it is never in memory as a whole. It may have changed since
   * it was planned, hours ago even, so the rules are applied again.
   *
   * @throws {UnsendableFile} it must not be sent now
   */
  async open(file: OutFile): Promise<AsyncIterable<Uint8Array>> {
    if (file.text !== undefined) return ReadableStream.from([new TextEncoder().encode(file.text)]);
    const refuse = (refusal: Refusal) =>
      new UnsendableFile(refusalText({ ...file, refusal, largest: this.#rules().largest }));
    const { project } = file;
    const found = await checkOutgoing(file.path, { ...this.#rules(), project });
    if (!found.ok) throw refuse(found.refusal);
    // A link in the place of the file, since then.
    if (found.path !== file.path) throw refuse("missing");
    const { ino, dev } = await Deno.lstat(file.path);
    const { largest } = this.#rules();
    return read(file.path, (opened) => opened.ino === ino && opened.dev === dev, largest, refuse);
  }
}

async function* read(
  path: string,
  isSame: (info: Deno.FileInfo) => boolean,
  largest: number,
  refuse: (refusal: Refusal) => Error,
): AsyncIterable<Uint8Array> {
  using file = await Deno.open(path);
  if (!isSame(await file.stat())) throw refuse("missing");
  let size = 0;
  while (true) {
    const chunk = new Uint8Array(CHUNK);
    const length = await file.read(chunk);
    if (length === null) return;
    size += length;
    if (size > largest) throw refuse("too_large");
    yield chunk.subarray(0, length);
  }
}
