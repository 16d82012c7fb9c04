/**
 * Another machine, as far as permissions see: an address of this one that is not among those by which
 * it is always reached. Linux only: other systems have no `127.0.0.2`.
 *
 * @module
 */
export const ELSEWHERE = "127.0.0.2";
/** Why there can be none here; `undefined`: it can. */
export const whyNoElsewhere = Deno.build.os === "linux" ? undefined : "Linux";

/** A server at {@link ELSEWHERE} that passes on what it is asked to the server at `target`. */
export class Elsewhere implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** How often it was asked. */
  asked = 0;

  constructor(target: string) {
    this.#server = Deno.serve({ hostname: ELSEWHERE, port: 0, onListen() {} }, async (request) => {
      this.asked++;
      return await passOn(request, target);
    });
  }

  get url(): string {
    return `http://${ELSEWHERE}:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** The answer of the server at `target` to what another one was asked. */
export async function passOn(request: Request, target: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const { method, signal, headers } = request;
  const body = method === "GET" || method === "HEAD" ? null : await request.arrayBuffer();
  const answer = await fetch(`${target}${pathname}${search}`, { method, headers, body, signal })
    // Who asked is gone.
    .catch(() => new Response(null, { status: 502 }));
  return new Response(answer.body, answer);
}
