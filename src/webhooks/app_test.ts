import assert from "node:assert/strict";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { BODY_TIMEOUT_MS, MAX_FAILURES } from "./app.ts";
import type { OpenEvent } from "./events.ts";
import { parsePayload } from "./payload.ts";
import { withoutRewrites } from "../../tests/support/full_disk.ts";
import { hmac, hookOf, openDoor } from "../../tests/support/webhooks.ts";

const json = { "content-type": "application/json" };
const pack = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
const parsed = ({ body, form }: OpenEvent) => parsePayload(body, form);
const errorOf = async (response: Response) => (await response.json()).error;

Deno.test("health says without secrets whether Telegram answers, and is only to be read", async () => {
  await using door = await openDoor();
  const health = async () => {
    const answer = await door.request("/health");
    assert.equal(answer.status, 200);
    return await answer.json();
  };
  const [answered_at, failing_since] = [0, 60_000].map((at) => new Date(at).toISOString());
  door.telegram.answeredAt = 0;
  assert.deepEqual(await health(), { status: "ok", telegram: { answered_at } });
  Object.assign(door.telegram, { failingSince: 60_000, failure: "no route" });
  const telegram = { answered_at, failing_since, failure: "no route" };
  assert.deepEqual(await health(), { status: "degraded", telegram });
  assert.equal((await door.request("/health", { method: "POST" })).status, 405);
});

Deno.test("metrics are for programs on this machine, and no way in for anybody behind a tunnel", async () => {
  await using door = await openDoor();
  const status = async (source: string, headers = {}) =>
    (await door.request("/metrics", { headers }, source)).status;
  assert.equal(await status("127.0.0.1"), 200);
  assert.equal(await status("::1"), 200);
  assert.equal(await status("192.0.2.1"), 404);
  for (const name of ["X-Forwarded-For", "Forwarded", "CF-Connecting-IP", "Via"]) {
    assert.equal(await status("127.0.0.1", { [name]: "192.0.2.1" }), 404, name);
  }
  const text = await (await door.request("/metrics", {}, "127.0.0.1")).text();
  assert.equal(text, "ductor_turns_total 1\n");
});

Deno.test("a server that is there for the metrics alone takes no events", async () => {
  await using door = await openDoor();
  door.settings.enabled = false;
  assert.equal((await door.post({ text: "hi" })).status, 404);
  assert.deepEqual(door.accepted, []);
});

Deno.test("a good request is accepted, and its event is on disk by then", async () => {
  await using door = await openDoor();
  const response = await door.post({ text: "hi" });
  assert.equal(response.status, 202);
  const { accepted, hook_id, event_id } = await response.json();
  assert.deepEqual([accepted, hook_id], [true, "deploys"]);
  assert.deepEqual(door.accepted.map(({ id, body }) => [id, body]), [[event_id, `{"text":"hi"}`]]);
  assert.ok((await Deno.readTextFile(door.folder.at("events.jsonl"))).includes(event_id));
});

Deno.test("other addresses and methods are told so", async () => {
  await using door = await openDoor();
  assert.equal((await door.request("/")).status, 404);
  assert.equal((await door.request("/hooks")).status, 404);
  assert.equal((await door.request("/hooks/a/b", { method: "POST" })).status, 404);
  for (const method of ["GET", "PUT", "DELETE", "OPTIONS", "HEAD"]) {
    const response = await door.request("/hooks/deploys", { method });
    assert.equal(response.status, 405, method);
    assert.equal(response.headers.get("allow"), "POST");
  }
});

Deno.test("an unknown hook, one switched off and a bad token get the same answer", async () => {
  await using door = await openDoor([hookOf(), hookOf({ id: "off", enabled: false })]);
  const good = { ...json, authorization: "Bearer the-token" };
  const ask = async (path: string, headers: Record<string, string>) => {
    const response = await door.request(path, { method: "POST", headers, body: "{}" });
    return [response.status, await response.text(), [...response.headers.keys()].sort()];
  };
  const answers = [
    await ask("/hooks/nope", good),
    await ask("/hooks/off", good),
    await ask("/hooks/deploys", json),
    await ask("/hooks/deploys", { ...json, authorization: "Bearer global-token" }),
    await ask("/hooks/%ff%00", good),
  ];
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.deepEqual(answers[0]!.slice(0, 2), [401, `{"error":"unauthorized"}`]);
  assert.deepEqual(door.accepted, []);
});

