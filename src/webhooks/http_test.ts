import assert from "node:assert/strict";
import { systemClock } from "../base/clock.ts";
import { request, Wire } from "../../tests/support/wire.ts";
import { type HttpLimits, listen } from "./http.ts";

/** Nothing is closed for its slowness, unless a test says so. */
const PATIENT: HttpLimits = {
  headMs: 60_000,
  requestMs: 60_000,
  idleMs: 60_000,
  lookMs: 20,
  connections: 100,
};

/** Answers with what was sent. */
async function withServer(
  limits: Partial<HttpLimits>,
  fn: (port: number) => Promise<void>,
): Promise<void> {
  const server = await listen({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => new Response(`<${await request.text().catch(() => "cut")}>`),
    limits: { ...PATIENT, ...limits },
  });
  try {
    await fn(server.port);
  } finally {
    await server.close(0, systemClock);
  }
}

async function answered(port: number, wire?: Wire): Promise<Wire> {
  wire ??= await Wire.open(port);
  await wire.write(request("/", { body: "well" }));
  assert.match(await wire.read(">"), /^HTTP\/1\.1 200 OK[^]*<well>$/);
  return wire;
}

for (
  const [what, sent, limits] of [
    ["that sends nothing", "", { headMs: 50 }],
    ["whose head has no end", "POST / HTTP/1.1\r\nHost: a\r\nX-", { headMs: 50 }],
    ["whose body has no end", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc", {
      headMs: 50,
      requestMs: 50,
    }],
    [
      "whose pieces have no end",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
      {
        headMs: 50,
        requestMs: 50,
      },
    ],
    ["that asks for nothing more", request("/"), { idleMs: 50 }],
  ] as const
) {
  Deno.test(`K16.6 a connection ${what} is closed, and holds nobody up before`, async () => {
    await withServer(limits, async (port) => {
      const wires = await Promise.all(Array.from({ length: 30 }, () => Wire.open(port)));
      await Promise.all(wires.map((wire) => wire.write(sent)));
      using _good = await answered(port);
      // Each read ends when the server has closed.
      for (const wire of wires) {
        using _ = wire;
        assert.match(await wire.read(), /^(|HTTP\/1\.1 (408|200) [^]*)$/);
      }
    });
  });
}

Deno.test("K16.6 more connections than there may be: who has been idle for longest makes room", async () => {
  await withServer({ connections: 10 }, async (port) => {
    using wires = new DisposableStack();
    const busy = wires.use(await answered(port));
    const idle = await Promise.all(Array.from({ length: 9 }, () => Wire.open(port)));
    for (const wire of idle) wires.use(wire);
    await answered(port, busy);
    for (let n = 0; n < 9; n++) wires.use(await answered(port));
    for (const wire of idle) assert.equal(await wire.read(), "");
    await answered(port, busy);
  });
});

Deno.test("K16.6 at the end, who is being answered is answered, and who says nothing is not waited for", async () => {
  const asked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const server = await listen({
    hostname: "127.0.0.1",
    port: 0,
    async fetch() {
      asked.resolve();
      await go.promise;
      return new Response("<done>");
    },
    limits: PATIENT,
  });
  using silent = await Wire.open(server.port);
  using wire = await Wire.open(server.port);
  await wire.write(request("/"));
  await asked.promise;
  const closed = server.close(60_000, systemClock);
  go.resolve();
  assert.match(await wire.read(), /<done>$/);
  await closed;
  assert.equal(await silent.read(), "");
});

Deno.test("who listens where somebody does, or where it may not, hears it as an error", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const at = (hostname: string, port: number) =>
    listen({ hostname, port, fetch: () => new Response() });
  await assert.rejects(at("127.0.0.1", taken.addr.port), Deno.errors.AddrInUse);
  await assert.rejects(at("nowhere.invalid", 0));
  const server = await at("[::1]", 0);
  assert.equal(server.hostname, "::1");
  await server.close(0, systemClock);
});

Deno.test({
  name: "an address that the permissions do not name is refused, and ends nothing",
  permissions: { net: ["127.0.0.1"], read: true, env: true },
  async fn() {
    const fetch = () => new Response();
    await assert.rejects(listen({ hostname: "0.0.0.0", port: 0, fetch }), Deno.errors.NotCapable);
  },
});

Deno.test("K6.1 on the wire: pieces, a question before the body, and lengths that contradict each other", async () => {
  await withServer({}, async (port) => {
    const say = async (...texts: string[]) => {
      using wire = await Wire.open(port);
      for (const text of texts) await wire.write(text);
      return await wire.read(">");
    };
    const head = "POST / HTTP/1.1\r\nhost: a\r\n";
    const pieces = `${head}Transfer-Encoding: chunked\r\n\r\n`;
    assert.match(await say(pieces, "3\r\nabc\r\n", "2\r\nde\r\n", "0\r\n\r\n"), /<abcde>$/);
    const twice = `${head}Content-Length: 3\r\nContent-Length: 4\r\nConnection: close\r\n\r\nabcd`;
    assert.match((await say(twice)).slice(0, 12), /^HTTP\/1\.1 400/);
    using wire = await Wire.open(port);
    await wire.write(`${head}Content-Length: 3\r\nExpect: 100-continue\r\n\r\n`);
    assert.equal(await wire.read("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    await wire.write("abc");
    assert.match(await wire.read(">"), /^HTTP\/1\.1 200 OK[^]*<abc>$/);
  });
});

Deno.test("who is refused before the end of a body hears why", async () => {
  const server = await listen({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response("<too long>", { status: 413 }),
    limits: PATIENT,
  });
  using wire = await Wire.open(server.port);
  await wire.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n");
  await wire.write("x".repeat(100_000));
  assert.match(await wire.read(">"), /^HTTP\/1\.1 413[^]*<too long>$/);
  await server.close(0, systemClock);
});
