import assert from "node:assert/strict";
import { isAuthentic, schemeOf, secretsOf } from "./auth.ts";
import type { Hook } from "./hook.ts";
import { PRESETS } from "./presets.ts";
import { hmac, hookOf } from "../../tests/support/webhooks.ts";

const NOW = Date.UTC(2026, 10, 23, 12);
const T = NOW / 1000;
const BODY = `{"text":"grüß dich","n":1.0}`;

function check(
  hook: Hook,
  headers: Record<string, string>,
  body: string | Uint8Array = BODY,
  now = NOW,
  globalToken = "",
): boolean {
  return isAuthentic(hook, globalToken, {
    headers: new Headers(headers),
    body: typeof body === "string" ? new TextEncoder().encode(body) : body,
    now,
  });
}

Deno.test("github: the example of GitHub's documentation is accepted", () => {
  const hook = hookOf({
    preset: "github",
    auth_mode: "hmac",
    hmac_secret: "It's a Secret to Everybody",
  });
  const signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  assert.ok(check(hook, { "X-Hub-Signature-256": signature }, "Hello, World!"));
  assert.ok(!check(hook, { "X-Hub-Signature-256": signature }, "Hello, World?"));
});

Deno.test("slack: the example of Slack's documentation is accepted, within its 300 seconds", () => {
  const hook = hookOf({
    preset: "slack",
    auth_mode: "hmac",
    hmac_secret: "8f742231b10e8888abcd99yyyzzz85a5",
  });
  const body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow" +
    "&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner" +
    "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands" +
    "%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN" +
    "&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
  const headers = {
    "X-Slack-Request-Timestamp": "1531420618",
    "X-Slack-Signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
  };
  const at = 1531420618 * 1000;
  assert.ok(check(hook, headers, body, at));
  assert.ok(check(hook, headers, body, at + 300_000));
  assert.ok(!check(hook, headers, body, at + 301_000));
});

Deno.test("standard: the example of the Standard Webhooks libraries is accepted", () => {
  const hook = hookOf({
    preset: "standard",
    auth_mode: "hmac",
    hmac_secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  });
  const headers = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  };
  assert.ok(check(hook, headers, `{"test": 2432232314}`, 1614265330_000));
});

/** Signs as the sender's documentation says, with another implementation. */
const SIGN: Record<
  string,
  (secret: string, body: string, t: number) => Promise<Record<string, string>>
> = {
  github: async (secret, body) => ({
    "x-hub-signature-256": `sha256=${(await hmac("SHA-256", secret, body)).hex}`,
  }),
  stripe: async (secret, body, t) => ({
    "stripe-signature": `t=${t},v1=${(await hmac("SHA-256", secret, `${t}.`, body)).hex},v0=old`,
  }),
  standard: async (secret, body, t) => {
    const key = Uint8Array.from(atob(secret.replace("whsec_", "")), (c) => c.charCodeAt(0));
    const { base64 } = await hmac("SHA-256", key, `msg_1.${t}.`, body);
    return {
      "webhook-id": "msg_1",
      "webhook-timestamp": `${t}`,
      "webhook-signature": `v1a,ignored v1,${base64}`,
    };
  },
  slack: async (secret, body, t) => ({
    "x-slack-request-timestamp": `${t}`,
    "x-slack-signature": `v0=${(await hmac("SHA-256", secret, `v0:${t}:`, body)).hex}`,
  }),
  shopify: async (secret, body) => ({
    "x-shopify-hmac-sha256": (await hmac("SHA-256", secret, body)).base64,
  }),
  gitlab: (secret) => Promise.resolve({ "x-gitlab-token": secret }),
};
const TIMED = ["stripe", "standard", "slack"];
const SECRET = "whsec_" + btoa("0123456789abcdef0123456789abcdef");

function presetHook(preset: string, extra: Record<string, unknown> = {}): Hook {
  const { fields } = PRESETS[preset]!;
  const name = fields.auth_mode === "hmac" ? "hmac_secret" : "token";
  return hookOf({ ...fields, token: "", preset, [name]: SECRET, ...extra });
}

