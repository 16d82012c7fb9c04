import assert from "node:assert/strict";
import { Api } from "grammy";
import { BotApiServer } from "./server.ts";
import { post, refused, setUp } from "../../tests/support/bot_api.ts";

Deno.test("the token looks like a real one and is asked for", async () => {
  await using t = await setUp();
  assert.match(t.server.token, /^\d{7,10}:[\w-]{35}$/);
  assert.equal((await t.api.getMe()).id, t.server.me.id);
  const stranger = new Api("1234567:" + "x".repeat(35), { apiRoot: t.server.apiRoot });
  await refused(stranger.getMe(), 401, "Unauthorized");
  const noToken = await fetch(`${t.server.apiRoot}/botnonsense/getMe`);
  assert.equal(noToken.status, 404);
  assert.deepEqual(await noToken.json(), { ok: false, error_code: 404, description: "Not Found" });
});

Deno.test("method names know no case, unknown ones answer 404", async () => {
  await using t = await setUp();
  assert.equal((await post(t.server, "GETME", {})).status, 200);
  assert.deepEqual(await post(t.server, "sendPigeon", {}), {
    status: 404,
    body: { ok: false, error_code: 404, description: "Not Found: method not found" },
  });
});

Deno.test("parameters come as query, multipart or JSON", async () => {
  await using t = await setUp();
  const url = `${t.server.apiRoot}/bot${t.server.token}/sendMessage`;
  const markup = JSON.stringify({ inline_keyboard: [[{ text: "a", callback_data: "b" }]] });
  const fields = { chat_id: "1001", text: "x", reply_markup: markup };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const answers = [
    await fetch(`${url}?${new URLSearchParams(fields)}`),
    await fetch(url, { method: "POST", body: form }),
    await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fields),
    }),
  ];
  for (const answer of answers) {
    const { ok, result } = await answer.json();
    assert.ok(ok);
    assert.deepEqual(result.reply_markup, JSON.parse(markup));
  }
  assert.equal(t.server.messages(1001).length, 4);
  assert.equal(t.server.calls.length, 3);
  for (const call of t.server.calls) assert.equal(call.method, "sendMessage");
  // Whatever the body's encoding, calls look alike.
  for (const call of t.server.calls.slice(0, 2)) {
    assert.deepEqual(call.payload, { chat_id: 1001, text: "x", reply_markup: JSON.parse(markup) });
  }
});

Deno.test("JSON that is none is refused", async () => {
  await using t = await setUp();
  const bad = await post(t.server, "sendMessage", { chat_id: 1001, text: "x", reply_markup: "{" });
  assert.equal(
    bad.body["description"],
    "Bad Request: can't parse reply keyboard markup JSON object",
  );
  const response = await fetch(`${t.server.apiRoot}/bot${t.server.token}/getMe`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{nope",
  });
  assert.equal(response.status, 400);
  await response.body?.cancel();
});

Deno.test("a second getUpdates ends the first with 409", async () => {
  await using t = await setUp();
  const [first] = await t.api.getUpdates();
  const offset = first!.update_id + 1;
  const waiting = refused(
    t.api.getUpdates({ offset, timeout: 50 }),
    409,
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
  );
  await t.server.waitFor(() => t.server.calls.length === 2);
  const second = t.api.getUpdates({ offset, timeout: 50 });
  await waiting;
  t.alice.send("again");
  assert.equal((await second)[0]?.message?.text, "again");
});

Deno.test("a webhook must be https and stops polling until it is deleted", async () => {
  await using t = await setUp();
  await refused(
    t.api.setWebhook("http://example.org/"),
    400,
    "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
  );
  const poll = refused(
    t.api.getUpdates({ offset: 2 ** 40, timeout: 50 }),
    409,
    "Conflict: terminated by setWebhook request",
  );
  await t.server.waitFor(() => t.server.calls.length === 2);
  await t.api.setWebhook("https://example.org/hook");
  await poll;
  await refused(
    t.api.getUpdates(),
    409,
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
  );
  t.alice.send("waits");
  const info = await t.api.getWebhookInfo();
  assert.equal(info.url, "https://example.org/hook");
  assert.equal(info.pending_update_count, 1);
  await t.api.deleteWebhook();
  assert.equal((await t.api.getUpdates()).length, 1);
  await t.api.deleteWebhook({ drop_pending_updates: true });
  assert.deepEqual(await t.api.getUpdates(), []);
});

Deno.test("a poll whose client hangs up loses nothing", async () => {
  await using t = await setUp();
  const [first] = await t.api.getUpdates();
  const offset = first!.update_id + 1;
  const giveUp = new AbortController();
  const poll = fetch(
    `${t.server.apiRoot}/bot${t.server.token}/getUpdates?offset=${offset}&timeout=50`,
    { signal: giveUp.signal },
  );
  await t.server.waitFor(() => t.server.calls.length === 2);
  giveUp.abort();
  await assert.rejects(poll);
  await t.server.waitFor(() => t.server.calls[1]?.ok);
  t.alice.send("still here");
  const [update] = await t.api.getUpdates({ offset });
  assert.equal(update?.message?.text, "still here");
});

Deno.test("updates can be injected and delivered twice", async () => {
  await using t = await setUp();
  const [update] = await t.api.getUpdates();
  const offset = update!.update_id + 1;
  await t.api.getUpdates({ offset });
  t.server.redeliver(update!.update_id);
  assert.deepEqual(await t.api.getUpdates({ offset }), [update]);
  const injected = t.server.inject({ message: update!.message! });
  assert.equal(injected.update_id, offset);
  assert.deepEqual(await t.api.getUpdates({ offset }), [injected]);
});

Deno.test("a server that stops ends its polls and frees its port", async () => {
  const server = await BotApiServer.start();
  const api = new Api(server.token, { apiRoot: server.apiRoot });
  const poll = api.getUpdates({ timeout: 50 }).then(() => "answered", () => "broken");
  await server.waitFor(() => server.calls.length === 1);
  await server[Symbol.asyncDispose]();
  assert.match(await poll, /answered|broken/);
  const port = Number(new URL(server.apiRoot).port);
  await using again = await BotApiServer.start({ port });
  assert.equal(again.apiRoot, server.apiRoot);
});

Deno.test("waitFor gives up when told to, and passes on what its probe throws", async () => {
  await using t = await setUp();
  const giveUp = new AbortController();
  const waiting = t.server.waitFor(() => false, { signal: giveUp.signal });
  giveUp.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/);
  await assert.rejects(
    t.server.waitFor(() => {
      throw new Error("broken probe");
    }),
    /broken probe/,
  );
});
