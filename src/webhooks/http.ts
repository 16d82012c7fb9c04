/**
 * An HTTP server that strangers cannot hold up: a connection that sends its request too slowly, or
 * nothing at all, is closed, and when there are too many of them the longest idle one makes room.
 *
 * Node's server, because `Deno.serve` waits for the head of a request for ever, and closes the
 * connection after most requests that have a body.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { LATE, within } from "../base/async/within.ts";
import type { Clock } from "../base/clock.ts";
import type { Peer } from "./app.ts";

const log = getLogger(["ductor", "webhooks"]);

/** Milliseconds a connection gets. */
export interface HttpLimits {
  /** To send the head of a request, also the first one. */
  headMs: number;
  /** To send the whole request. The app gives up on a body sooner, and says so. */
  requestMs: number;
  /** To begin another request. */
  idleMs: number;
  /** How often that is looked at. */
  lookMs: number;
  /** How many there may be; one more closes the one that has been idle for longest. */
  connections: number;
}

const LIMITS: HttpLimits = {
  headMs: 10_000,
  requestMs: 20_000,
  idleMs: 30_000,
  lookMs: 1000,
  connections: 300,
};

export interface HttpOptions {
  hostname: string;
  port: number;
  fetch(request: Request, peer: Peer): Response | Promise<Response>;
  limits?: HttpLimits;
}

export interface Listening {
  hostname: string;
  port: number;
  /** Takes no new connections; those that are being answered have `drainMs`. */
  close(drainMs: number, clock: Clock): Promise<void>;
}

/** @throws what the system says when it cannot listen there, as `Deno.listen` does */
export async function listen(
  { hostname: name, port, fetch, limits = LIMITS }: HttpOptions,
): Promise<Listening> {
  const hostname = await addressToUse(name.replaceAll(/[[\]]/g, ""), port);
  const { createServer } = await import("node:http");
  const { getRequestListener } = await import("@hono/node-server");
  const server = createServer(
    {
      headersTimeout: limits.headMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: limits.lookMs,
    },
    getRequestListener(
      (request, { incoming }) => {
        const source = incoming.socket.remoteAddress;
        return fetch(request, source === undefined ? {} : { source });
      },
      { overrideGlobalObjects: false },
    ),
  );
  const connections = new Connections(server, limits.connections);
  await new Promise<void>((resolve, reject) => {
    server.on("error", (error) => {
      log.warn("The server for webhooks: {error}", { error });
      reject(error);
    });
    server.listen(port, hostname, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    hostname: address.address,
    port: address.port,
    async close(drainMs, clock) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      connections.end();
      if (await within(closed, drainMs, { clock }) === LATE) server.closeAllConnections();
    },
  };
}

/** Node's server throws at nobody what it may not do, and that would end the bot. */
async function addressToUse(hostname: string, port: number): Promise<string> {
  using found = Deno.listen({ hostname, port });
  const { hostname: address } = found.addr;
  const host = `${address.includes(":") ? `[${address}]` : address}:${port}`;
  const { state } = await Deno.permissions.query({ name: "net", host });
  if (state !== "granted") throw new Deno.errors.NotCapable(`Requires net access to ${host}`);
  return address;
}

/** Those that are open; whose last request or answer is the longest ago, comes first. */
class Connections {
  readonly #open = new Set<Socket>();
  readonly #asking = new Set<Socket>();
  #ended = false;

  constructor(server: Server, most: number) {
    server.on("connection", (socket: Socket) => {
      this.#open.add(socket);
      socket.on("close", () => this.#open.delete(socket));
      const [oldest] = this.#open;
      if (this.#open.size > most) oldest!.destroy();
    });
    server.on("request", ({ socket }, response) => {
      this.#asking.add(socket);
      this.#newest(socket);
      response.on("close", () => {
        this.#asking.delete(socket);
        if (this.#ended) socket.end();
        else this.#newest(socket);
      });
    });
  }

  #newest(socket: Socket): void {
    if (this.#open.delete(socket)) this.#open.add(socket);
  }

  /** Closes those that ask for nothing, and the others once they are answered. */
  end(): void {
    this.#ended = true;
    for (const socket of this.#open) if (!this.#asking.has(socket)) socket.destroy();
  }
}