Deno.test("a hook without a token of its own takes the global one", async () => {
  await using door = await openDoor([hookOf({ token: "" })]);
  assert.equal((await door.post({})).status, 401);
  assert.equal((await door.post({}, { authorization: "Bearer global-token" })).status, 202);
});

Deno.test("K6.1 JSON is taken whatever it is called, and what is no JSON is not", async () => {
  await using door = await openDoor();
  for (
    const type of [
      ...["application/json; charset=utf-8", "application/vnd.x+json", "text/plain", ""],
      "application/x-www-form-urlencoded", // what curl says of any data
    ]
  ) {
    assert.equal((await door.post({ text: "hi" }, { "content-type": type })).status, 202, type);
    assert.deepEqual(parsed(door.accepted.at(-1)!), { text: "hi" });
  }
  const multipart = await door.post("--x\r\n", {
    "content-type": "multipart/form-data; boundary=x",
  });
  assert.deepEqual([multipart.status, await errorOf(multipart)], [400, "invalid_json"]);
});

Deno.test("K6.1 one slash too many is no other address", async () => {
  await using door = await openDoor();
  const headers = { ...json, authorization: "bearer the-token" };
  for (const path of ["/hooks/deploys/", "//hooks/deploys", "/hooks//deploys//"]) {
    const { status } = await door.request(path, { method: "POST", headers, body: "{}" });
    assert.equal(status, 202, path);
  }
});

Deno.test("K6.1 packed bodies are unpacked, up to the limit, and signed before or after", async () => {
  const secret = "s3cret";
  await using door = await openDoor([
    hookOf({ preset: "github", auth_mode: "hmac", hmac_secret: secret, hmac_header: "x" }),
  ]);
  door.settings.max_body_bytes = 2000;
  const send = async (body: string, encoding: "gzip" | "deflate" | "br", signPacked = false) => {
    const packed = pack[encoding](body);
    const { hex } = await hmac("SHA-256", secret, signPacked ? new Uint8Array(packed) : body);
    return await door.request("/hooks/deploys", {
      method: "POST",
      headers: { ...json, "content-encoding": encoding, "x-hub-signature-256": `sha256=${hex}` },
      body: new Uint8Array(packed),
    });
  };
  for (const encoding of ["gzip", "deflate", "br"] as const) {
    assert.equal((await send('{"a":1}', encoding)).status, 202, encoding);
    assert.equal(door.accepted.at(-1)!.body, '{"a":1}');
  }
  assert.equal((await send('{"a":1}', "gzip", true)).status, 202);
  const bomb = await send(`{"a":"${"x".repeat(5000)}"}`, "gzip");
  assert.deepEqual([bomb.status, await errorOf(bomb)], [413, "body_too_large"]);
  const raw = await hmac("SHA-256", secret, '{"a":1}');
  for (
    const [encoding, packed] of [
      ["deflate", deflateRawSync('{"a":1}')],
      ["gzip, br", brotliCompressSync(gzipSync('{"a":1}'))],
      ["identity, GZIP", gzipSync('{"a":1}')],
    ] as const
  ) {
    const { status } = await door.request("/hooks/deploys", {
      method: "POST",
      headers: {
        ...json,
        "content-encoding": encoding,
        "x-hub-signature-256": `sha256=${raw.hex}`,
      },
      body: new Uint8Array(packed),
    });
    assert.equal(status, 202, encoding);
    assert.equal(door.accepted.at(-1)!.body, '{"a":1}');
  }
  const unknown = await door.post({}, { "content-encoding": "compress" });
  assert.equal(unknown.status, 415);
  const broken = await door.post("no gzip", { "content-encoding": "gzip" });
  assert.deepEqual([broken.status, await errorOf(broken)], [400, "body_incomplete"]);
});

Deno.test("K6.1 the event's name and the headers a hook asks for are kept with the event", async () => {
  await using door = await openDoor([hookOf({ headers: ["x-shop", "x-none"] })]);
  for (
    const [headers, name] of [
      [{ "x-github-event": "issues" }, "issues"],
      [{ "x-gitlab-event": "Merge Request Hook" }, "Merge Request Hook"],
      [{ "x-shopify-topic": "orders/create" }, "orders/create"],
      [{}, "invoice.paid"],
      [{ "x-github-event": "two words; and {more}" }, undefined],
    ] as const
  ) {
    await door.post({ type: "invoice.paid" }, { ...headers, "x-shop": "a.example" });
    const { event, headers: kept } = door.accepted.at(-1)!;
    assert.deepEqual([event, kept], [name, { "x-shop": "a.example" }]);
  }
});

