import assert from "node:assert/strict";
import { join } from "node:path";
import { Home } from "../config/home.ts";
import { SkillSync, type SkillSyncOptions } from "./skill_sync.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

/** Three places for skills, by short names: `w/NAME`, `c/NAME`, `x/NAME`. */
class Places {
  readonly home: Home;
  readonly sync: SkillSync;

  constructor(readonly temp: TempFolder, options: Partial<SkillSyncOptions> = {}) {
    this.home = new Home(temp.at(".ductor"), temp.path);
    this.sync = new SkillSync({ home: this.home, ...options });
  }

  at(place: string): string {
    const [root = "", ...names] = place.split("/");
    const roots: Record<string, string> = {
      w: this.home.skillsDir,
      c: this.temp.at(".claude", "skills"),
      x: this.temp.at(".codex", "skills"),
      out: this.temp.at("elsewhere"),
    };
    return join(roots[root]!, ...names);
  }

  async folder(place: string, text = place): Promise<void> {
    await Deno.mkdir(this.at(place), { recursive: true });
    await Deno.writeTextFile(join(this.at(place), "SKILL.md"), text);
  }

  link(to: string, place: string): Promise<void> {
    return Deno.symlink(this.at(to), this.at(place));
  }

  /** `folder`, `-> TEXT`, or `nothing`. */
  async is(place: string): Promise<string> {
    const info = await Deno.lstat(this.at(place)).catch(() => undefined);
    if (info === undefined) return "nothing";
    if (!info.isSymlink) return info.isDirectory ? "folder" : "file";
    const to = await Deno.readLink(this.at(place));
    for (const root of ["w", "c", "x", "out"]) {
      if (to.startsWith(this.at(root))) return `-> ${root}${to.slice(this.at(root).length)}`;
    }
    return `-> ${to}`;
  }
}

async function withPlaces(
  fn: (places: Places) => Promise<void>,
  options: { clis?: string[] } & Partial<SkillSyncOptions> = {},
) {
  await using temp = await TempFolder.make();
  const { clis = [".claude", ".codex"], ...rest } = options;
  for (const cli of clis) await Deno.mkdir(temp.at(cli));
  const places = new Places(temp, rest);
  for (const dir of places.home.dirs) await Deno.mkdir(dir, { recursive: true });
  await fn(places);
}

Deno.test("a skill of any place shows up in the others", () =>
  withPlaces(async (places) => {
    await places.folder("w/ours");
    await places.folder("c/claudes");
    await places.folder("x/codexs");
    await Deno.writeTextFile(places.at("w/RULES.md"), "no skill");
    for (const hidden of ["w/.venv", "x/.system", "w/node_modules"]) await places.folder(hidden);
    for (let n = 0; n < 2; n++) {
      await places.sync.run();
      assert.equal(await places.is("c/ours"), "-> w/ours");
      assert.equal(await places.is("x/ours"), "-> w/ours");
      assert.equal(await places.is("w/claudes"), "-> c/claudes");
      assert.equal(await places.is("x/claudes"), "-> c/claudes");
      assert.equal(await places.is("w/codexs"), "-> x/codexs");
      for (const not of ["c/.venv", "c/.system", "c/node_modules", "c/RULES.md"]) {
        assert.equal(await places.is(not), "nothing", not);
      }
      assert.equal(await Deno.readTextFile(places.at("c/codexs/SKILL.md")), "x/codexs");
    }
  }));

Deno.test("without the CLIs' home folders none is made", () =>
  withPlaces(async (places) => {
    await places.folder("w/ours");
    await places.sync.run();
    assert.deepEqual(await places.temp.names(), [".ductor"]);
  }, { clis: [] }));

Deno.test("a home without a user, such as the demo's, keeps to itself", () =>
  withPlaces(async (places) => {
    await places.folder("w/ours");
    await new SkillSync({ home: new Home(places.home.root) }).run();
    assert.equal(await places.is("c"), "nothing");
  }));

Deno.test("real folders and the user's links stay, whatever they are", () =>
  withPlaces(async (places) => {
    await places.folder("w/twice");
    await places.folder("c/twice");
    await places.folder("out/far");
    await places.folder("w/far");
    await places.folder("w/mine");
    await places.folder("x/other");
    await places.link("out/far", "c/far");
    await places.link("x/other", "c/mine");
    await places.link("out/gone", "c/broken");
    await places.link("out/gone", "c/twice-broken");
    await places.folder("w/twice-broken");
    await places.sync.run();
    assert.equal(await places.is("c/twice"), "folder");
    assert.equal(await places.is("c/far"), "-> out/far");
    assert.equal(await places.is("c/mine"), "-> x/other");
    assert.equal(await places.is("c/broken"), "-> out/gone");
    assert.equal(await places.is("c/twice-broken"), "-> out/gone");
    assert.equal(await places.is("w/broken"), "nothing");
    assert.equal(await places.is("x/twice"), "-> w/twice");
    await places.sync.clear();
    assert.equal(await places.is("c/far"), "-> out/far");
    assert.equal(await places.is("c/mine"), "-> x/other");
    assert.equal(await places.is("c/broken"), "-> out/gone");
    assert.equal(await places.is("x/twice"), "nothing");
  }));

