import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { packTar } from "modern-tar";
import { ductorOn } from "../../../tests/support/ductor.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";
import { Home } from "../../config/home.ts";
import { writeArchive } from "./archive.ts";
import { kept } from "./what.ts";

const MANIFEST = {
  header: { name: "ductor-backup.json", size: 0 },
  body: JSON.stringify({ format: 1, version: "0", created: "2026-11-25T12:00:00Z", logins: false }),
};
MANIFEST.header.size = MANIFEST.body.length;

/** So many files of {@link withHome} are kept. */
const FILES = Deno.build.os === "windows" ? 8 : 9;

async function put(path: string, text: string, mode = 0o644): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text, { mode });
}
const read = (...path: string[]) => Deno.readTextFile(join(...path)).catch(() => undefined);

/** A home with something of each kind in it. */
async function withHome(temp: TempFolder): Promise<Home> {
  const home = new Home(temp.at("home"));
  await put(home.configFile, '{"allowed_user_ids":[7]}', 0o600);
  await put(join(home.root, ".env"), "A=b\n", 0o600);
  await put(home.mainMemoryFile, "- likes tea");
  await put(join(home.cronTasksDir, "tea", "scripts", "x.sh"), "#!/bin/sh\n", 0o755);
  await put(join(home.cronTasksDir, "tea", "node_modules", "big.js"), "x");
  await put(join(home.outputDir, `${"long".repeat(60)}.txt`), "long name");
  await put(join(home.telegramFilesDir, "2026-11-25", "Grüße 👋.txt"), "hello");
  await put(home.sessionsFile, "{}");
  await put(join(home.stateDir, "inbox.jsonl"), "under way");
  await put(join(home.sandboxDir, "home", "login.json"), "secret");
  await put(home.logFile, "log");
  await put(home.pidFile, "4711");
  if (Deno.build.os !== "windows") await put(join(home.outputDir, "at 12:30\\.txt"), "odd name");
  await put(`${home.configFile}.lock`, "");
  await put(join(home.cronTasksDir, "tea", "yarn.lock"), "of somebody's own");
  await Deno.symlink(temp.at("elsewhere"), join(home.skillsDir, "..", "link"));
  return home;
}

Deno.test("backup and restore: another machine has what was made, and nothing that can be made again", async () => {
  await using temp = await TempFolder.make();
  const home = await withHome(temp);
  const file = temp.at("b.tar.gz");
  const made = await ductorOn(home.root)("backup", file);
  assert.deepEqual([made.code, made.json.files, made.json.logins], [0, FILES, false], made.stderr);
  if (Deno.build.os !== "windows") assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
  const twice = await ductorOn(home.root)("backup", file);
  assert.deepEqual([twice.code, /exists already/.test(twice.json.error)], [1, true]);

  const other = new Home(temp.at("other", ".ductor"));
  const restored = await ductorOn(other.root)("restore", file);
  assert.deepEqual([restored.code, restored.json.files], [0, FILES], restored.stderr);
  assert.equal(await read(other.configFile), '{"allowed_user_ids":[7]}');
  assert.equal(await read(other.root, ".env"), "A=b\n");
  assert.equal(await read(other.mainMemoryFile), "- likes tea");
  assert.equal(await read(other.telegramFilesDir, "2026-11-25", "Grüße 👋.txt"), "hello");
  assert.equal(await read(other.outputDir, `${"long".repeat(60)}.txt`), "long name");
  assert.equal(await read(other.stateDir, "inbox.jsonl"), undefined);
  assert.equal(await read(other.logFile), undefined);
  assert.equal(await read(other.pidFile), undefined);
  assert.equal(await read(`${other.configFile}.lock`), undefined);
  assert.equal(await read(other.cronTasksDir, "tea", "yarn.lock"), "of somebody's own");
  assert.equal(await read(other.cronTasksDir, "tea", "node_modules", "big.js"), undefined);
  if (Deno.build.os !== "windows") {
    const mode = async (path: string) => (await Deno.stat(path)).mode! & 0o777;
    assert.equal(await mode(other.configFile), 0o600);
    assert.equal(await mode(join(other.cronTasksDir, "tea", "scripts", "x.sh")), 0o755);
  }
});

Deno.test("backup: the logins of the sandbox are in it only when they are asked for", async () => {
  await using temp = await TempFolder.make();
  const home = await withHome(temp);
  const file = temp.at("b.tar.gz");
  assert.equal((await ductorOn(home.root)("backup", file, "--with-logins")).json.files, FILES + 1);
  const other = new Home(temp.at("other"));
  await ductorOn(other.root)("restore", file);
  assert.equal(await read(other.sandboxDir, "home", "login.json"), "secret");
});