for (const [preset, sign] of Object.entries(SIGN)) {
  Deno.test(`${preset}: what the sender signs is accepted, and what differs is not`, async () => {
    const hook = presetHook(preset);
    const good = await sign(SECRET, BODY, T);
    assert.ok(check(hook, good));
    assert.ok(!check(hook, await sign("whsec_b3RoZXI=", BODY, T)), "another secret");
    assert.ok(!check(hook, {}), "no headers at all");
    assert.ok(!check(hook, { authorization: `Bearer ${SECRET}` }), "a bearer token instead");
    if (preset === "gitlab") return;
    const flipped = new TextEncoder().encode(BODY);
    flipped[3]! ^= 1;
    assert.ok(!check(hook, good, flipped), "one flipped bit");
    assert.ok(!check(hook, good, JSON.stringify(JSON.parse(BODY))), "re-serialised JSON");
    assert.ok(!check(hook, good, BODY + "\n"), "one byte more");
  });

  Deno.test(`${preset}: no header value makes the check throw`, () => {
    const hook = presetHook(preset);
    const names = Object.keys(schemeOf(hook)!.sign(new Uint8Array(), SECRET, NOW));
    const values = [
      "",
      "ÿþ",
      "\u00e9".repeat(64),
      "v1=",
      ",=,,",
      "t=99999999999999,v1=x",
      "v1,\u00ff",
    ];
    for (const value of values) {
      assert.equal(check(hook, Object.fromEntries(names.map((name) => [name, value]))), false);
    }
  });

  Deno.test(`${preset}: after a rotation the old secret counts until its time is over`, async () => {
    const old = "whsec_" + btoa("ffffffffffffffffffffffffffffffff");
    const until = new Date(NOW + 1000).toISOString();
    const hook = presetHook(preset, { previous_secret: old, previous_until: until });
    assert.ok(check(hook, await sign(SECRET, BODY, T)));
    assert.ok(check(hook, await sign(old, BODY, T)));
    assert.ok(!check(hook, await sign(old, BODY, T + 1), BODY, NOW + 1000));
  });

  Deno.test(`${preset}: what ductor webhook test signs is accepted`, () => {
    const hook = presetHook(preset);
    const body = new TextEncoder().encode(BODY);
    assert.ok(check(hook, schemeOf(hook)!.sign(body, SECRET, NOW), body));
  });
}

for (const preset of TIMED) {
  Deno.test(`${preset}: a time 299 or 300 seconds off is accepted, 301 seconds is not`, async () => {
    const hook = presetHook(preset);
    for (const off of [-300, -299, 299, 300]) {
      assert.ok(check(hook, await SIGN[preset]!(SECRET, BODY, T + off)), `${off} s`);
    }
    for (const off of [-301, 301]) {
      assert.ok(!check(hook, await SIGN[preset]!(SECRET, BODY, T + off)), `${off} s`);
    }
  });
}

Deno.test("stripe and standard: one good signature among several is enough", async () => {
  const stripe = await hmac("SHA-256", SECRET, `${T}.`, BODY);
  const wrong = "0".repeat(64);
  assert.ok(check(presetHook("stripe"), {
    "stripe-signature": `t=${T},v1=${wrong},v1=${stripe.hex}`,
  }));
  const good = (await SIGN.standard!(SECRET, BODY, T))["webhook-signature"]!;
  assert.ok(check(presetHook("standard"), {
    "webhook-id": "msg_1",
    "webhook-timestamp": `${T}`,
    "webhook-signature": `v1,AAAA ${good}`,
  }));
});

Deno.test("standard: the id is signed too", async () => {
  const headers = await SIGN.standard!(SECRET, BODY, T);
  assert.ok(!check(presetHook("standard"), { ...headers, "webhook-id": "msg_2" }));
});

Deno.test("a preset nobody knows lets nothing in", () => {
  assert.ok(!check(hookOf({ preset: "githb" }), { authorization: "Bearer the-token" }));
  assert.ok(!check(hookOf({ preset: "constructor" }), { authorization: "Bearer the-token" }));
});

Deno.test("bearer: only the exact form with the exact token", () => {
  const hook = hookOf();
  for (const scheme of ["Bearer", "bearer", "BEARER"]) {
    assert.ok(check(hook, { authorization: `${scheme} the-token` }), scheme);
  }
  for (
    const value of [
      "Bearer  the-token",
      "Bearer the-tokenx",
      "Bearer the-toke",
      "Bearer ",
      "Basic the-token",
      "the-token",
      "Bearer thé-token",
    ]
  ) assert.ok(!check(hook, { authorization: value }), value);
});

Deno.test("bearer: the global token is for hooks without one of their own", () => {
  const global = { authorization: "Bearer global" };
  assert.ok(!check(hookOf(), global, BODY, NOW, "global"));
  assert.ok(check(hookOf({ token: "" }), global, BODY, NOW, "global"));
  assert.ok(!check(hookOf({ token: "" }), { authorization: "Bearer " }, BODY, NOW, ""));
  assert.deepEqual(secretsOf(hookOf({ token: "" }), "", NOW), []);
});

