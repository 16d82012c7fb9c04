import assert from "node:assert/strict";
import { join } from "node:path";
import { BUNDLED } from "./bundled_skills.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const SCRIPTS = join(BUNDLED, "skill-creator", "scripts");
const unix = Deno.build.os !== "windows";

/** Runs one of skill-creator's scripts. */
async function run(script: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command("sh", { args: [script, ...args] })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

async function bundledNames(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(BUNDLED));
  return entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
}

Deno.test("the bundled skills are there, and each says what it is in its front matter", async () => {
  const names = await bundledNames();
  for (const wanted of ["daily-briefing", "skill-creator", "webhook-recipes"]) {
    assert.ok(names.includes(wanted), wanted);
  }
  for (const name of names) {
    const text = await Deno.readTextFile(join(BUNDLED, name, "SKILL.md"));
    const [, front = "", body = ""] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? [];
    const keys = front.split("\n").map((line) => /^([a-z-]+): \S/.exec(line)?.[1]);
    assert.deepEqual(keys, ["name", "description"], name);
    assert.match(front, new RegExp(`^name: ${name}$`, "m"));
    const description = /^description: (.*)$/m.exec(front)?.[1] ?? "";
    assert.ok(description.length <= 1024 && !/[<>]/.test(description), name);
    assert.match(description, /\bUse (when|for)\b/, `${name}: when to use it`);
    assert.ok(body.split("\n").length < 500);
    assert.doesNotMatch(text, /opus|sonnet|haiku|gpt-|\.py\b/i, name);
  }
});

Deno.test({
  name: "skill-creator finds nothing wrong with the bundled skills",
  ignore: !unix,
  async fn() {
    for (const name of await bundledNames()) {
      const checked = await run(join(SCRIPTS, "check.sh"), join(BUNDLED, name));
      assert.deepEqual([checked.code, checked.stderr], [0, ""], name);
    }
  },
});

Deno.test({
  name: "skill-creator says what is wrong with a skill",
  ignore: !unix,
  async fn() {
    await using temp = await TempFolder.make();
    await Deno.mkdir(temp.at("my-skill"));
    const check = async (text: string) => {
      await Deno.writeTextFile(temp.at("my-skill", "SKILL.md"), text);
      const { code, stderr } = await run(join(SCRIPTS, "check.sh"), temp.at("my-skill"));
      assert.equal(code, stderr === "" ? 0 : 1);
      return stderr;
    };
    const front = (lines: string) => `---\n${lines}\n---\n\nText.\n`;
    const good = "name: my-skill\ndescription: Does it.";
    assert.equal(await check(front(good)), "");
    assert.equal(await check(front(`${good}\nlicense: MIT\nmetadata:\n  by: me`)), "");
    assert.equal(await check(front("name: my-skill\ndescription: >-\n  Does it\n  well.")), "");
    assert.equal(await check(front(good.replace("Does it.", "ä".repeat(1024)))), "");
    assert.match(await check("# Just text"), /first line must be ---/);
    assert.match(await check(`---\n${good}\n`), /does not end/);
    assert.match(await check(front("description: Does it.")), /name is missing/);
    assert.match(await check(front("name: my-skill")), /description is missing/);
    assert.match(await check(front(good.replace("my-skill", "other"))), /the folder is "my-skill"/);
    assert.match(await check(front(good.replace("my-skill", "My_Skill"))), /small letters/);
    assert.match(await check(front(good.replace("it.", "<b>"))), /< or >/);
    assert.match(await check(front(good.replace("it.", "x".repeat(1025)))), /1024/);
    assert.match(await check(front(`${good}\ncolour: red`)), /key colour is not allowed/);
    assert.match(await check(front(`${good}\ncompatibility: ${"x".repeat(501)}`)), /500/);
    assert.match(await check(`---\n${good}\n---\n`), /nothing after/);
    assert.match(await check(front(good.replace("it.", "it: well."))), /needs quotes/);
  },
});

Deno.test({
  name: "skill-creator makes a valid skill, and refuses names that are none",
  ignore: !unix,
  async fn() {
    await using temp = await TempFolder.make();
    await new Deno.Command("cp", { args: ["-R", BUNDLED, temp.at("skills")] }).output();
    const scripts = temp.at("skills", "skill-creator", "scripts");
    const made = await run(join(scripts, "new.sh"), "my-skill", `It's: "a" test # really`);
    assert.deepEqual([made.code, made.stderr], [0, ""]);
    assert.equal(made.stdout, temp.at("skills", "my-skill", "SKILL.md"));
    const again = await run(join(scripts, "new.sh"), "my-skill", "Another");
    assert.match(again.stderr, /already exists/);
    for (const bad of ["My", "a b", "../x", "-a", "a--b", ""]) {
      const { code } = await run(join(scripts, "new.sh"), bad, "Text");
      assert.equal(code, 1, bad);
    }
    assert.equal((await run(join(scripts, "new.sh"), "other", "<b>")).code, 1);
    assert.deepEqual(
      (await Array.fromAsync(Deno.readDir(temp.at("skills")))).map(({ name }) => name).sort(),
      [...await bundledNames(), "my-skill"].sort(),
    );
  },
});

Deno.test({
  name: "skill-creator packs a skill into a zip archive that others can read",
  ignore: !unix,
  async fn() {
    await using temp = await TempFolder.make();
    await new Deno.Command("cp", { args: ["-R", BUNDLED, temp.at("skills")] }).output();
    const skill = temp.at("skills", "skill-creator");
    const binary = Uint8Array.from({ length: 70_000 }, (_, n) => n * 7);
    await Deno.mkdir(join(skill, "assets"));
    await Deno.writeFile(join(skill, "assets", "größe %d.bin"), binary);
    await Deno.writeTextFile(join(skill, "empty.txt"), "");
    await Deno.writeTextFile(join(skill, ".secret"), "not packed");
    const packed = await run(join(SCRIPTS, "package.sh"), skill, temp.path);
    assert.deepEqual([packed.code, packed.stderr], [0, ""]);
    const files = unzip(await Deno.readFile(temp.at("skill-creator.skill")));
    assert.deepEqual(files.get("skill-creator/assets/größe %d.bin"), binary);
    assert.equal(files.get("skill-creator/empty.txt")?.length, 0);
    assert.ok(files.has("skill-creator/SKILL.md"));
    assert.ok(![...files.keys()].some((name) => name.includes(".secret")));
  },
});

/** Reads a zip archive without compression, checking each checksum. */
function unzip(bytes: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - 22;
  assert.equal(view.getUint32(end, true), 0x06054b50);
  const files = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  assert.equal(at + view.getUint32(end + 12, true), end);
  for (let n = view.getUint16(end + 10, true); n > 0; n--) {
    assert.equal(view.getUint32(at, true), 0x02014b50);
    const size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    assert.equal(view.getUint32(local, true), 0x04034b50);
    const start = local + 30 + nameLength;
    const content = bytes.slice(start, start + size);
    assert.equal(view.getUint32(at + 16, true), crc32(content), name);
    assert.equal(view.getUint32(local + 14, true), crc32(content), name);
    files.set(name, content);
    at += 46 + nameLength;
  }
  return files;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