Deno.test("links of ours follow the folder that counts, and go with it", () =>
  withPlaces(async (places) => {
    await places.folder("c/skill");
    await places.sync.run();
    assert.equal(await places.is("x/skill"), "-> c/skill");
    await Deno.remove(places.at("w/skill"));
    await places.folder("w/skill");
    await places.sync.run();
    assert.equal(await places.is("x/skill"), "-> w/skill");
    assert.equal(await places.is("c/skill"), "folder");
    for (const place of ["w/skill", "c/skill"]) {
      await Deno.remove(places.at(place), { recursive: true });
    }
    await places.sync.run();
    assert.equal(await places.is("x/skill"), "nothing");
  }));

Deno.test("a link that the user put in place of ours is theirs", () =>
  withPlaces(async (places) => {
    await places.folder("w/skill");
    await places.folder("out/skill");
    await places.sync.run();
    await Deno.remove(places.at("c/skill"));
    await places.link("out/skill", "c/skill");
    await places.sync.run();
    await places.sync.clear();
    assert.equal(await places.is("c/skill"), "-> out/skill");
  }));

Deno.test("a later run removes what a killed one left", () =>
  withPlaces(async (places) => {
    await places.folder("w/skill");
    await places.sync.run();
    const later = new SkillSync({ home: places.home });
    await Deno.remove(places.at("w/skill"), { recursive: true });
    await later.run();
    assert.equal(await places.is("c/skill"), "nothing");
    assert.equal(await places.is("x/skill"), "nothing");
  }));

Deno.test("CODEX_HOME says where Codex has its skills", async () => {
  await using temp = await TempFolder.make();
  await Deno.mkdir(temp.at("codex home"));
  const places = new Places(temp, {
    env: (name) => name === "CODEX_HOME" ? temp.at("codex home") : undefined,
  });
  for (const dir of places.home.dirs) await Deno.mkdir(dir, { recursive: true });
  await places.folder("w/skill");
  await places.sync.run();
  assert.ok((await Deno.lstat(temp.at("codex home", "skills", "skill"))).isSymlink);
});

Deno.test("one folder under two names is one place", () =>
  withPlaces(async (places) => {
    await places.folder("w/skill");
    await Deno.symlink(places.home.skillsDir, places.at("c"));
    await places.sync.run();
    await places.sync.clear();
    assert.equal(await places.is("w/skill"), "folder");
  }));

Deno.test("a skill that cannot be linked does not keep the others from it", () =>
  withPlaces(async (places) => {
    for (const name of ["w/a", "w/b"]) await places.folder(name);
    await Deno.writeTextFile(places.at("w/c"), "a file, no skill");
    await Deno.mkdir(places.at("c"), { recursive: true });
    await Deno.writeTextFile(places.at("c/a"), "a file in the way");
    await places.sync.run();
    assert.equal(await places.is("c/a"), "file");
    assert.equal(await places.is("c/b"), "-> w/b");
  }));

Deno.test("where links are not allowed copies take their place, and follow", () =>
  withPlaces(async (places) => {
    await places.folder("w/skill", "first");
    await Deno.mkdir(join(places.at("w/skill"), "scripts", "deep"), { recursive: true });
    await Deno.writeTextFile(places.at("w/skill/scripts/deep/run.sh"), "echo");
    await places.sync.run();
    assert.equal(await places.is("c/skill"), "folder");
    assert.equal(await Deno.readTextFile(places.at("x/skill/scripts/deep/run.sh")), "echo");
    await places.folder("w/skill", "second");
    await places.sync.run();
    assert.equal(await Deno.readTextFile(places.at("c/skill/SKILL.md")), "second");
    // A copy that somebody edited is a skill of its own.
    await places.folder("x/skill", "edited");
    await places.sync.run();
    await places.sync.clear();
    assert.equal(await Deno.readTextFile(places.at("x/skill/SKILL.md")), "edited");
    assert.equal(await places.is("c/skill"), "nothing");
    assert.equal(await places.is("w/skill"), "folder");
  }, { symlink: () => Promise.reject(new Deno.errors.PermissionDenied("no links here")) }));