Deno.test("K6.1 a ping is answered and wakes nobody; so is an event the hook does not want", async () => {
  const secret = "s3cret";
  await using door = await openDoor([
    hookOf({
      ...{ preset: "github", auth_mode: "hmac", hmac_secret: secret, hmac_header: "x" },
      events: ["issues.opened", "push"],
    }),
  ]);
  const send = async (event: string, body: string) => {
    const { hex } = await hmac("SHA-256", secret, body);
    const headers = { "x-hub-signature-256": `sha256=${hex}`, "x-github-event": event };
    const response = await door.post(body, headers);
    return [response.status, await response.json()];
  };
  assert.deepEqual(await send("ping", '{"zen":"x"}'), [200, { pong: true }]);
  assert.deepEqual(await send("issues", '{"action":"closed"}'), [
    200,
    { accepted: false, ignored: "issues" },
  ]);
  assert.deepEqual(door.turnedAway, ["probe", "ignored"]);
  assert.deepEqual(door.accepted, []);
  assert.equal((await send("issues", '{"action":"opened"}'))[0], 202);
  assert.equal((await send("push", '{"action":"x"}'))[0], 202);
});

Deno.test("forms become objects, with lists for fields that come twice", async () => {
  await using door = await openDoor();
  const form = { "content-type": "application/x-www-form-urlencoded" };
  assert.equal((await door.post("a=1&b=2&b=3&text=gr%C3%BC%C3%9F", form)).status, 202);
  assert.equal(door.accepted[0]!.form, true);
});

Deno.test("what is signed well but no JSON object is refused after the signature was checked", async () => {
  await using door = await openDoor();
  for (
    const [body, code] of [
      ["{", "invalid_json"],
      [" ", "invalid_json"],
      ["[]", "body_must_be_object"],
      ["null", "body_must_be_object"],
      ["7", "body_must_be_object"],
    ] as const
  ) {
    const response = await door.post(body);
    assert.deepEqual([response.status, await errorOf(response)], [400, code]);
    assert.equal((await door.post(body, { authorization: "Bearer x" })).status, 401);
  }
});

Deno.test("text that is not UTF-8 is refused", async () => {
  await using door = await openDoor();
  const response = await door.request("/hooks/deploys", {
    method: "POST",
    headers: { ...json, authorization: "Bearer the-token" },
    body: new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  });
  assert.equal(response.status, 400);
});

Deno.test("K6.1 text comes in the charset that its type or its first bytes name", async () => {
  await using door = await openDoor();
  const wide = (text: string) =>
    new Uint8Array(Uint16Array.from(text, (c) => c.charCodeAt(0)).buffer);
  const swapped = (text: string) => wide(text).map((_, n, all) => all[n ^ 1]!);
  const latin = Uint8Array.from('{"text":"grüß"}', (c) => c.charCodeAt(0));
  const marked = new TextEncoder().encode('\ufeff{"text":"grüß"}');
  for (
    const [type, body] of [
      ["application/json", marked],
      ["application/json", wide('\ufeff{"text":"grüß"}')],
      ["application/json", swapped('\ufeff{"text":"grüß"}')],
      ["application/json; charset=UTF-16LE", wide('{"text":"grüß"}')],
      ['application/json;charset="iso-8859-1"', latin],
      ["application/json; charset=nobody-knows", marked],
    ] as const
  ) {
    const { status } = await door.request("/hooks/deploys", {
      method: "POST",
      headers: { "content-type": type, authorization: "Bearer the-token" },
      body: body as Uint8Array<ArrayBuffer>,
    });
    assert.equal(status, 202, type);
    assert.deepEqual(parsed(door.accepted.at(-1)!), { text: "grüß" }, type);
  }
});

Deno.test("K6.1 who sends nothing at all has called all the same", async () => {
  await using door = await openDoor();
  assert.equal((await door.post("")).status, 202);
  assert.deepEqual(parsed(door.accepted[0]!), {});
});

Deno.test("K6.1 letters of the path may be escaped; a slash that is escaped is none", async () => {
  await using door = await openDoor();
  const post = async (path: string) => {
    const headers = { ...json, authorization: "Bearer the-token" };
    return (await door.request(path, { method: "POST", headers, body: "{}" })).status;
  };
  assert.equal(await post("/hooks/%64eploys"), 202);
  assert.equal(await post("/%68ook%73/deploys"), 202);
  assert.equal(await post("/hooks%2Fdeploys"), 404);
});

