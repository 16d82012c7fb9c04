/** A connection on which a test writes HTTP as it likes. */
export class Wire implements Disposable {
  readonly #socket: Deno.TcpConn;
  #closed = false;

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  static async open(port: number, hostname = "127.0.0.1"): Promise<Wire> {
    const socket = await Deno.connect({ hostname, port });
    socket.setNoDelay();
    return new Wire(socket);
  }

  async write(data: string | Uint8Array): Promise<this> {
    let bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    while (bytes.length > 0) bytes = bytes.subarray(await this.#socket.write(bytes));
    return this;
  }

  /** What comes until it ends with `end`, or the other side closes. */
  async read(end?: string): Promise<string> {
    const buffer = new Uint8Array(65_536);
    const decoder = new TextDecoder();
    let text = "";
    while (end === undefined || !text.endsWith(end)) {
      // A connection that is reset is closed, too.
      const read = await this.#socket.read(buffer).catch(() => null);
      if (read === null) break;
      text += decoder.decode(buffer.subarray(0, read), { stream: true });
    }
    return text;
  }

  [Symbol.dispose](): void {
    if (!this.#closed) this.#socket.close();
    this.#closed = true;
  }
}

/** A whole request as it goes over a wire. */
export function request(
  path: string,
  { method = "POST", headers = {}, body = "" }: {
    method?: string;
    headers?: Record<string, string>;
    body?: string;
  } = {},
): string {
  const lines = Object.entries({
    host: "hooks.example",
    "content-length": `${new TextEncoder().encode(body).length}`,
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}
