import assert from "node:assert/strict";
import fc from "fast-check";
import { backoff } from "./backoff.ts";

Deno.test("backoff: doubles up to the longest wait", () => {
  const after = backoff({ first: 500, most: 3000 });
  assert.deepEqual([1, 2, 3, 4, 5, 5000].map(after), [500, 1000, 2000, 3000, 3000, 3000]);
  assert.equal(after(0), 500);
});

Deno.test("backoff: spread waits stay within the upper half of the exact ones", () => {
  const positive = fc.integer({ min: 1, max: 1e9 });
  const share = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
  fc.assert(
    fc.property(positive, positive, fc.nat(3000), share, (first, most, failures, random) => {
      const full = backoff({ first, most })(failures);
      const wait = backoff({ first, most, random: () => random })(failures);
      assert.ok(wait >= full / 2 && wait <= full && full <= most);
    }),
  );
});