Deno.test("a body of the greatest length is taken, one byte more is not", async () => {
  await using door = await openDoor();
  door.settings.max_body_bytes = 100;
  const body = (length: number) => JSON.stringify({ t: "x".repeat(length - 8) });
  assert.equal(body(100).length, 100);
  assert.equal((await door.post(body(100))).status, 202);
  const over = await door.post(body(101));
  assert.deepEqual([over.status, await errorOf(over)], [413, "body_too_large"]);
});

/** A body that comes in pieces, so that its length is not known before. */
function pieces(next: () => Promise<Uint8Array | undefined>) {
  const seen = { cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = await next();
      if (piece) controller.enqueue(piece);
      else controller.close();
    },
    cancel() {
      seen.cancelled = true;
    },
  }, { highWaterMark: 0 });
  return { stream, seen };
}

Deno.test("the limit holds for bodies whose length is not told", async () => {
  await using door = await openDoor();
  door.settings.max_body_bytes = 1000;
  let sent = 0;
  const { stream, seen } = pieces(() => {
    sent += 100;
    return Promise.resolve(new Uint8Array(100).fill(32));
  });
  const response = await door.request("/hooks/deploys", {
    method: "POST",
    headers: { ...json, authorization: "Bearer the-token" },
    body: stream,
  });
  assert.equal(response.status, 413);
  assert.ok(sent <= 1300, `stopped reading, after ${sent} bytes`);
  assert.ok(seen.cancelled);
});

Deno.test("one byte a second is cut off after ten seconds", async () => {
  await using door = await openDoor();
  const { stream, seen } = pieces(async () => {
    await door.clock.sleep(1000);
    return new Uint8Array([32]);
  });
  const start = door.clock.now();
  let answeredAt: number | undefined;
  const response = door.request("/hooks/deploys", {
    method: "POST",
    headers: { ...json, authorization: "Bearer the-token" },
    body: stream,
  });
  response.then(() => answeredAt = door.clock.now());
  while (answeredAt === undefined) await door.clock.advance(500);
  const { status } = await response;
  assert.equal(status, 408);
  assert.equal(answeredAt - start, BODY_TIMEOUT_MS);
  assert.ok(seen.cancelled);
});

Deno.test("a sender that breaks off gets no event", async () => {
  await using door = await openDoor();
  const stream = new ReadableStream({
    pull(controller) {
      controller.error(new Error("gone"));
    },
  });
  const response = await door.request("/hooks/deploys", {
    method: "POST",
    headers: { ...json, authorization: "Bearer the-token" },
    body: stream,
  });
  assert.equal(response.status, 400);
  assert.deepEqual(door.accepted, []);
});

Deno.test("a repeated delivery is answered well and not handled again, for 24 hours", async () => {
  const secret = "s3cret";
  await using door = await openDoor([
    hookOf({ preset: "github", auth_mode: "hmac", hmac_secret: secret, hmac_header: "x" }),
  ]);
  const deliver = async (id: string) => {
    const signature = `sha256=${(await hmac("SHA-256", secret, "{}")).hex}`;
    return await door.post("{}", { "x-hub-signature-256": signature, "x-github-delivery": id });
  };
  const first = await deliver("a");
  assert.equal(first.status, 202);
  const { event_id } = await first.json();
  const repeat = await deliver("a");
  assert.equal(repeat.status, 200);
  assert.deepEqual(await repeat.json(), {
    accepted: true,
    duplicate: true,
    hook_id: "deploys",
    event_id,
  });
  assert.equal((await deliver("b")).status, 202);
  assert.equal(door.accepted.length, 2);
  await door.clock.advance(24 * 3_600_000);
  assert.equal((await deliver("a")).status, 202);
});

Deno.test("ten repeats at once make one event", async () => {
  await using door = await openDoor();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => door.post({}, { "idempotency-key": "k" })),
  );
  assert.equal(door.accepted.length, 1);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(9).fill(200), 202]);
});

Deno.test("the same delivery id at two hooks is two events", async () => {
  await using door = await openDoor([hookOf(), hookOf({ id: "other" })]);
  const init = {
    method: "POST",
    headers: { ...json, authorization: "Bearer the-token", "idempotency-key": "k" },
    body: "{}",
  };
  assert.equal((await door.request("/hooks/deploys", init)).status, 202);
  assert.equal((await door.request("/hooks/other", init)).status, 202);
});

