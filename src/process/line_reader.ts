/** The lines of a child's stdout, of any length, decoded whole so that no character is cut. */
import { after } from "../base/async/timer.ts";

/** How long to go on reading from a child that has ended, in case a grandchild holds the pipe. */
const DRAIN_MS = 500;
/** Of one line. Nothing a CLI says is as long; what never ends would take all memory. */
const MOST_BYTES = 64 * 1024 * 1024;

export class LineReader implements AsyncIterable<string> {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #decoder = new TextDecoder();
  /** Pieces of the line that is not complete yet. */
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;
  #done = false;
  #ended = false;
  #reading = false;
  #timer: Disposable | undefined;
  readonly #drainMs: number;
  readonly #mostBytes: number;

  constructor(
    stream: ReadableStream<Uint8Array>,
    options: { drainMs?: number; mostBytes?: number | undefined } = {},
  ) {
    this.#reader = stream.getReader();
    this.#drainMs = options.drainMs ?? DRAIN_MS;
    this.#mostBytes = options.mostBytes ?? MOST_BYTES;
  }

  /** The next line without its ending, empty when it is too long; undefined at the end. */
  async next(): Promise<string | undefined> {
    while (true) {
      const end = this.#chunk.indexOf(10, this.#at);
      if (end >= 0) {
        this.#keep(this.#chunk.subarray(this.#at, end));
        this.#at = end + 1;
        return this.#take();
      }
      if (this.#at < this.#chunk.length) this.#keep(this.#chunk.subarray(this.#at));
      this.#chunk = new Uint8Array();
      this.#at = 0;
      if (this.#done) return this.#bytes > 0 ? this.#take() : undefined;
      await this.#read();
    }
  }

  async #read(): Promise<void> {
    this.#reading = true;
    this.#watch();
    try {
      const { value, done } = await this.#reader.read();
      if (done) this.#done = true;
      else this.#chunk = value;
    } catch {
      // A broken pipe is the end of the output.
      this.#done = true;
    } finally {
      this.#reading = false;
      this.#timer?.[Symbol.dispose]();
    }
  }

  /** Tells that the child has ended: silence from now on is the end, though the pipe be open. */
  childEnded(): void {
    this.#ended = true;
    this.#watch();
  }

  #watch(): void {
    if (!this.#ended || !this.#reading) return;
    this.#timer?.[Symbol.dispose]();
    this.#timer = after(this.#drainMs, () => this.cancel());
  }

  /** Stops reading; what is not read yet is lost. */
  cancel(): void {
    this.#timer?.[Symbol.dispose]();
    this.#done = true;
    this.#reader.cancel().catch(() => {});
  }

  #keep(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes <= this.#mostBytes) this.#parts.push(part);
    else this.#parts = [];
  }

  #take(): string {
    const [only] = this.#parts;
    const bytes = this.#parts.length === 1 && only ? only : concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    const line = this.#decoder.decode(bytes);
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }

  /** Ending one loop early loses nothing: the next loop goes on where it stopped. */
  [Symbol.asyncIterator](): AsyncIterator<string> {
    return {
      next: async () => {
        const value = await this.next();
        return value === undefined ? { value, done: true } : { value, done: false };
      },
    };
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
