/** What goes into the executable from npm, and under which licences. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { packagesIn } from "../scripts/licenses.ts";
import { licensesDoc, type Lock, problemsOf } from "../scripts/supply_chain.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const LOCK: Lock = {
  npm: { "good@1.0.0": { integrity: "sha512-x" }, "peered@2.0.0_good@1.0.0": { integrity: "y" } },
};
const GOOD = { name: "good", version: "1.0.0", license: "MIT" };

Deno.test("supply chain: what is locked and has a licence we may pass on is fine", () => {
  const peered = { name: "peered", version: "2.0.0", license: "ISC" };
  assert.deepEqual(problemsOf([GOOD, peered], LOCK), []);
});

Deno.test("supply chain: another version than the locked one is told", () => {
  const [problem, ...more] = problemsOf([{ ...GOOD, version: "1.0.1" }], LOCK);
  assert.match(problem!, /^good@1\.0\.1: deno\.lock has no hash of it/);
  assert.deepEqual(more, []);
});

Deno.test("supply chain: a licence that is not on the list is told, and none at all", () => {
  for (const license of ["GPL-3.0-only", undefined]) {
    const [problem] = problemsOf([{ ...GOOD, license }], LOCK);
    assert.match(problem!, /^good@1\.0\.0: its licence is (GPL-3\.0-only|not stated), expected/);
  }
});

Deno.test("supply chain: the program's own packages are found, those of the tests are not", async () => {
  const packages = await packagesIn(ROOT);
  const names = packages.map(({ name }) => name);
  for (const name of ["grammy", "zod", "hono"]) assert.ok(names.includes(name), name);
  for (const name of ["playwright-core", "fast-check"]) assert.ok(!names.includes(name), name);
  assert.match(licensesDoc(packages), new RegExp(`\\n${packages.length} packages`));
});
