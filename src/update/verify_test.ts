import assert from "node:assert/strict";
import { makeKey } from "../../scripts/release_key.ts";
import { notesOf, sign, stamp, writeChecksums } from "../../scripts/release_files.ts";
import { UpgradeError } from "./errors.ts";
import { PUBLIC_KEY } from "./public_key.ts";
import { checksumOf, verifySignature } from "./verify.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const SUM = "a".repeat(64);

Deno.test("checksumOf() finds the line of the file, in text and in binary mode", () => {
  assert.equal(checksumOf("x", `${"b".repeat(64)}  xx\n${SUM}  x\n`), SUM);
  assert.equal(checksumOf("x", `${SUM.toUpperCase()} *x\r\n`), SUM);
});

Deno.test("checksumOf() refuses a file that is not named, or named twice", () => {
  assert.throws(() => checksumOf("x", `${SUM}  y\n`), UpgradeError);
  assert.throws(() => checksumOf("x", `${SUM}  x\n${"b".repeat(64)}  x\n`), UpgradeError);
});

Deno.test("a signature holds for these bytes and this key only", async () => {
  const [key, other] = [await makeKey(), await makeKey()];
  await using temp = await TempFolder.make();
  await Deno.writeTextFile(temp.at("program"), "1");
  await writeChecksums(temp.path);
  await sign(temp.path, key.privateKey, key.publicKey);
  const sums = await Deno.readFile(temp.at("SHA256SUMS"));
  const signature = await Deno.readFile(temp.at("SHA256SUMS.sig"));
  await verifySignature(sums, signature, key.publicKey);
  await assert.rejects(verifySignature(sums, signature, other.publicKey), UpgradeError);
  await assert.rejects(verifySignature(sums, signature.slice(1), key.publicKey), UpgradeError);
  await assert.rejects(verifySignature(sums, new Uint8Array(), key.publicKey), UpgradeError);
  sums[0]! ^= 1;
  await assert.rejects(verifySignature(sums, signature, key.publicKey), UpgradeError);
});

Deno.test("sign() refuses a key the program does not know, and sums that do not fit", async () => {
  const key = await makeKey();
  await using temp = await TempFolder.make();
  await Deno.writeTextFile(temp.at("program"), "1");
  await writeChecksums(temp.path);
  await assert.rejects(sign(temp.path, key.privateKey, PUBLIC_KEY), /does not belong/);
  await Deno.writeTextFile(temp.at("program"), "2");
  await assert.rejects(sign(temp.path, key.privateKey, key.publicKey), /does not fit/);
  assert.deepEqual(await temp.names(), ["SHA256SUMS", "program"]);
});

Deno.test("the embedded public key is one", () => {
  assert.equal(atob(PUBLIC_KEY).length, 32);
});

Deno.test("notesOf() gives the section of one version", () => {
  const changelog =
    "# Changes\n\n## [0.10.0] - 2026-01-02\n\n- ten\n\n## 0.1.0\n\n- one\n### More\nx\n";
  assert.equal(notesOf("0.10.0", changelog), "- ten");
  assert.equal(notesOf("0.1.0", changelog), "- one\n### More\nx");
  assert.equal(notesOf("0.1", changelog), "");
});

for (const name of ["install.sh", "install.ps1"]) {
  Deno.test(`${name} gets the address and the key of the release, and refuses to run without`, async () => {
    const script = await Deno.readTextFile(new URL(`../../${name}`, import.meta.url));
    const stamped = stamp(script, { url: "https://example.org/r", publicKey: PUBLIC_KEY });
    assert.ok(stamped.includes(PUBLIC_KEY) && stamped.includes("https://example.org/r"));
    assert.ok(!/@DUCTOR_/.test(stamped));
    if (name === "install.ps1" || Deno.build.os === "windows") return;
    await using temp = await TempFolder.make();
    await Deno.writeTextFile(temp.at(name), script);
    const { code, stderr } = await new Deno.Command("sh", {
      args: [temp.at(name)],
      env: { HOME: temp.path },
    }).output();
    assert.equal(code, 1);
    assert.match(new TextDecoder().decode(stderr), /take install\.sh from a release/);
    assert.deepEqual(await temp.names(), [name]);
  });
}