Deno.test("restore: a home that is there is put aside when that is asked for, and never deleted", async () => {
  await using temp = await TempFolder.make();
  const home = await withHome(temp);
  const run = ductorOn(home.root);
  const file = temp.at("b.tar.gz");
  await run("backup", file);
  await Deno.writeTextFile(home.mainMemoryFile, "- likes coffee");
  const refused = await run("restore", file);
  assert.deepEqual([refused.code, /not empty/.test(refused.json.error)], [1, true]);
  const done = await run("restore", file, "--replace");
  assert.equal(done.code, 0, done.stderr);
  assert.equal(await read(home.mainMemoryFile), "- likes tea");
  assert.equal(
    await read(done.json.aside, "workspace/memory_system/MAINMEMORY.md"),
    "- likes coffee",
  );
});

Deno.test("backup: what is removed while it is made is left out, and spoils nothing", async () => {
  await using temp = await TempFolder.make();
  const home = await withHome(temp);
  await put(join(home.outputDir, "z-gone.txt"), "x");
  const entries = async function* () {
    for await (const entry of kept(home, { logins: false })) {
      if (entry.name.endsWith("z-gone.txt")) await Deno.remove(entry.path);
      yield entry;
    }
  };
  const manifest = { format: 1 as const, version: "0", created: "2026-11-25", logins: false };
  assert.equal((await writeArchive(temp.at("b.tar.gz"), manifest, entries())).files, FILES);
});

Deno.test("restore: a file that is not there is told as that", async () => {
  await using temp = await TempFolder.make();
  const { code, json } = await ductorOn(temp.at("home"))("restore", temp.at("none.tar.gz"));
  assert.deepEqual([code, /^There is no .*none\.tar\.gz/.test(json.error)], [1, true]);
  assert.deepEqual(await temp.names(), []);
});

Deno.test("restore: what is no backup, is cut off, or leads out of the home changes nothing", async () => {
  await using temp = await TempFolder.make();
  const home = await withHome(temp);
  const good = temp.at("good.tar.gz");
  await ductorOn(home.root)("backup", good);
  const bytes = await Deno.readFile(good);
  const target = new Home(temp.at("target"));
  const tar = async (...entries: Parameters<typeof packTar>[0][number][]) =>
    new Uint8Array(
      await new Response(
        new Blob([await packTar([MANIFEST, ...entries])]).stream()
          .pipeThrough(new CompressionStream("gzip")),
      ).arrayBuffer(),
    );
  const out = { size: 1 };
  const newer = async () => {
    const body = MANIFEST.body.replace('"format":1,"version":"0"', '"format":2,"version":"9.0.0"');
    const whole = await packTar([{ header: { ...MANIFEST.header, size: body.length }, body }]);
    const packed = new Blob([whole]).stream().pipeThrough(new CompressionStream("gzip"));
    return new Uint8Array(await new Response(packed).arrayBuffer());
  };
  const cases: [string, Uint8Array, RegExp][] = [
    ["newer", await newer(), /made by ductor 9\.0\.0, .*ductor upgrade/],
    ["text", new TextEncoder().encode("no archive"), /damaged, or no backup/],
    ["cut", bytes.subarray(0, bytes.length - 200), /damaged/],
    ["up", await tar({ header: { ...out, name: "../x" }, body: "x" }), /does not stay inside/],
    ["absolute", await tar({ header: { ...out, name: "/etc/x" }, body: "x" }), /does not stay/],
    ["dots", await tar({ header: { ...out, name: "a/../../x" }, body: "x" }), /does not stay/],
    [
      "link",
      await tar({ header: { name: "config", size: 0, type: "symlink", linkname: "/etc" } }),
      /is a symlink/,
    ],
  ];
  for (const [name, content, reason] of cases) {
    const file = temp.at(`${name}.tar.gz`);
    await Deno.writeFile(file, content);
    const { code, json } = await ductorOn(target.root)("restore", file);
    assert.equal(code, 1, name);
    assert.match(json.error, reason, name);
  }
  const left = await Array.fromAsync(Deno.readDir(temp.path), ({ name }) => name);
  assert.deepEqual(left.filter((name) => name.startsWith("target")), []);
  assert.equal(await read(temp.at("x")), undefined);
});
