/** The tests' model server itself: a test that leans on it should know that it holds. */

import { strict as assert } from "node:assert";
import { ModelServer } from "../support/model_server.ts";

function ask(server: ModelServer, text: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${server.url}/v1/messages`, {
    method: "POST",
    body: JSON.stringify({
      model: "claude-test",
      stream: true,
      system: [{ type: "text", text: "be kind" }],
      thinking: { type: "adaptive" },
      output_config: { effort: "high" },
      messages: [
        { role: "user", content: "remember me" },
        { role: "assistant", content: [{ type: "text", text: "yes" }] },
        {
          role: "user",
          content: [
            { type: "text", text: "<system-reminder>not the user</system-reminder>" },
            { type: "text", text },
          ],
        },
      ],
    }),
    ...(signal ? { signal } : {}),
  });
}

/** The deltas of a stream, joined. */
function textOf(body: string): string {
  return [...body.matchAll(/^data: (.*)$/gm)]
    .map(([, json]) => JSON.parse(json!).delta?.text ?? "").join("");
}

Deno.test("model server streams what the brain says and logs what was asked", async () => {
  await using server = await ModelServer.start({ delayMs: 0 });
  const body = await (await ask(server, "what did I say")).text();
  assert.match(textOf(body), /asked me to remember:\n\n- me/);
  assert.match(body, /event: message_stop/);
  const [request] = server.requests;
  assert.equal(request?.text, "what did I say");
  assert.equal(request.effort, "high");
  assert.equal(request.thinking, true);
  assert.match(request.instructions, /be kind[^]*not the user/);
  assert.equal(request.aborted, false);
});

Deno.test("model server holds an answer after its first piece until released", async () => {
  await using server = await ModelServer.start({ delayMs: 0 });
  const hold = server.hold();
  const response = await ask(server, "long 500");
  let done = false;
  const body = response.text().finally(() => done = true);
  assert.equal((await hold.reached).text, "long 500");
  assert.equal(done, false);
  hold.release();
  assert.equal(textOf(await body).length, 500);
});

Deno.test("model server notices that a client hung up", async () => {
  await using server = await ModelServer.start();
  const hold = server.hold();
  const gone = new AbortController();
  const response = await ask(server, "count to 400 slowly", gone.signal);
  const request = await hold.reached;
  gone.abort();
  await response.text().catch(() => {});
  await request.ended;
  assert.equal(request.aborted, true);
});

Deno.test("model server lets an overload pass at the third try of the same question", async () => {
  await using server = await ModelServer.start({ delayMs: 0 });
  const statuses: number[] = [];
  for (const text of ["fail 529", "hello", "fail 529", "fail 529", "fail 529", "fail 529"]) {
    const response = await ask(server, text);
    await response.body?.cancel();
    statuses.push(response.status);
  }
  assert.deepEqual(statuses, [529, 200, 529, 529, 200, 529]);
});

Deno.test("model server refuses models it does not know", async () => {
  await using server = await ModelServer.start();
  const response = await fetch(`${server.url}/v1/responses`, {
    method: "POST",
    body: JSON.stringify({ model: "no-such-model", input: "hello" }),
  });
  assert.equal(response.status, 404);
  assert.match((await response.json()).error.message, /no-such-model/);
});
