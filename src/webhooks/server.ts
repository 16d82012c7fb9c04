/** Listens for webhooks while the bot runs; a taken port is retried, and never ends the bot. */
import { backoff } from "../base/async/backoff.ts";
import { aborted } from "../base/async/within.ts";
import { getLogger } from "@logtape/logtape";
import { isOfThisMachine } from "../base/addresses.ts";
import type { Clock } from "../base/clock.ts";
import type { Peer } from "./app.ts";
import { listen, type Listening } from "./http.ts";
import { openWarning } from "./texts.ts";

const log = getLogger(["ductor", "webhooks"]);

/** A port may be free again soon, or in an hour. */
const pauseAfter = backoff({ first: 5000, most: 5 * 60_000 });

/** How long requests that came before the end may take to be answered. */
const DRAIN_MS = 3000;

export interface WebhookServerOptions {
  host: string;
  port: number;
  /** What is received, for people. */
  what: string;
  fetch(request: Request, peer: Peer): Response | Promise<Response>;
  clock: Clock;
  /** Says something to the owner: that it does not work and why, and when it works again. */
  tell(markdown: string): Promise<void>;
  signal: AbortSignal;
}

/** Where it listens, or why it does not. */
export type ServerState = { hostname: string; port: number } | { problem: string };

export class WebhookServer {
  readonly #options: WebhookServerOptions;
  readonly #ready = Promise.withResolvers<number>();
  #state: ServerState = { problem: "it has not been started." };

  constructor(options: WebhookServerOptions) {
    this.#options = options;
    this.#ready.promise.catch(() => {});
  }

  /** Resolves with the port as soon as it listens. */
  get listening(): Promise<number> {
    return this.#ready.promise;
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Listens until the signal aborts, then answers what has come and ends. Never throws. */
  async run(): Promise<void> {
    const { signal, clock, host, port, what, fetch } = this.#options;
    let told: string | undefined;
    for (let failures = 1; !signal.aborted; failures++) {
      let server: Listening;
      try {
        server = await listen({ hostname: host, port, fetch });
      } catch (error) {
        const reason = reasonOf(error, host, port);
        this.#state = { problem: reason };
        log.error("{what} cannot be received: {reason}", { what, reason });
        if (told !== reason) await this.#tell(`⚠️ ${what} cannot be received: ${reason}`);
        told = reason;
        await clock.sleep(pauseAfter(failures), signal);
        continue;
      }
      const { hostname, port: bound } = server;
      log.info("{what} are received at {hostname}:{port}", { what, hostname, port: bound });
      if (!isOfThisMachine(hostname)) log.warn("{warning}", { warning: openWarning(hostname) });
      this.#state = { hostname, port: bound };
      this.#ready.resolve(bound);
      if (told !== undefined) await this.#tell(`${what} are received again.`);
      await aborted(signal);
      return await server.close(DRAIN_MS, clock);
    }
  }

  async #tell(markdown: string): Promise<void> {
    await this.#options.tell(markdown).catch((error) =>
      log.error("The owner could not be told about webhooks: {error}", { error })
    );
  }
}

function reasonOf(error: unknown, host: string, port: number): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return `port ${port} is taken by another program. I keep trying; to use another one: ` +
      "`ductor config set webhooks.port PORT`.";
  }
  if (error instanceof Deno.errors.NotCapable) {
    return `ductor may not listen on ${host}:${port} yet: what it may do is worked out when it ` +
      "starts. /restart it; in place of a host name, set `webhooks.host` to its address.";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `the system does not let me use port ${port}. Ports from 1024 on are free for everybody; ` +
      "change `webhooks.port` in the config.";
  }
  const detail = error instanceof Error ? error.message : String(error);
  return `cannot listen on ${host}:${port}: ${detail}`;
}
