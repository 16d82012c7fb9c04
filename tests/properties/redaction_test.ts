import assert from "node:assert/strict";
import fc from "fast-check";
import { redact } from "../../src/base/redaction.ts";

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-".split("");
const token = fc.tuple(
  fc.integer({ min: 100_000, max: 99_999_999_999 }),
  fc.array(fc.constantFrom(...letters), { minLength: 30, maxLength: 45 }),
).map(([id, secret]) => `${id}:${secret.join("")}`);

Deno.test("no bot token survives redact(), whatever stands around it", () => {
  fc.assert(fc.property(fc.string(), token, fc.string(), (before, secret, after) => {
    for (const text of [before + secret + after, `${before}/bot${secret}/${after}`]) {
      assert.ok(!redact(text).includes(secret.split(":")[1]!));
    }
  }));
});

Deno.test("no known secret survives redact(), plain, in JSON or in a URL", () => {
  // Long and random enough not to be part of "[redacted]" itself.
  const known = fc.string({ unit: "grapheme", minLength: 12, maxLength: 40 });
  fc.assert(fc.property(fc.string(), known, fc.string(), (before, secret, after) => {
    for (const spelt of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]) {
      assert.ok(!redact(before + spelt + after, [secret]).includes(spelt));
    }
  }));
});

Deno.test("redact() changes no text made of ordinary words", () => {
  const word = fc.string({
    unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzäöüß"),
    minLength: 1,
  });
  const sign = fc.constantFrom(" ", ", ", ". ", "\n", ": ", " - ", "(", ")", "/", "'");
  const prose = fc.array(fc.tuple(word, sign)).map((parts) => parts.flat().join(""));
  fc.assert(fc.property(prose, (text) => assert.equal(redact(text), text)));
});

Deno.test("redact() of a redacted text changes nothing", () => {
  fc.assert(fc.property(fc.string(), token, fc.string(), (before, secret, after) => {
    const once = redact(before + secret + after, [secret]);
    assert.equal(redact(once, [secret]), once);
  }));
});
