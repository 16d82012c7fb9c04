/**
 * What a bot does, seen from outside: the lines of its journals, and its calls of the Bot API. So a
 * kill finds its step without a word of the tests in the program.
 */
import type { BotApiServer } from "../../../src/bot_api/server.ts";
import type { ApiCall } from "../../../src/bot_api/types.ts";

const LOOK_MS = 3;

export class Feed {
  /** Called with each event, e.g. `inbox:started`, `call:sendMessage`, `answered:sendMessage`. */
  onEvent: (event: string) => void = () => {};
  readonly #server: BotApiServer;
  readonly #files: { name: string; path: string; size: number }[];
  readonly #open = new Set<ApiCall>();
  readonly #timer: ReturnType<typeof setInterval>;
  #calls: number;

  /** @param files Journals by their name in the events. */
  constructor(server: BotApiServer, files: Record<string, string>) {
    this.#server = server;
    this.#calls = server.calls.length;
    this.#files = Object.entries(files).map(([name, path]) => ({ name, path, size: sizeOf(path) }));
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    // What was written before a call, and what its answer made the bot write.
    this.#lookAtFiles();
    this.#lookAtCalls();
    this.#lookAtFiles();
  }

  #lookAtFiles(): void {
    for (const file of this.#files) {
      const size = sizeOf(file.path);
      // A shorter file is one that was written anew: nothing in it is news.
      if (size > file.size) {
        for (const line of readFrom(file.path, file.size)) {
          this.onEvent(`${file.name}:${/^\{"k":"(\w+)"/.exec(line)?.[1] ?? line}`);
        }
      }
      file.size = size;
    }
  }

  #lookAtCalls(): void {
    const { calls } = this.#server;
    for (const call of calls.slice(this.#calls)) {
      this.#open.add(call);
      this.onEvent(`call:${call.method} ${look(call)}`);
    }
    this.#calls = calls.length;
    for (const call of this.#open) {
      if (call.ok === undefined) continue;
      this.#open.delete(call);
      const { result } = call;
      const what = Array.isArray(result)
        ? result.map((update) => Object.keys(update as object)[1]).join()
        : look(call);
      this.onEvent(`answered:${call.method} ${what}`);
    }
  }
}

function look({ payload }: ApiCall): string {
  const { text = "", reply_markup } = payload;
  return `${text} ${reply_markup ? JSON.stringify(reply_markup) : ""}`;
}

function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}

function readFrom(path: string, from: number): string[] {
  try {
    return new TextDecoder().decode(Deno.readFileSync(path).subarray(from)).split("\n")
      .filter(Boolean);
  } catch {
    return [];
  }
}
