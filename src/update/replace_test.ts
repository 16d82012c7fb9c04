import assert from "node:assert/strict";
import { join } from "node:path";
import { UpgradeError } from "./errors.ts";
import {
  exchange,
  removeBeside,
  removeOldDownloads,
  swapBack,
  swapIn,
  versionOf,
} from "./replace.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

for (const os of ["linux", "windows"] as const) {
  Deno.test(`swapIn() keeps the former program as .old, swapBack() brings it back (${os})`, async () => {
    await using temp = await TempFolder.make();
    const program = temp.at("ductor");
    await Deno.writeTextFile(program, "1");
    for (const version of ["2", "3"]) {
      await Deno.writeTextFile(temp.at("fresh"), version);
      await swapIn(program, temp.at("fresh"), os);
      assert.equal(await Deno.readTextFile(program), version);
      assert.equal(await Deno.readTextFile(`${program}.old`), String(Number(version) - 1));
      assert.deepEqual(await temp.names(), ["ductor", "ductor.old"]);
    }
    await swapBack(program, os);
    assert.equal(await Deno.readTextFile(program), "2");
    assert.deepEqual(await temp.names(), ["ductor"]);
    await assert.rejects(swapBack(program, os), UpgradeError);
    assert.equal(await Deno.readTextFile(program), "2");
  });

  Deno.test(`exchange() leads back and forth, and loses none of the two (${os})`, async () => {
    await using temp = await TempFolder.make();
    const program = temp.at("ductor");
    await Deno.writeTextFile(program, "1");
    await assert.rejects(exchange(program, os), UpgradeError);
    await Deno.writeTextFile(temp.at("fresh"), "2");
    await swapIn(program, temp.at("fresh"), os);
    for (const version of ["1", "2", "1"]) {
      await exchange(program, os);
      assert.equal(await Deno.readTextFile(program), version);
      assert.equal(await Deno.readTextFile(`${program}.old`), version === "1" ? "2" : "1");
      assert.deepEqual(await temp.names(), ["ductor", "ductor.old"]);
    }
  });

  Deno.test(`swapIn() without a new file leaves the program as it is (${os})`, async () => {
    await using temp = await TempFolder.make();
    const program = temp.at("ductor");
    await Deno.writeTextFile(program, "1");
    await assert.rejects(swapIn(program, temp.at("missing"), os));
    assert.equal(await Deno.readTextFile(program), "1");
  });
}

Deno.test("downloads that were left behind are removed when they are old, nothing else", async () => {
  await using temp = await TempFolder.make();
  const names = ["ductor", "ductor.old", ".ductor.1234.new", ".ductor.5678.new", ".other.1.new"];
  for (const name of names) await Deno.writeTextFile(temp.at(name), "");
  const long = new Date(Date.now() - 2 * 3_600_000);
  for (const name of names.slice(0, 3)) await Deno.utime(temp.at(name), long, long);
  await Deno.utime(temp.at(".other.1.new"), long, long);
  await removeOldDownloads(temp.at("ductor"));
  assert.deepEqual(await temp.names(), [
    ".ductor.5678.new",
    ".other.1.new",
    "ductor",
    "ductor.old",
  ]);
});

Deno.test("removeBeside() leaves the program and what is not of upgrades", async () => {
  await using temp = await TempFolder.make();
  const left = ["ductor", "ductor.oldest", "ductor-2.old", ".other.1.new", "notes.new"];
  const gone = ["ductor.old", "ductor.old.ab12", ".ductor.1234.new", ".ductor.1.new.exe"];
  for (const name of [...left, ...gone]) await Deno.writeTextFile(temp.at(name), "");
  await removeBeside(temp.at("ductor"));
  assert.deepEqual(await temp.names(), left.sort());
});

Deno.test({
  name: "versionOf() runs the program, and says what is wrong with one that does not run",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using temp = await TempFolder.make();
    const script = async (name: string, text: string) => {
      const path = join(temp.path, name);
      await Deno.writeTextFile(path, text, { mode: 0o755 });
      return path;
    };
    assert.equal(await versionOf(await script("good", "#!/bin/sh\necho 1.2.3\n")), "1.2.3");
    const bad = await script("bad", "#!/bin/sh\necho no such library >&2\nexit 127\n");
    await assert.rejects(versionOf(bad), /code 127.*no such library/);
    await assert.rejects(versionOf(await script("chatty", "#!/bin/sh\necho a b\n")), UpgradeError);
    await assert.rejects(versionOf(await script("no program", "\x7fELF")), /does not run here/);
  },
});
