/**
 * Sends signed webhooks. Arguments: port, secret, how many, how many at once. Prints JSON. Over plain
 * sockets with all requests made before, since `fetch` would take more of the machine than the server.
 */
import { createHmac } from "node:crypto";

const [port, secret, count, atOnce] = Deno.args;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function requestOf(n: number): Uint8Array {
  const body = JSON.stringify({ text: `Deploy ${n}`, commits: Array(20).fill({ id: "abcdef" }) });
  const signature = createHmac("sha256", secret!).update(body).digest("hex");
  return encoder.encode(
    `POST /hooks/deploys HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
      `Content-Type: application/json\r\nX-Signature: sha256=${signature}\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
}

/** One connection that is kept, as a sender's or a tunnel's is. */
class Connection {
  readonly #buffer = new Uint8Array(4096);
  private constructor(readonly socket: Deno.TcpConn) {}

  static async open(): Promise<Connection> {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    socket.setNoDelay();
    return new Connection(socket);
  }

  /** Milliseconds until the answer has come. */
  async send(request: Uint8Array): Promise<number> {
    const start = performance.now();
    await this.socket.write(request);
    for (let text = ""; !isWhole(text);) {
      const read = await this.socket.read(this.#buffer);
      if (read === null) throw new Error(`The connection ended: ${text}`);
      text += decoder.decode(this.#buffer.subarray(0, read));
      if (!text.startsWith("HTTP/1.1 202")) throw new Error(`Answered ${text}`);
    }
    return performance.now() - start;
  }
}

function isWhole(text: string): boolean {
  const [head, body] = text.split("\r\n\r\n", 2);
  const length = /^content-length: (\d+)/im.exec(head!)?.[1];
  return body !== undefined && body.length === Number(length);
}

const connections = await Promise.all(Array.from({ length: Number(atOnce) }, Connection.open));
const requests = Array.from({ length: 400 + Number(count) }, (_, n) => requestOf(n));
const [first] = connections;
let next = 0;
// Warm: what runs for the first time is compiled first.
while (next < 200) await first!.send(requests[next++]!);
const alone: number[] = [];
while (next < 400) alone.push(await first!.send(requests[next++]!));
const times: number[] = [];
const start = performance.now();
await Promise.all(connections.map(async (connection) => {
  while (next < requests.length) times.push(await connection.send(requests[next++]!));
}));
const seconds = (performance.now() - start) / 1000;
Deno.stdout.writeSync(encoder.encode(JSON.stringify({ seconds, times, alone })));
Deno.exit();