Deno.test("K3.3 what is signed is taken, however much it is; what is turned away is counted", async () => {
  await using door = await openDoor();
  door.settings.rate_limit_per_minute = 2;
  for (let n = 0; n < 200; n++) assert.equal((await door.post({ n })).status, 202);
  assert.equal(door.accepted.length, 200);
  await door.post({}, { authorization: "Bearer x" });
  await door.post("{");
  assert.deepEqual(door.turnedAway, ["unauthorized", "invalid_json"]);
});

Deno.test("a source that fails too often is not listened to for a while; others are", async () => {
  await using door = await openDoor();
  const bad = { authorization: "Bearer x" };
  for (let n = 0; n < MAX_FAILURES; n++) {
    assert.equal((await door.post({}, bad, "10.0.0.1")).status, 401);
  }
  const blocked = await door.post({}, {}, "10.0.0.1");
  assert.deepEqual([blocked.status, blocked.headers.get("retry-after")], [429, "60"]);
  assert.equal((await door.post({}, {}, "10.0.0.2")).status, 202);
  await door.clock.advance(60_000);
  assert.equal((await door.post({}, {}, "10.0.0.1")).status, 202);
});

Deno.test("behind a tunnel, whom it names last is the source; a good sender is never blocked by others", async () => {
  await using door = await openDoor();
  const bad = { authorization: "Bearer x" };
  for (let n = 0; n < MAX_FAILURES; n++) {
    await door.post({}, { ...bad, "x-forwarded-for": `1.2.3.${n}, 9.9.9.9` }, "127.0.0.1");
    await door.post({}, bad, "127.0.0.1");
  }
  const via = (from: string) => door.post({}, { "x-forwarded-for": from }, "127.0.0.1");
  assert.equal((await via("9.9.9.9")).status, 429);
  assert.equal((await via("8.8.8.8")).status, 202);
  assert.equal((await door.post({}, bad, "127.0.0.1")).status, 429, "failures are slowed down");
  assert.equal((await door.post({}, {}, "127.0.0.1")).status, 202, "who is good gets in");
});

Deno.test("behind proxies elsewhere, the last hop that none of them vouches for is the source", async () => {
  await using door = await openDoor();
  door.settings.trusted_proxies = ["172.18.0.0/16", "fd00::/8"];
  const bad = { authorization: "Bearer x" };
  for (let n = 0; n < MAX_FAILURES; n++) {
    // Two proxies; what the sender wrote itself stands first.
    const forwarded = `1.2.3.${n}, 203.0.113.9, 172.18.0.7`;
    await door.post({}, { ...bad, "x-forwarded-for": forwarded }, "172.18.0.2");
    await door.post({}, { ...bad, "x-forwarded-for": "2001:db8::9" }, "fd00::2");
  }
  const via = async (from: string, proxy = "172.18.0.2") =>
    (await door.post({}, { "x-forwarded-for": from }, proxy)).status;
  assert.equal(await via("203.0.113.9"), 429);
  assert.equal(await via("203.0.113.9", "fd00::2"), 429);
  assert.equal(await via("2001:DB8:0::9", "fd00::2"), 429, "however it is written");
  assert.equal(await via("2001:db8::9"), 429);
  assert.equal(await via("203.0.113.8"), 202);
});

Deno.test("who is no trusted proxy is believed nothing about where it comes from", async () => {
  await using door = await openDoor();
  for (let n = 0; n < MAX_FAILURES; n++) {
    const headers = { authorization: "Bearer x", "x-forwarded-for": `1.2.3.${n}` };
    assert.equal((await door.post({}, headers, "203.0.113.9")).status, 401);
  }
  const again = await door.post({}, { "x-forwarded-for": "9.9.9.9" }, "203.0.113.9");
  assert.equal(again.status, 429);
});

Deno.test("when the disk takes nothing, nothing is accepted and the sender is told to come back", async () => {
  await using door = await openDoor();
  await door.events.close();
  const response = await door.post({}, { "idempotency-key": "k" });
  assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "30"]);
  assert.deepEqual(door.accepted, []);
});

Deno.test("K10.4 webhook: an event is accepted when its file cannot be made shorter, and is not called a repeat", async () => {
  await using door = await openDoor();
  door.settings.max_body_bytes = 10_000_000;
  const body = { text: "x".repeat(5_000_000) };
  await withoutRewrites(async () => {
    assert.equal((await door.post(body, { "idempotency-key": "k" })).status, 202);
    assert.equal((await door.post(body, { "idempotency-key": "k" })).status, 200);
  });
  assert.equal(door.accepted.length, 1, "the event is acted on");
});

