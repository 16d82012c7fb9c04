/**
 * The whole internet on loopback: a proxy that every https address leads through, and behind it one
 * server that has a certificate for the names it is given. So a program can be seen connecting to
 * GitHub, with its real permissions and its real addresses, and nothing leaves this machine.
 *
 * @module
 */
import { TempFolder } from "./temp_folder.ts";

/** Answers a request to the address as the program asked for it. */
export type Answer = (url: URL, request: Request) => Response | Promise<Response>;

const openssl = await new Deno.Command("openssl", { args: ["version"], stdout: "null" })
  .output().then(({ success }) => success, () => false);

/** Why there can be none here; `undefined`: it can. */
export function whyNoInternet(): string | undefined {
  return openssl ? undefined : "openssl";
}

/** Makes an authority and a certificate of it for the names in `names`. */
const CERTIFICATES = `
new="openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
$new -x509 -days 2 -subj /CN=authority -keyout authority.key -out authority.pem
$new -subj /CN=server -keyout server.key -out server.csr
openssl x509 -req -days 2 -in server.csr -CA authority.pem -CAkey authority.key -CAcreateserial \\
  -extfile names -out server.pem`;

export class Internet implements AsyncDisposable {
  /** Hosts with ports that were connected to, in order. */
  readonly connected: string[] = [];
  /** Addresses that were asked for, in order. */
  readonly asked: string[] = [];
  readonly #temp: TempFolder;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #proxy: Deno.TcpListener;
  /** Both ends of the tunnels that are open. */
  readonly #open = new Set<Deno.TcpConn>();
  #ended = false;

  private constructor(temp: TempFolder, answer: Answer, cert: string, key: string) {
    this.#temp = temp;
    const listen = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = Deno.serve({ ...listen, cert, key }, (request) => {
      const url = new URL(request.url);
      this.asked.push(`${url}`);
      return answer(url, request);
    });
    this.#proxy = Deno.listen(listen);
    void this.#accept();
  }

  static async start(hosts: readonly string[], answer: Answer): Promise<Internet> {
    const temp = await TempFolder.make();
    const names = hosts.map((host) => `DNS:${host}`).join(",");
    await Deno.writeTextFile(temp.at("names"), `subjectAltName=${names}\n`);
    const { success, stderr } = await new Deno.Command("sh", {
      args: ["-ec", CERTIFICATES],
      cwd: temp.path,
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const [cert, key] = await Promise.all(
      ["server.pem", "server.key"].map((name) => Deno.readTextFile(temp.at(name))),
    );
    return new Internet(temp, answer, cert!, key!);
  }

  /** What a program needs in its environment to be in it. */
  get env(): Record<string, string> {
    return {
      HTTPS_PROXY: `http://127.0.0.1:${this.#proxy.addr.port}`,
      DENO_TLS_CA_STORE: "system",
      SSL_CERT_FILE: this.#temp.at("authority.pem"),
      // The runtime itself would look for a newer one, too.
      DENO_NO_UPDATE_CHECK: "1",
    };
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#proxy) this.#tunnel(connection).catch(() => {});
  }

  async #tunnel(client: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(8192);
    let head = "";
    while (!head.includes("\r\n\r\n")) {
      const count = await client.read(buffer);
      if (count === null) return client.close();
      head += new TextDecoder().decode(buffer.subarray(0, count));
    }
    this.connected.push(/^CONNECT (\S+)/.exec(head)?.[1] ?? head);
    const { port } = this.#server.addr;
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    const ends = [client, server];
    for (const end of ends) this.#open.add(end);
    // It may have ended while this was being connected.
    if (this.#ended) return ends.forEach((end) => this.#close(end));
    await client.write(new TextEncoder().encode("HTTP/1.1 200 Connection established\r\n\r\n"));
    await Promise.all([pass(client, server), pass(server, client)]);
    for (const end of ends) this.#close(end);
  }

  #close(connection: Deno.TcpConn): void {
    this.#open.delete(connection);
    try {
      connection.close();
    } catch {
      // It is closed.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    this.#proxy.close();
    // A server that shuts down waits for them.
    for (const connection of this.#open) this.#close(connection);
    await this.#server.shutdown();
    await this.#temp[Symbol.asyncDispose]();
  }
}

/** Passes on what one end says, until it ends or the other cannot hear it any more. */
async function pass(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(16_384);
  try {
    while (true) {
      const count = await from.read(buffer);
      if (count === null) return;
      for (let at = 0; at < count;) at += await to.write(buffer.subarray(at, count));
    }
  } catch {
    // It was closed.
  } finally {
    // The other end learns of it, and ends as well.
    await to.closeWrite().catch(() => {});
  }
}
