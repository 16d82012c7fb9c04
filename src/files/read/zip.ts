/** The parts of office documents, which are zip archives. */
import { unzipSync } from "fflate";
import { FileError } from "../file_error.ts";
import { decode } from "./text.ts";

/** Bytes unpacked; a few kilobytes can claim to be gigabytes. */
const MAX_UNPACKED = 256 * 1024 * 1024;

export class Zip {
  readonly names: readonly string[];
  readonly #bytes: Uint8Array;
  #unpacked = 0;

  /** @throws {FileError} it is no archive, or a damaged one */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const names: string[] = [];
    this.#read(({ name }) => {
      names.push(name);
      return false;
    });
    this.names = names;
  }

  /** The text of a part; undefined when there is none. */
  text(name: string): string | undefined {
    const part = this.#read((file) => {
      if (file.name !== name) return false;
      this.#unpacked += file.originalSize;
      if (this.#unpacked > MAX_UNPACKED) {
        throw new FileError("The document unpacks to more than 256 MB; it is not read");
      }
      return true;
    })[name];
    return part && decode(part).text;
  }

  #read(filter: (file: { name: string; originalSize: number }) => boolean) {
    try {
      return unzipSync(this.#bytes, { filter });
    } catch (error) {
      if (error instanceof FileError) throw error;
      throw new FileError("The file is damaged: it cannot be unpacked", {
        hint: "Ask the user to send it again.",
      });
    }
  }
}
