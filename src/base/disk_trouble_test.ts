import assert from "node:assert/strict";
import { diskTroubleOf, ifDiskTakes } from "./disk_trouble.ts";

const fail = (code: string) => Promise.reject(Object.assign(new Error(code), { code }));

Deno.test("K15.9 disk trouble: a full or read-only disk is told from everything else", async () => {
  for (const [code, trouble] of [["ENOSPC", "full"], ["EDQUOT", "full"], ["EROFS", "read-only"]]) {
    assert.equal(diskTroubleOf({ code }), trouble);
    assert.equal(await ifDiskTakes("A note", () => fail(code!)), undefined);
  }
  for (const other of [undefined, null, "ENOSPC", { code: "EACCES" }, { code: "constructor" }]) {
    assert.equal(diskTroubleOf(other), undefined);
  }
  await assert.rejects(ifDiskTakes("A note", () => fail("EIO")), /EIO/);
});
