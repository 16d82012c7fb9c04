/** Runs the demo agent in this process: lines in, messages out, no time passing by itself. */

import { runDemoAgent } from "../../src/demo/agent/demo_agent.ts";

// deno-lint-ignore no-explicit-any -- messages are looked at field by field
export type Message = any;

export class DemoAgentRig implements AsyncDisposable {
  readonly messages: Message[] = [];
  readonly errors: string[] = [];
  /** Milliseconds of every pause that was asked for. */
  readonly pauses: number[] = [];
  readonly exitCode: Promise<number>;
  /** When set, pauses last until the turn is interrupted. */
  stuck = false;
  readonly #stdin = new TransformStream<Uint8Array, Uint8Array>();
  readonly #writer = this.#stdin.writable.getWriter();
  readonly #waiting = new Set<() => void>();

  constructor(
    args: string[],
    readonly folder: string,
    now: () => Date = () => new Date("2026-11-23T05:00:00Z"),
  ) {
    this.exitCode = runDemoAgent({
      args,
      stdin: this.#stdin.readable,
      stdout: (line) => {
        this.messages.push(JSON.parse(line));
        for (const check of this.#waiting) check();
        return Promise.resolve();
      },
      stderr: (line) => {
        this.errors.push(line);
        return Promise.resolve();
      },
      env: { DUCTOR_DEMO_STATE: folder },
      cwd: folder,
      now,
      pause: (ms, signal) => {
        this.pauses.push(ms);
        if (!this.stuck) return Promise.resolve();
        return new Promise((_, reject) => {
          if (signal.aborted) reject(signal.reason);
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        });
      },
    });
  }

  /** Sends bytes as they are. */
  write(data: string | Uint8Array): Promise<void> {
    return this.#writer.write(typeof data === "string" ? new TextEncoder().encode(data) : data);
  }

  send(message: Message): Promise<void> {
    return this.write(JSON.stringify(message) + "\n");
  }

  say(content: unknown): Promise<void> {
    return this.send({ type: "user", message: { role: "user", content } });
  }

  control(id: string, request: Message): Promise<void> {
    return this.send({ type: "control_request", request_id: id, request });
  }

  /** The first message from `from` on that fits; waits for it. */
  async next(fits: (message: Message) => boolean, from = 0): Promise<Message> {
    while (true) {
      const found = this.messages.slice(from).find(fits);
      if (found) return found;
      const news = Promise.withResolvers<void>();
      this.#waiting.add(news.resolve);
      await news.promise;
      this.#waiting.delete(news.resolve);
    }
  }

  /** Says something and waits for the result of the turn. */
  async ask(content: unknown): Promise<Message> {
    const from = this.messages.length;
    await this.say(content);
    return await this.next(({ type }) => type === "result", from);
  }

  /** All text that was streamed. */
  get streamed(): string {
    return this.messages.map((message) => message.event?.delta?.text ?? "").join("");
  }

  async close(): Promise<number> {
    await this.#writer.close().catch(() => {});
    return await this.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** A folder that is removed in the end. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "ductor-test-" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
