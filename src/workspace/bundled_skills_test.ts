import assert from "node:assert/strict";
import { join } from "node:path";
import { Home } from "../config/home.ts";
import { unpackSkills } from "./bundled_skills.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

async function withBundle(
  fn: (bundle: {
    home: Home;
    /** Changes what comes with ductor, as an update does. */
    release(text: string): Promise<void>;
    unpack(): Promise<string[]>;
    file: string;
  }) => Promise<void>,
) {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
  const bundled = temp.at("bundled");
  await Deno.mkdir(join(bundled, "skill", "scripts"), { recursive: true });
  await Deno.writeTextFile(join(bundled, "skill", "scripts", "run.sh"), "echo");
  await Deno.writeTextFile(join(bundled, "README.md"), "not a skill");
  const release = (text: string) => Deno.writeTextFile(join(bundled, "skill", "SKILL.md"), text);
  await release("one");
  await fn({
    home,
    release,
    unpack: () => unpackSkills(home, bundled),
    file: join(home.skillsDir, "skill", "SKILL.md"),
  });
}

Deno.test("a bundled skill is a real folder that follows the version", () =>
  withBundle(async ({ home, release, unpack, file }) => {
    assert.deepEqual(await unpack(), ["skill"]);
    assert.equal(
      await Deno.readTextFile(join(home.skillsDir, "skill", "scripts", "run.sh")),
      "echo",
    );
    assert.deepEqual(await unpack(), []);
    await release("two");
    assert.deepEqual(await unpack(), ["skill"]);
    assert.equal(await Deno.readTextFile(file), "two");
    const names = await Array.fromAsync(Deno.readDir(home.skillsDir));
    assert.deepEqual(names.map(({ name }) => name), ["skill"]);
  }));

Deno.test("a bundled skill that the user changed or made stays as it is", () =>
  withBundle(async ({ release, unpack, file }) => {
    await unpack();
    await Deno.writeTextFile(file, "mine");
    await release("two");
    assert.deepEqual(await unpack(), []);
    assert.equal(await Deno.readTextFile(file), "mine");
    // Taking the change back brings the updates back.
    await Deno.writeTextFile(file, "one");
    assert.deepEqual(await unpack(), ["skill"]);
    assert.equal(await Deno.readTextFile(file), "two");
  }));

Deno.test("a bundled skill that the user removed comes back only with a new version", () =>
  withBundle(async ({ home, release, unpack, file }) => {
    await unpack();
    await Deno.remove(join(home.skillsDir, "skill"), { recursive: true });
    assert.deepEqual(await unpack(), []);
    await release("two");
    assert.deepEqual(await unpack(), ["skill"]);
    assert.equal(await Deno.readTextFile(file), "two");
  }));

Deno.test("the Python program's dangling link makes room; any other link stays", () =>
  withBundle(async ({ home, unpack, file }) => {
    const place = join(home.skillsDir, "skill");
    await Deno.symlink("/gone/site-packages/ductor_bot/skills/skill", place);
    assert.deepEqual(await unpack(), ["skill"]);
    assert.equal(await Deno.readTextFile(file), "one");
    await Deno.remove(place, { recursive: true });
    await Deno.remove(home.bundledSkillsFile);
    await Deno.symlink("/gone/my/skill", place);
    assert.deepEqual(await unpack(), []);
    assert.ok((await Deno.lstat(place)).isSymlink);
  }));
