/** Whatever comes to the webhook server: an answer that says why, and nothing is held on to. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { PresetName } from "../../src/webhooks/hook_fields.ts";
import { hookOf, openDoor } from "../support/webhooks.ts";
import { anyJson, fuzz } from "../support/fuzz.ts";

const PRESETS: readonly PresetName[] = [
  ...["github", "stripe", "standard", "slack", "shopify", "gitlab"] as const,
];
const NAMES = [
  ...["authorization", "content-type", "content-encoding", "content-length", "x-hub-signature-256"],
  ...["x-github-event", "x-github-delivery", "x-gitlab-token", "stripe-signature", "webhook-id"],
  ...["webhook-signature", "webhook-timestamp", "x-shopify-hmac-sha256", "x-slack-signature"],
  ...["x-slack-request-timestamp", "linear-signature", "x-forwarded-for", "idempotency-key"],
];
const VALUES = fc.oneof(
  fc.constantFrom(
    ...["Bearer the-token", "bearer  the-token", "Basic eDp5", "gzip", "br", "deflate, gzip", "x"],
    ...["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "t=1,v1=0"],
    ...["sha256=00", "v1,AAAA", "ping", "constructor", "__proto__", "-1", "1e999", ""],
  ),
  fc.string({ maxLength: 40 }),
);
const HEADERS = fc.dictionary(
  fc.oneof(fc.constantFrom(...NAMES), fc.stringMatching(/^[a-z][a-z-]{0,12}$/)),
  VALUES,
  { maxKeys: 6 },
);
const BODY = fc.oneof(
  anyJson().map((value) => JSON.stringify(value) ?? ""),
  fc.string({ unit: "binary" }),
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom("a=b&c=%zz", "[".repeat(20_000), '{"a":'.repeat(5000), "1e99999", '"\\ud800"'),
);
const PATH = fc.oneof(
  fc.constantFrom(...[...PRESETS, "open", "none"].map((name) => `/hooks/${name}`)),
  fc.string({ unit: "binary", maxLength: 20 }).map((name) =>
    `/hooks/${encodeURI(name.toWellFormed())}`
  ),
  fc.constantFrom(
    "//hooks/open",
    "/hooks/open/",
    "/hooks/%2e%2e/x",
    "/hooks/constructor",
    "/",
    "/%",
  ),
);
const METHOD = fc.constantFrom("POST", "POST", "POST", "PUT", "GET", "HEAD", "OPTIONS", "DELETE");

Deno.test("K10.2 webhooks: no path, header or body is answered with a fault of ours", async () => {
  const hooks = PRESETS.map((preset) =>
    hookOf({ id: preset, preset, hmac_secret: "x".repeat(32) })
  );
  await using door = await openDoor([hookOf({ id: "open" }), ...hooks]);
  let n = 0;
  await fuzz(
    fc.record({ path: PATH, method: METHOD, headers: HEADERS, body: BODY }),
    async ({ path, method, headers, body }) => {
      // Limits are tested elsewhere.
      if (n++ % 20 === 0) await door.clock.advance(3_600_000);
      let init: RequestInit;
      try {
        init = { method, headers: new Headers(headers) };
      } catch {
        return; // Not even an HTTP client would send these.
      }
      if (method !== "GET" && method !== "HEAD") init.body = body as BodyInit;
      const response = await door.request(path, init, `192.0.2.${n % 250}`);
      await response.body?.cancel();
      assert.ok(response.status < 500, `${response.status}`);
    },
    200,
  );
  const before = door.accepted.length;
  await door.clock.advance(3_600_000);
  const good = await door.request("/hooks/open", {
    method: "POST",
    headers: { authorization: "Bearer the-token", "content-type": "application/json" },
    body: "{}",
  });
  assert.equal(good.status, 202);
  assert.equal(door.accepted.length, before + 1);
});
