/**
 * The log file, with a few older ones beside it (`agent.log`, `agent.log.1`, …).
 *
 * Not the sink of @logtape/file: that one syncs the disk for every line, which holds up everything
 * else the bot does, makes files that others can read, and throws when the disk is full.
 *
 * @module
 */

export interface LogFileOptions {
  /** Bytes after which a new file is begun; default 5 MiB. */
  maxBytes?: number;
  /** How many older files are kept; default 3. */
  keep?: number;
}

/**
 * Appends to a log file. Synchronous, so that a line written just before a crash is in the file.
 * Never throws: a bot must not end because its log cannot be written.
 */
export class LogFile implements Disposable {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #keep: number;
  #file: Deno.FsFile | undefined;
  #size = 0;

  constructor(path: string, { maxBytes = 5 * 1024 * 1024, keep = 3 }: LogFileOptions = {}) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#keep = keep;
    try {
      this.#open();
    } catch {
      // As in `write`.
    }
  }

  write(line: string): void {
    const bytes = new TextEncoder().encode(line);
    try {
      if (this.#size > 0 && this.#size + bytes.length > this.#maxBytes) this.#rotate();
      const file = this.#file ?? this.#open();
      for (let written = 0; written < bytes.length;) {
        written += file.writeSync(bytes.subarray(written));
      }
      this.#size += bytes.length;
    } catch {
      // A full disk, most likely. The line is lost; the next one is tried again.
    }
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #open(): Deno.FsFile {
    const file = Deno.openSync(this.#path, { create: true, append: true, mode: 0o600 });
    this.#file = file;
    this.#size = file.statSync().size;
    return file;
  }

  #rotate(): void {
    this.#file?.close();
    this.#file = undefined;
    for (let n = this.#keep; n > 0; n--) {
      try {
        Deno.renameSync(n === 1 ? this.#path : `${this.#path}.${n - 1}`, `${this.#path}.${n}`);
      } catch {
        // There is no such file yet; or Windows holds it open, and then this file grows on.
      }
    }
    this.#open();
  }
}
