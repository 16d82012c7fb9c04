import assert from "node:assert/strict";
import { createBotApi, type Failure, failureOf } from "./api.ts";

/** How a real call to this address fails. */
async function failure(apiRoot: string): Promise<Failure> {
  const bot = createBotApi("1:token", apiRoot);
  try {
    return await bot.api.sendMessage(1, "hi").then(() => assert.fail("it works"), failureOf);
  } finally {
    bot.close();
  }
}

/** A server that does this with each connection. */
async function against(
  serve: (conn: Deno.TcpConn) => Promise<void>,
  scheme = "http",
): Promise<Failure> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const served = (async () => {
    using conn = await listener.accept();
    await serve(conn);
  })();
  const found = await failure(`${scheme}://127.0.0.1:${port}`);
  await served;
  return found;
}

const read = async (conn: Deno.TcpConn) => void await conn.read(new Uint8Array(1024));

Deno.test("K15.1 failureOf() knows what surely was not sent: no such host, refused, no TLS", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const failures = [
    await failure(`http://127.0.0.1:${port}`),
    // A label has at most 63 characters, so that nobody is asked.
    await failure(`http://${"a".repeat(64)}.invalid`),
    await against(read, "https"),
  ];
  assert.deepEqual(failures.map((f) => [f.kind, f.kind === "network" && f.unsent]), [
    ["network", true],
    ["network", true],
    ["network", true],
  ]);
});

Deno.test("K15.1 failureOf() leaves open what a broken connection or a 502 means", async () => {
  const body = JSON.stringify({ ok: false, error_code: 502, description: "Bad Gateway" });
  const answer = (text: string) => async (conn: Deno.TcpConn) => {
    await read(conn);
    const head = `HTTP/1.1 502 Bad Gateway\r\nContent-Length: ${text.length}\r\n\r\n`;
    await conn.write(new TextEncoder().encode(head + text));
  };
  const failures = [await against(read), await against(answer(body)), await against(answer("<p>"))];
  assert.deepEqual(failures.map((f) => [f.kind, f.kind === "network" && f.unsent]), [
    ["network", false],
    ["network", false],
    ["network", false],
  ]);
});
