/** Listens for webhooks while the bot runs; a taken port is retried, and never ends the bot. */
import { backoff } from "../base/async/backoff.ts";
import { aborted, within } from "../base/async/within.ts";
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../base/clock.ts";
import type { Peer } from "./app.ts";

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
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
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
    const { signal, clock, host, port, what } = this.#options;
    let told: string | undefined;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        this.#server = this.#listen();
      } catch (error) {
        const reason = reasonOf(error, host, port);
        this.#state = { problem: reason };
        log.error("{what} cannot be received: {reason}", { what, reason });
        if (told !== reason) await this.#tell(`⚠️ ${what} cannot be received: ${reason}`);
        told = reason;
        await clock.sleep(pauseAfter(failures), signal);
        continue;
      }
      const { hostname, port: bound } = this.#server.addr;
      log.info("{what} are received at {hostname}:{port}", { what, hostname, port: bound });
      this.#state = { hostname, port: bound };
      this.#ready.resolve(bound);
      if (told !== undefined) await this.#tell(`${what} are received again.`);
      return await this.#serve(this.#server);
    }
  }

  #listen(): Deno.HttpServer<Deno.NetAddr> {
    const { host, port, fetch } = this.#options;
    return Deno.serve({
      hostname: host,
      port,
      onListen: () => {},
      onError: (error) => {
        log.error("A webhook request failed: {error}", { error });
        return Response.json({ error: "busy" }, { status: 503, headers: { "Retry-After": "30" } });
      },
    }, (request, { remoteAddr }) => fetch(request, { source: remoteAddr.hostname }));
  }

  async #serve(server: Deno.HttpServer): Promise<void> {
    const { signal, clock } = this.#options;
    await Promise.race([server.finished, aborted(signal)]);
    await within(server.shutdown(), DRAIN_MS, { clock });
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
    return `ductor may only listen on this machine (127.0.0.1), not on ${host}. Set ` +
      "`webhooks.host` to `127.0.0.1` and put a tunnel or proxy in front.";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return `the system does not let me use port ${port}. Ports from 1024 on are free for everybody; ` +
      "change `webhooks.port` in the config.";
  }
  const detail = error instanceof Error ? error.message : String(error);
  return `cannot listen on ${host}:${port}: ${detail}`;
}
