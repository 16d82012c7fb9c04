/**
 * JSON-RPC 2.0 as lines over a child's stdin and stdout, requests in both directions: what `codex
 * app-server` and all agents of the Agent Client Protocol speak.
 */
import { within } from "../base/async/within.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../base/clock.ts";
import { isObject } from "../base/shape.ts";
import { AgentError } from "./agent.ts";
import { sortExit } from "./errors.ts";
import type { Child } from "../process/launcher.ts";

const log = getLogger(["ductor", "agents"]);

/** Error code of JSON-RPC for a method the receiver does not have. */
const METHOD_NOT_FOUND = -32601;
const INTERNAL_ERROR = -32603;
/** How long what follows a closed output or an end is waited for: the other of the two. */
const DRAIN_MS = 500;

export type RpcId = string | number;
export type Params = Record<string, unknown>;

/** The other side answered a request with an error. */
export class RpcError extends Error {
  override name = "RpcError";
  constructor(readonly code: number, message: string, readonly data?: unknown) {
    super(message);
  }
}

/** What the connection hands on. Both are called in the order of the lines. */
export interface RpcHandler {
  notification(method: string, params: Params): void;
  /**
   * A request of the other side. Its answer is sent when the promise settles: the value as result,
   * an {@link RpcError} as error. `undefined` means the method is not known.
   */
  request(method: string, params: Params, id: RpcId): Promise<unknown> | undefined;
}

/** Who is at the other end. */
export interface RpcPeer {
  /** What it is called in the log. */
  name: string;
  cli: Parameters<typeof sortExit>[0];
  /** Whether its messages carry `"jsonrpc": "2.0"`, as the standard wants. */
  versioned: boolean;
  /** What of its stderr is worth telling; absent: all. */
  said?(stderr: string): string;
}

export class RpcConnection {
  /** Resolves when the child has ended or closed its output; the reason why nothing comes any more. */
  readonly closed: Promise<AgentError>;
  readonly #child: Child;
  readonly #peer: RpcPeer;
  readonly #handler: RpcHandler;
  readonly #pending = new Map<RpcId, PromiseWithResolvers<unknown>>();
  #nextId = 0;
  #end: AgentError | undefined;

  constructor(child: Child, peer: RpcPeer, handler: RpcHandler, clock: Clock) {
    this.#child = child;
    this.#peer = peer;
    this.#handler = handler;
    this.closed = this.#whole(clock);
  }

  /**
   * Asks and waits for the answer.
   *
   * @throws RpcError when the answer is an error; AgentError when the child ends first (`crash`, or
   * what its stderr tells);
   * the signal's reason when it is aborted.
   */
  async request(method: string, params: Params, signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted();
    if (this.#end) throw this.#end;
    const id = this.#nextId++;
    const answer = Promise.withResolvers<unknown>();
    answer.promise.catch(() => {}); // It may be rejected while the line is still being written.
    this.#pending.set(id, answer);
    const abort = () => answer.reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await this.#send({ id, method, params });
      return await answer.promise;
    } finally {
      signal?.removeEventListener("abort", abort);
      this.#pending.delete(id);
    }
  }

  /** Tells without expecting an answer. */
  async notify(method: string, params?: Params): Promise<void> {
    await this.#send(params === undefined ? { method } : { method, params });
  }

  #send(message: Params): Promise<void> {
    const line = this.#peer.versioned ? { jsonrpc: "2.0", ...message } : message;
    return this.#child.write(JSON.stringify(line));
  }

  async #read(): Promise<void> {
    try {
      for await (const line of this.#child.lines) {
        if (this.#end) return;
        const message = this.#parse(line);
        try {
          if (message) this.#receive(message);
        } catch (error) {
          log.error("A message of {peer} could not be read: {error}", {
            peer: this.#peer.name,
            error,
          });
        }
      }
    } catch (error) {
      log.warn("{peer} could not be read: {error}", { peer: this.#peer.name, error });
    }
  }

  async #whole(clock: Clock): Promise<AgentError> {
    const read = this.#read();
    // What npm installs may be a script that starts the real one: when only the script is killed, the
    // real one talks on.
    await Promise.race([read, this.#child.exited.then(() => within(read, DRAIN_MS, { clock }))]);
    // Who dies closes its output a moment before its end is known; what it leaves behind is looked for
    // only when it has ended by itself.
    await within(this.#child.exited, DRAIN_MS, { clock });
    // Its output is closed: what still runs of it is of no use. Also, stderr is whole then.
    const status = await ended(this.#child);
    const stderr = (this.#peer.said ?? trimmed)(this.#child.stderrTail());
    // Killed from outside it had no time to say why: what stands there is older.
    const sorted = sortExit(this.#peer.cli, status, status.signal ? "" : stderr);
    this.#end = new AgentError(sorted.kind, sorted.message, stderr || undefined);
    for (const answer of this.#pending.values()) answer.reject(this.#end);
    return this.#end;
  }

  #parse(line: string): Params | undefined {
    try {
      const value: unknown = JSON.parse(line);
      if (isObject(value)) return value;
    } catch {
      // Below.
    }
    if (line.trim()) {
      log.debug("{peer} wrote a line that is not a message", { peer: this.#peer.name });
    }
    return undefined;
  }

  #receive(message: Params): void {
    const { id, method } = message;
    const known = typeof id === "number" || typeof id === "string";
    // Both sides count their own ids from 0: only `method` tells a request from an answer.
    if (typeof method === "string") {
      const params = isObject(message.params) ? message.params : {};
      if (known) {
        this.#answer(method, params, id).catch((error) =>
          log.error("A question of {peer} was not answered: {error}", {
            peer: this.#peer.name,
            error,
          })
        );
      } else this.#handler.notification(method, params);
    } else if (known) {
      const waiting = this.#pending.get(id);
      if (isObject(message.error)) {
        const { code, message: text, data } = message.error;
        waiting?.reject(
          new RpcError(
            typeof code === "number" ? code : 0,
            typeof text === "string" ? text : "no reason given",
            data,
          ),
        );
      } else {
        waiting?.resolve(message.result);
      }
    }
  }

  async #answer(method: string, params: Params, id: RpcId): Promise<void> {
    let answer: Params;
    try {
      const result = this.#handler.request(method, params, id);
      // Without an answer the other side would wait for ever.
      answer = result === undefined
        ? {
          error: { code: METHOD_NOT_FOUND, message: `${method} is not supported by this client` },
        }
        : { result: await result };
    } catch (error) {
      answer = {
        error: error instanceof RpcError
          ? { code: error.code, message: error.message }
          : { code: INTERNAL_ERROR, message: String(error) },
      };
    }
    await this.#send({ id, ...answer });
  }
}

async function ended(child: Child): Promise<{ code: number; signal: string | null }> {
  await child.kill();
  return await child.exited;
}

function trimmed(text: string): string {
  return text.trim();
}
