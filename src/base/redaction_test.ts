import assert from "node:assert/strict";
import { createRedactor, mask, maskAll, redact } from "./redaction.ts";

const TOKEN = `123456789:${"aB3_-".repeat(7)}`;

const SECRETS: Record<string, [text: string, secret: string]> = {
  "a bot token": [`token ${TOKEN}, wrong`, TOKEN],
  "a bot token in a URL": [`https://api.telegram.org/bot${TOKEN}/getMe`, TOKEN],
  "a bot token in a file URL": [`http://localhost/file/bot${TOKEN}/a.txt`, TOKEN],
  "a bot token in a URL with a colon as %3A": ["/bot123456%3AAAabc/x", "AAabc"],
  "a short token in a URL": ["/bot1:short/getMe", "short"],
  "a token glued to a word": [`TOKEN_${TOKEN}`, TOKEN],
  "a bearer header": ["Authorization: Bearer abc", "abc"].map((s) => s + "defg") as [
    string,
    string,
  ],
  "a basic header in JSON": ['{"authorization":"Basic dXNlcjpwdw=="}', "dXNlcjpwdw=="],
  "a bearer token": ["with bearer 0a1b2c3d4e5f6a7b8c", "0a1b2c3d4e5f6a7b8c"],
  "a webhook secret": [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  ],
  "an OpenAI key": ["sk-proj-Abc_123-defghijklmnop", "Abc_123-defghijklmnop"],
  "an Anthropic key": ["key=sk-ant-api03-AbCdEf_gh-1234567890", "AbCdEf_gh-1234567890"],
  "a GitHub token": [`ghp_${"a1B2".repeat(9)}`, "a1B2a1B2"],
  "a GitHub fine-grained token": [`github_pat_${"a1B2".repeat(9)}`, "a1B2a1B2"],
  "a Slack token": ["xoxb-1234567890-abcdef", "1234567890-abcdef"],
  "an AWS key id": ["AKIAIOSFODNN7EXAMPLE", "IOSFODNN7EXAMPLE"],
  "a JSON web token": [
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9",
    "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9",
  ],
  "a password in a URL": ["https://me:hunter2!@example.org/x", "hunter2!"],
  "a private key": ["-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"],
  "a private key that is cut off": ["-----BEGIN PRIVATE KEY-----\nMIIEabc", "MIIEabc"],
};
for (const [what, [text, secret]] of Object.entries(SECRETS)) {
  Deno.test(`redact() takes out ${what}`, () => {
    const result = redact(text);
    assert.ok(!result.includes(secret), result);
    assert.ok(result.includes("[redacted]"));
    assert.equal(redact(result), result);
  });
}

Deno.test("redact() keeps what is around a secret", () => {
  assert.equal(
    redact(`POST https://api.telegram.org/bot${TOKEN}/sendMessage failed: 429`),
    "POST https://api.telegram.org/bot[redacted]/sendMessage failed: 429",
  );
});

Deno.test("redact() leaves alone what only resembles a secret", () => {
  const harmless = [
    "the bearer of this letter",
    "Bearer authentication-schemes",
    "task-force-one-is-here-again",
    "sk-learn-is-a-python-library",
    "at 12:30:45 chat 123456789: hello",
    "session 7f9c24e5-2f1a-4b7e-9c37-1f2e3d4c5b6a",
    "commit 6aa37891f2e3d4c5b6a7f9c24e52f1a4b7e9c371",
    "https://example.org:8080/path@2x.png",
    "see https://github.com/denoland/std/blob/main/async/retry.ts",
    "mail me@example.org",
    "/botany/lesson",
    "price 1234567:12",
  ];
  for (const text of harmless) assert.equal(redact(text), text);
});

Deno.test("redact() takes out known secrets however they are written", () => {
  const secret = 'p"ss wörd/1';
  const texts = [secret, JSON.stringify({ secret }), `?q=${encodeURIComponent(secret)}&x`];
  for (const text of texts) {
    const result = redact(text, [secret]);
    assert.ok(result.includes("[redacted]") && !/ss.*w.*rd/.test(result), result);
  }
});

Deno.test("redact() takes out the longer of two secrets that share their beginning", () => {
  assert.equal(redact("abcdefgh-ijkl", ["abcdefgh", "abcdefgh-ijkl"]), "[redacted]");
});

Deno.test("redact() ignores secrets so short that they would garble ordinary text", () => {
  assert.equal(redact("a normal text", ["", "a", "normal"]), "a normal text");
});

Deno.test("createRedactor() asks for the secrets each time", () => {
  let secrets: string[] = [];
  const redactor = createRedactor(() => secrets);
  assert.equal(redactor("swordfish"), "swordfish");
  secrets = ["swordfish"];
  assert.equal(redactor("swordfish"), "[redacted]");
});

Deno.test("redact() looks at every character a bounded number of times", () => {
  // Each of these made one of the patterns look from every place to the end of the line.
  for (const piece of ["1", "sk-", "a.", "bearer ", "/bot1", "eyJ-", "eyJabcdefghijk-", "a://b:"]) {
    const text = piece.repeat(Math.ceil(200_000 / piece.length));
    assert.equal(redact(text), text);
  }
});

Deno.test("K16.4 mask() leaves a text as long as it was, and the beginning of a secret at its end", () => {
  assert.equal(mask(`It is ${TOKEN}!`, [TOKEN]), `It is ${"•".repeat(TOKEN.length)}!`);
  assert.equal(mask(`It is ${TOKEN.slice(0, 20)}`, [TOKEN]), `It is ${"•".repeat(20)}`);
  for (const text of [`It is ${TOKEN.slice(0, 5)}`, "nothing of it", ""]) {
    assert.equal(mask(text, [TOKEN, "", "short"]), text);
  }
});

Deno.test("K16.4 maskAll() reaches each text in plain data, and leaves the rest alone", () => {
  const file = new Blob(["x"]);
  const dots = "•".repeat(TOKEN.length);
  assert.deepEqual(
    maskAll({ text: TOKEN, n: 1, no: null, entities: [{ url: `http://a/${TOKEN}` }], file }, [
      TOKEN,
    ]),
    { text: dots, n: 1, no: null, entities: [{ url: `http://a/${dots}` }], file },
  );
});
