import { GrammyError } from "grammy";
import assert from "node:assert/strict";
import { BotApiServer } from "../bot_api/server.ts";
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

/** What Telegram's Bot API server says (tdlib/telegram-bot-api) of a chat that takes nothing. */
const CLOSED: [code: number, description: string, forever?: true][] = [
  [403, "Forbidden: bot was blocked by the user"],
  [403, "Forbidden: user is deactivated", true],
  [403, "Forbidden: the group chat was deleted", true],
  [403, "Forbidden: bot was kicked from the group chat"],
  [403, "Forbidden: bot was kicked from the supergroup chat"],
  [403, "Forbidden: bot is not a member of the channel chat"],
  [403, "Forbidden: bot can't initiate conversation with a user"],
  [400, "Bad Request: TOPIC_CLOSED"],
  [400, "Bad Request: not enough rights to send text messages to the chat"],
  [400, "Bad Request: have no rights to send a message"],
  [400, "Bad Request: need administrator rights in the channel chat"],
  [400, "Bad Request: CHAT_WRITE_FORBIDDEN"],
  [400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN"],
  [400, "Bad Request: CHAT_RESTRICTED"],
  [400, "Bad Request: USER_BANNED_IN_CHANNEL"],
  [400, "Bad Request: CHANNEL_PRIVATE"],
  [400, "Bad Request: PEER_ID_INVALID"],
  [400, "Bad Request: chat not found"],
  [400, "Bad Request: private chat not found"],
];
for (const [code, description, forever = false] of CLOSED) {
  Deno.test(`K3.2 api: "${description}" is about the chat, ${forever ? "for ever" : "for now"}`, () => {
    const error = new GrammyError("", { ok: false, error_code: code, description }, "m", {});
    assert.deepEqual(failureOf(error), { kind: "closed", description, forever });
  });
}

Deno.test("K3.2 api: that a chat takes no photos is about the photo, which goes another way", () => {
  for (
    const description of [
      "Bad Request: not enough rights to send photos to the chat",
      "Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN",
    ]
  ) {
    const error = new GrammyError("", { ok: false, error_code: 400, description }, "m", {});
    assert.equal(failureOf(error).kind, "refused");
  }
});

Deno.test("K15.6 api: a call without a file ends in time and on a new connection, one that waits for updates goes on", async () => {
  await using server = await BotApiServer.start();
  const bot = createBotApi(server.token, server.apiRoot, undefined, undefined, 200);
  const { raw } = bot.api;
  server.user({ id: 7, first_name: "Alice" }).send("hello");
  const send = () => raw.sendMessage({ chat_id: 7, text: "x" }).then(() => undefined, failureOf);
  server.faults.add({ method: "sendMessage", fault: "hang" });
  const poll = raw.getUpdates({ offset: 1_000_000_000, timeout: 1 });
  assert.deepEqual(await send(), { kind: "aborted" });
  assert.deepEqual(await poll, []);
  bot.close();

  const patient = createBotApi(server.token, server.apiRoot);
  const hanging = patient.api.raw.sendMessage({ chat_id: 7, text: "x" }).then(() => {}, failureOf);
  const before = server.calls.length;
  await server.waitFor(() => server.calls.length > before);
  patient.reconnect();
  assert.deepEqual(await hanging, { kind: "aborted" });
  patient.close();
});
