import assert from "node:assert/strict";
import { readTextIfExists, removeLeftovers, writeFileAtomic } from "./atomic_file.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const unix = Deno.build.os !== "windows";

Deno.test("writeFileAtomic() creates a file that only its owner can read", async () => {
  await using temp = await TempFolder.make();
  await writeFileAtomic(temp.at("a.json"), "é\n");
  assert.equal(await Deno.readTextFile(temp.at("a.json")), "é\n");
  if (unix) assert.equal((await Deno.stat(temp.at("a.json"))).mode! & 0o777, 0o600);
  assert.deepEqual(await temp.names(), ["a.json"]);
});

Deno.test("writeFileAtomic() replaces the content and takes bytes and another mode", async () => {
  await using temp = await TempFolder.make();
  await Deno.writeTextFile(temp.at("a"), "a longer old content");
  await writeFileAtomic(temp.at("a"), new Uint8Array([1, 2, 3]), { mode: 0o644 });
  assert.deepEqual(await Deno.readFile(temp.at("a")), new Uint8Array([1, 2, 3]));
  if (unix) assert.equal((await Deno.stat(temp.at("a"))).mode! & 0o777, 0o644);
});

Deno.test("writeFileAtomic() keeps the old content and leaves nothing behind when it fails", async () => {
  await using temp = await TempFolder.make();
  await Deno.writeTextFile(temp.at("a"), "old");
  for (const step of ["write", "sync"] as const) {
    const original = Deno.FsFile.prototype[step];
    Deno.FsFile.prototype[step] = () => Promise.reject<never>(new Error("No space left on device"));
    try {
      await assert.rejects(writeFileAtomic(temp.at("a"), "new"), /No space left/);
    } finally {
      Object.assign(Deno.FsFile.prototype, { [step]: original });
    }
    assert.equal(await Deno.readTextFile(temp.at("a")), "old");
    assert.deepEqual(await temp.names(), ["a"]);
  }
});

Deno.test("writeFileAtomic() writes nothing when the signal is aborted", async () => {
  await using temp = await TempFolder.make();
  const reason = new Error("stop");
  await assert.rejects(
    writeFileAtomic(temp.at("a"), "new", { signal: AbortSignal.abort(reason) }),
    reason,
  );
  const controller = new AbortController();
  const writing = writeFileAtomic(temp.at("a"), "new", { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(writing, reason);
  assert.deepEqual(await temp.names(), []);
});

Deno.test({
  name: "writeFileAtomic() replaces a symbolic link and leaves alone what it points to",
  ignore: !unix,
  async fn() {
    await using temp = await TempFolder.make();
    await Deno.writeTextFile(temp.at("precious"), "untouched");
    await Deno.symlink(temp.at("precious"), temp.at("a"));
    await writeFileAtomic(temp.at("a"), "new");
    assert.equal(await Deno.readTextFile(temp.at("precious")), "untouched");
    assert.equal((await Deno.lstat(temp.at("a"))).isSymlink, false);
  },
});

Deno.test("writeFileAtomic() can be called at once for one path; one content wins whole", async () => {
  await using temp = await TempFolder.make();
  const contents = Array.from({ length: 20 }, (_, n) => String(n).repeat(10_000));
  await Promise.all(contents.map((content) => writeFileAtomic(temp.at("a"), content)));
  assert.ok(contents.includes(await Deno.readTextFile(temp.at("a"))));
  assert.deepEqual(await temp.names(), ["a"]);
});

Deno.test("readTextIfExists() tells a missing file from one that cannot be read", async () => {
  await using temp = await TempFolder.make();
  assert.equal(await readTextIfExists(temp.at("missing")), undefined);
  await assert.rejects(readTextIfExists(temp.path));
});

Deno.test("removeLeftovers() removes old temporary files only", async () => {
  await using temp = await TempFolder.make();
  const names = [".a.json.0123.ductor-tmp", ".b.json.4567.ductor-tmp", "c.ductor-tmp", ".d"];
  for (const name of names) {
    await Deno.writeTextFile(temp.at(name), "");
    await Deno.utime(temp.at(name), 1000, 1000);
  }
  await Deno.utime(temp.at(".b.json.4567.ductor-tmp"), 9000, 9000);
  const removed = await removeLeftovers(temp.path, { now: 9_001_000, minAgeMs: 3_600_000 });
  assert.deepEqual(removed, [".a.json.0123.ductor-tmp"]);
  assert.deepEqual(await temp.names(), [".b.json.4567.ductor-tmp", ".d", "c.ductor-tmp"]);
});
