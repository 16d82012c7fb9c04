/**
 * A TCP relay before the HTTP server. `Deno.serve` gives its handler no hold on the connection a
 * request came by, so a connection that must die in mid-request ("reset" faults) dies here.
 */
export class FrontDoor implements AsyncDisposable {
  readonly port: number;
  readonly #listener: Deno.TcpListener;
  readonly #target: Deno.ConnectOptions;
  /** By the local port of the inner connection, which is what the HTTP server sees as the peer. */
  readonly #outer = new Map<number, Deno.TcpConn>();
  readonly #relays = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;

  private constructor(listener: Deno.TcpListener, targetPort: number) {
    this.#listener = listener;
    this.port = listener.addr.port;
    this.#target = { hostname: "127.0.0.1", port: targetPort };
    this.#accepting = this.#accept();
  }

  /** Throws what `Deno.listen` throws, e.g. `AddrInUse`. */
  static open(port: number, targetPort: number): FrontDoor {
    return new FrontDoor(Deno.listen({ hostname: "127.0.0.1", port }), targetPort);
  }

  /** Closes the client's connection that belongs to this inner peer port. */
  kill(innerPort: number): void {
    const conn = this.#outer.get(innerPort);
    if (conn) closeQuietly(conn);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#outer.values()) closeQuietly(conn);
    await this.#accepting;
    await Promise.all(this.#relays);
  }

  async #accept(): Promise<void> {
    while (true) {
      let conn: Deno.TcpConn;
      try {
        conn = await this.#listener.accept();
      } catch (error) {
        // BadResource, Interrupted: the listener was closed; anything else is one failed handshake.
        if (error instanceof Deno.errors.ConnectionReset) continue;
        return;
      }
      const relay = this.#relay(conn).finally(() => this.#relays.delete(relay));
      this.#relays.add(relay);
    }
  }

  async #relay(outer: Deno.TcpConn): Promise<void> {
    let inner: Deno.TcpConn;
    try {
      inner = await Deno.connect(this.#target) as Deno.TcpConn;
    } catch {
      closeQuietly(outer);
      return;
    }
    outer.setNoDelay(true);
    inner.setNoDelay(true);
    const key = (inner.localAddr as Deno.NetAddr).port;
    this.#outer.set(key, outer);
    try {
      await Promise.all([pump(outer, inner), pump(inner, outer)]);
    } finally {
      this.#outer.delete(key);
      closeQuietly(outer);
      closeQuietly(inner);
    }
  }
}

/** Copies until one side ends, then ends both: HTTP/1.1 here never needs a half-open connection. */
async function pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    while (true) {
      const read = await from.read(buffer);
      if (read === null) break;
      for (let at = 0; at < read;) at += await to.write(buffer.subarray(at, read));
    }
  } catch {
    // One side is gone, which is how connections end.
  }
  closeQuietly(from);
  closeQuietly(to);
}

/**
 * Ends a connection in both directions. `close` alone leaves a socket open for as long as somebody
 * waits in `read`; shutting down the writing side makes the other end hang up, which ends that too.
 */
function closeQuietly(conn: Deno.TcpConn): void {
  conn.closeWrite().catch(() => {}).finally(() => {
    try {
      conn.close();
    } catch {
      // Closed before.
    }
  });
}