Deno.test("an unknown auth_mode is bearer, as in the Python program", () => {
  assert.ok(check(hookOf({ auth_mode: "basic" }), { authorization: "Bearer the-token" }));
});

Deno.test("hmac: every algorithm and encoding, and sha256 for one that is unknown", async () => {
  const algorithms = {
    sha256: "SHA-256",
    sha1: "SHA-1",
    sha512: "SHA-512",
    md5: "SHA-256",
  } as const;
  for (const [hmac_algorithm, hash] of Object.entries(algorithms)) {
    for (const hmac_encoding of ["hex", "base64"] as const) {
      const hook = hookOf({
        auth_mode: "hmac",
        hmac_secret: "s",
        hmac_header: "X-Sig",
        hmac_algorithm,
        hmac_encoding,
      });
      const value = (await hmac(hash, "s", BODY))[hmac_encoding];
      assert.ok(check(hook, { "x-sig": value }), "without the prefix");
      assert.ok(check(hook, { "x-sig": `sha256=${value}` }), "with the prefix");
      assert.ok(!check(hook, { "x-sig": value }, BODY + " "));
    }
  }
});

Deno.test("hmac: header, secret and a matching pattern must be there", async () => {
  const fields = { auth_mode: "hmac", hmac_secret: "s", hmac_header: "X-Sig" };
  const { hex } = await hmac("SHA-256", "s", BODY);
  assert.ok(!check(hookOf(fields), { authorization: "Bearer the-token" }));
  assert.ok(!check(hookOf({ ...fields, hmac_secret: "" }), { "x-sig": hex }));
  assert.ok(!check(hookOf({ ...fields, hmac_header: "" }), { "x-sig": hex }));
  assert.ok(!check(hookOf({ ...fields, hmac_header: "not a name" }), { "x-sig": hex }));
  const patterned = hookOf({ ...fields, hmac_sig_regex: "sig:([0-9a-f]+)" });
  assert.ok(check(patterned, { "x-sig": `sig:${hex}` }));
  assert.ok(!check(patterned, { "x-sig": hex }));
});

Deno.test("hmac: a Stripe hook of the Python program is accepted, and no recording of it", async () => {
  const hook = hookOf({
    auth_mode: "hmac",
    hmac_secret: "s",
    hmac_header: "Stripe-Signature",
    hmac_sig_regex: "v1=([a-f0-9]+)",
    hmac_payload_prefix_regex: "t=(\\d+)",
  });
  const { hex } = await hmac("SHA-256", "s", `${T}.`, BODY);
  const headers = { "stripe-signature": `t=${T},v1=${hex}` };
  assert.ok(check(hook, headers));
  assert.ok(check(hook, headers, BODY, NOW + 300_000));
  assert.ok(!check(hook, headers, BODY, NOW + 301_000));
  const bare = (await hmac("SHA-256", "s", BODY)).hex;
  assert.ok(check(hook, { "stripe-signature": `v1=${bare}` }), "no time: the body alone is signed");
});

Deno.test("K6.1 presets take every form of headers that their senders document", () => {
  const svix = hookOf({
    preset: "standard",
    auth_mode: "hmac",
    hmac_secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  });
  const at = 1614265330_000;
  const body = '{"test": 2432232314}';
  // As Svix publishes it, under both names of the headers.
  for (const prefix of ["webhook-", "svix-"]) {
    const headers = {
      [`${prefix}id`]: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      [`${prefix}timestamp`]: "1614265330",
      [`${prefix}signature`]: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    };
    assert.ok(check(svix, headers, body, at), prefix);
    assert.ok(!check(svix, headers, `${body} `, at), prefix);
  }
  // GitLab: the secret token, or the signing token in the form of Standard Webhooks.
  const gitlab = hookOf({ preset: "gitlab", token: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" });
  assert.ok(check(gitlab, { "x-gitlab-token": gitlab.token }));
  const signed = PRESETS.standard!.sign(new TextEncoder().encode(BODY), gitlab.token, NOW);
  assert.ok(check(gitlab, signed));
  assert.ok(!check(gitlab, { ...signed, "webhook-id": "msg_other" }));
  // Shopify names the same header in two ways.
  const shop = hookOf({ preset: "shopify", auth_mode: "hmac", hmac_secret: SECRET });
  const { "x-shopify-hmac-sha256": hmac } = PRESETS.shopify!
    .sign(new TextEncoder().encode(BODY), SECRET, NOW) as Record<string, string>;
  assert.ok(check(shop, { "x-shopify-hmac-sha256": hmac! }));
  assert.ok(check(shop, { "shopify-hmac-sha256": hmac! }));
});
