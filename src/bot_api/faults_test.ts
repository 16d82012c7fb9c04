import assert from "node:assert/strict";
import { GrammyError, HttpError } from "grammy";
import { Faults } from "./faults.ts";
import { refused, setUp } from "../../tests/support/bot_api.ts";

Deno.test("a rule fits by name, pattern and payload, as many times as said", () => {
  const faults = new Faults();
  faults.add({ method: "sendmessage", times: 2, fault: "hang" });
  const remove = faults.add({ method: /^edit/g, when: (p) => p["chat_id"] === 1, fault: "reset" });
  assert.equal(faults.take("getMe", {}), undefined);
  assert.equal(faults.take("sendMessage", {}), "hang");
  assert.equal(faults.take("sendMessage", {}), "hang");
  assert.equal(faults.take("sendMessage", {}), undefined);
  assert.equal(faults.take("editMessageText", { chat_id: 2 }), undefined);
  for (let i = 0; i < 3; i++) assert.equal(faults.take("editMessageText", { chat_id: 1 }), "reset");
  remove();
  assert.equal(faults.pending, 0);
});

Deno.test("a rule can be taken away", () => {
  const faults = new Faults();
  const remove = faults.add({ fault: "hang" });
  remove();
  assert.equal(faults.take("getMe", {}), undefined);
  assert.throws(() => faults.add({ times: 0, fault: "hang" }), RangeError);
});

Deno.test("a status is answered without the call being done", async () => {
  await using t = await setUp();
  t.server.faults.add({ method: "sendMessage", times: 1, fault: { status: 429, retry_after: 7 } });
  await assert.rejects(t.api.sendMessage(1001, "x"), (error: unknown) => {
    assert.ok(error instanceof GrammyError);
    assert.deepEqual(error.parameters, { retry_after: 7 });
    assert.equal(error.description, "Too Many Requests: retry after 7");
    return true;
  });
  t.server.faults.add({ times: 1, fault: { status: 500 } });
  await refused(t.api.getMe(), 500, "Internal Server Error");
  t.server.faults.add({ times: 1, fault: { status: 400, description: "Bad Request: no" } });
  await refused(t.api.getMe(), 400, "Bad Request: no");
  assert.equal(t.server.messages(1001).length, 1);
  await t.api.sendMessage(1001, "x");
  assert.deepEqual(t.server.calls.map((call) => call.ok), [false, false, false, true]);
});

/** Sends with a stream as body, which Deno's fetch cannot send a second time by itself. */
function sendOnce(t: Awaited<ReturnType<typeof setUp>>, signal?: AbortSignal): Promise<Response> {
  return fetch(`${t.server.apiRoot}/bot${t.server.token}/sendMessage`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: new Blob([JSON.stringify({ chat_id: 1001, text: "x" })]).stream(),
    ...(signal && { signal }),
  });
}

Deno.test("reset closes the connection and does nothing", async () => {
  await using t = await setUp();
  t.server.faults.add({ method: "sendMessage", times: 1, fault: "reset" });
  await assert.rejects(sendOnce(t), TypeError);
  assert.equal(t.server.messages(1001).length, 1);
  assert.equal(t.server.calls.length, 1);
});

Deno.test("reset_after does the call and loses the answer", async () => {
  await using t = await setUp();
  t.server.faults.add({ method: "sendMessage", times: 1, fault: "reset_after" });
  await assert.rejects(sendOnce(t), TypeError);
  assert.equal(t.server.messages(1001).length, 2);
});

Deno.test("a reset that lasts reaches grammY as a network error", async () => {
  await using t = await setUp();
  const mend = t.server.faults.add({ method: "sendMessage", fault: "reset" });
  await assert.rejects(t.api.sendMessage(1001, "x"), HttpError);
  mend();
  await t.api.sendMessage(1001, "x");
});

Deno.test("hang answers nothing until the client gives up", async () => {
  await using t = await setUp();
  for (const [fault, shown] of [["hang", 1], ["hang_after", 2]] as const) {
    t.server.faults.add({ method: "sendMessage", times: 1, fault });
    const giveUp = new AbortController();
    const hanging = assert.rejects(sendOnce(t, giveUp.signal), { name: "AbortError" });
    const seen = t.server.calls.length;
    await t.server.waitFor(() => {
      const call = t.server.calls[seen];
      return call && (fault === "hang" || call.ok);
    });
    giveUp.abort();
    await hanging;
    assert.equal(t.server.messages(1001).length, shown);
  }
});

Deno.test("a hanging call does not keep the server from stopping", async () => {
  const t = await setUp();
  t.server.faults.add({ method: "getMe", fault: "hang" });
  const hanging = assert.rejects(t.api.getMe(), HttpError);
  await t.server.waitFor(() => t.server.calls.length === 1);
  await t[Symbol.asyncDispose]();
  await hanging;
});

Deno.test("cut does the call and breaks off the answer", async () => {
  await using t = await setUp();
  t.server.faults.add({ method: "sendMessage", times: 1, fault: "cut" });
  await assert.rejects(t.api.sendMessage(1001, "x"), HttpError);
  assert.equal(t.server.messages(1001).length, 2);
  assert.equal(t.server.calls.length, 1);
});
