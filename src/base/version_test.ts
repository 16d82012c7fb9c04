import assert from "node:assert/strict";
import { compareVersions, versionOfTag } from "./version.ts";

Deno.test("compareVersions() compares numbers, not text", () => {
  assert.ok(compareVersions("0.10.0", "0.9.9") > 0);
  assert.ok(compareVersions("1.2", "1.10") < 0);
  assert.equal(compareVersions("1.2", "1.2.0"), 0);
  assert.equal(compareVersions("v1.2.3", "1.2.3"), 0);
});

Deno.test("compareVersions() stops at the first part that is no number", () => {
  assert.equal(compareVersions("1.2.rc1", "1.2.rc2"), 0);
  assert.ok(compareVersions("1.3.rc1", "1.2.9") > 0);
  assert.equal(compareVersions("1.2.0-rc.1", "1.2.0"), 0);
});

Deno.test("versionOfTag() takes tags with and without v, and nothing else", () => {
  assert.equal(versionOfTag("v1.2.3"), "1.2.3");
  assert.equal(versionOfTag("1.2.3-rc.1"), "1.2.3-rc.1");
  for (const tag of ["nightly", "v", "1.2.3; rm -rf /", "../1.2"]) {
    assert.equal(versionOfTag(tag), undefined, tag);
  }
});