Deno.test("slack: the question whether the address is ours is answered, and is no event", async () => {
  const secret = "slack-secret";
  await using door = await openDoor([
    hookOf({ preset: "slack", auth_mode: "hmac", hmac_secret: secret }),
  ]);
  const body = JSON.stringify({ type: "url_verification", challenge: "abc" });
  const time = `${door.clock.now() / 1000}`;
  const { hex } = await hmac("SHA-256", secret, `v0:${time}:${body}`);
  const headers = { "x-slack-request-timestamp": time, "x-slack-signature": `v0=${hex}` };
  const response = await door.post(body, headers);
  assert.deepEqual([response.status, await response.json()], [200, { challenge: "abc" }]);
  assert.equal((await door.post(body, { ...headers, "x-slack-signature": "v0=0" })).status, 401);
  assert.deepEqual(door.accepted, []);
});

Deno.test("K10.2 webhook: a challenge that is no text is answered with none", async () => {
  const secret = "s";
  await using door = await openDoor([
    hookOf({ preset: "slack", auth_mode: "hmac", hmac_secret: secret }),
  ]);
  for (const challenge of [null, 5, [null], { toString: null }]) {
    const body = JSON.stringify({ type: "url_verification", challenge });
    const time = `${door.clock.now() / 1000}`;
    const { hex } = await hmac("SHA-256", secret, `v0:${time}:${body}`);
    const response = await door.post(body, {
      "x-slack-request-timestamp": time,
      "x-slack-signature": `v0=${hex}`,
    });
    assert.deepEqual([response.status, await response.json()], [200, { challenge: "" }]);
  }
});

Deno.test("10,000 random requests get the right status each, never a 500, and leave no event", async () => {
  await using door = await openDoor([
    hookOf(),
    hookOf({ id: "github", preset: "github", auth_mode: "hmac", hmac_secret: "s" }),
    hookOf({
      id: "patterned",
      auth_mode: "hmac",
      hmac_secret: "s",
      hmac_header: "x-sig",
      hmac_sig_regex: "v1=(.+)",
      hmac_payload_prefix_regex: "t=(.+),",
    }),
  ]);
  door.settings.rate_limit_per_minute = 1_000_000;
  let seed = 42;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor(seed / 2 ** 32 * below);
  };
  const bytes = (length: number) => Uint8Array.from({ length }, () => random(256));
  const latin = (length: number) =>
    String.fromCharCode(...Array.from({ length }, () => 33 + random(94) + (random(4) ? 0 : 100)));
  const ids = ["deploys", "github", "patterned", "nope", "%c3%28"];
  const types = ["application/json", "application/x-www-form-urlencoded", "text/plain"];
  for (let n = 0; n < 10_000; n++) {
    const id = ids[random(ids.length)]!;
    const type = types[random(types.length)]!;
    const response = await door.request(`/hooks/${id}`, {
      method: "POST",
      headers: {
        "content-type": type,
        authorization: random(2) ? `Bearer ${latin(20)}` : latin(10),
        "x-hub-signature-256": random(2) ? `sha256=${latin(64)}` : latin(5),
        "x-sig": `t=${latin(10)},v1=${latin(64)}`,
      },
      body: bytes(random(300)),
    }, `10.0.${n >> 8}.${n & 255}`);
    await response.body?.cancel();
    assert.equal(response.status, 401);
  }
  assert.deepEqual(door.accepted, []);
});

Deno.test("random bodies with a good token are accepted or refused, never a 500", async () => {
  await using door = await openDoor();
  door.settings.rate_limit_per_minute = 1_000_000;
  const parts = ["{", "}", "[", "]", `"a"`, ":", ",", "1e999", "null", "\u0000", "\\u12", "é"];
  let accepted = 0;
  for (let n = 0; n < 2000; n++) {
    const body = Array.from({ length: n % 7 }, (_, i) => parts[(n * 31 + i * 17 + n % 11) % 12])
      .join("");
    const { status } = await door.post(n % 50 === 0 ? `{"n":${n}}` : body);
    assert.ok(status === 202 || status === 400, `${status} for ${body}`);
    if (status === 202) accepted++;
  }
  assert.equal(door.accepted.length, accepted);
  assert.ok(accepted >= 40);
});
