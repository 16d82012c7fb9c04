import assert from "node:assert/strict";
import { join } from "node:path";
import { Home } from "../config/home.ts";
import { seedHome, seedNotice } from "./seed.ts";
import { RULE_FILES } from "../agents/provider.ts";
import { RULE_FOLDERS } from "./templates.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const unix = Deno.build.os !== "windows";
const read = (path: string) => Deno.readTextFile(path);

Deno.test("seedHome() makes every folder, the home folder for its owner only", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  await seedHome(home);
  for (const dir of home.dirs) assert.ok((await Deno.stat(dir)).isDirectory, dir);
  for (const name of ["cron_tools", "webhook_tools", "telegram_tools", "user_tools"]) {
    assert.ok((await Deno.stat(temp.at("home", "workspace", "tools", name))).isDirectory);
  }
  if (unix) assert.equal((await Deno.stat(home.root)).mode! & 0o777, 0o700);
});

Deno.test("seedHome() writes a memory and the same rules for both CLIs", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  await seedHome(home);
  assert.match(await read(home.mainMemoryFile), /^# .+\n\n## .+\n\n## .+\n\n## .+\n$/);
  const { claude, codex } = home.ruleFiles(home.workspaceDir);
  const rules = await read(claude);
  assert.equal(await read(codex), rules);
  const taught = ["Telegram", "phone", "memory_system/MAINMEMORY.md", "silently"];
  for (const word of [...taught, "[button:Label]", "<file:/absolute/path>", "output_to_user/"]) {
    assert.ok(rules.includes(word), word);
  }
});

Deno.test({
  name: "seedHome() closes a home folder that others can enter, and keeps the user's links",
  ignore: !unix,
  async fn() {
    await using temp = await TempFolder.make();
    const home = new Home(temp.at("home"));
    await Deno.mkdir(home.memoryDir, { recursive: true });
    await Deno.chmod(home.root, 0o755);
    await Deno.symlink(temp.at("not-mounted-yet.md"), home.mainMemoryFile);
    await seedHome(home);
    assert.equal((await Deno.stat(home.root)).mode! & 0o777, 0o700);
    assert.ok((await Deno.lstat(home.mainMemoryFile)).isSymlink);
  },
});

const NOW = new Date("2026-11-23T12:00:00.000Z");
const USUAL = { installed: [] };

async function withSeeded(fn: (home: Home, temp: TempFolder) => Promise<void>) {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  await seedHome(home);
  await fn(home, temp);
}

/** Names, kinds and contents of everything in a folder, without what starts are expected to write. */
async function picture(folder: string): Promise<Record<string, string>> {
  const seen: Record<string, string> = {};
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isSymlink) seen[entry.name] = `-> ${await Deno.readLink(path)}`;
    else if (entry.isFile) {
      const { mtime } = await Deno.stat(path);
      seen[entry.name] = `${mtime?.getTime()} ${await read(path)}`;
    } else {
      for (const [name, content] of Object.entries(await picture(path))) {
        seen[`${entry.name}/${name}`] = content;
      }
    }
  }
  return seen;
}

Deno.test("every ductor folder has the same rules under both names", () =>
  withSeeded(async (home) => {
    for (const folder of RULE_FOLDERS) {
      const [claude, codex] = await Promise.all(
        RULE_FILES.map((name) => read(join(home.root, folder, name))),
      );
      assert.match(claude!, /^# \S/, folder);
      assert.equal(claude, codex);
      assert.doesNotMatch(claude!, /<!--|\{\{container/, folder);
    }
  }));

Deno.test("seeding a home that is up to date writes nothing and reports nothing", () =>
  withSeeded(async (home) => {
    const before = await picture(home.root);
    const report = await seedHome(home, USUAL, NOW);
    assert.deepEqual(report, { kept: [], replaced: [], ownLines: [], replacedIn: undefined });
    assert.equal(seedNotice(report), undefined);
    assert.deepEqual(await picture(home.root), before);
  }));

Deno.test("rules that are as ductor left them follow the facts and versions, without a word", () =>
  withSeeded(async (home) => {
    const { claude, codex } = home.ruleFiles(home.workspaceDir);
    const report = await seedHome(home, { installed: ["claude"], container: "box-7" }, NOW);
    assert.deepEqual(report.kept, []);
    for (const file of [claude, codex]) {
      const rules = await read(file);
      assert.equal(rules.split("## Runtime Environment").length, 2, "the notice is there once");
      assert.match(rules, /container `box-7`/);
      assert.doesNotMatch(rules, /no sandbox/);
    }
    await seedHome(home, USUAL, NOW);
    assert.match(await read(claude), /no sandbox/);
    assert.doesNotMatch(await read(claude), /box-7/);
  }));

Deno.test("a rule file the user changed is kept beside the new one, once, and reported", () =>
  withSeeded(async (home) => {
    const { claude, codex } = home.ruleFiles(home.workspaceDir);
    const ours = await read(claude);
    for (const text of ["mine", "mine too"]) {
      for (const file of [claude, codex]) await Deno.writeTextFile(file, text);
      const report = await seedHome(home, USUAL, NOW);
      const as = `workspace/CLAUDE.md.yours-2026-11-23${text === "mine" ? "" : "-2"}`;
      assert.deepEqual(report.kept, [{ file: "workspace/CLAUDE.md", as }]);
      assert.ok(seedNotice(report)?.includes(as));
      assert.equal(await read(join(home.root, as)), text);
      for (const file of [claude, codex]) assert.equal(await read(file), ours);
      assert.deepEqual((await seedHome(home, USUAL, NOW)).kept, []);
    }
  }));

Deno.test("different changes to both rule files are both kept", () =>
  withSeeded(async (home) => {
    const { claude, codex } = home.ruleFiles(home.configDir);
    await Deno.writeTextFile(claude, "for claude");
    await Deno.writeTextFile(codex, "for codex");
    const { kept } = await seedHome(home, USUAL, NOW);
    assert.deepEqual(kept.map(({ file }) => file), ["config/CLAUDE.md", "config/AGENTS.md"]);
    const texts = await Promise.all(kept.map(({ as }) => read(join(home.root, as))));
    assert.deepEqual(texts, ["for claude", "for codex"]);
  }));

Deno.test("the user's memory, own rules and tools are never touched", () =>
  withSeeded(async (home) => {
    const mine = [
      home.mainMemoryFile,
      join(home.workspaceDir, "OWN_RULES.md"),
      join(home.toolsDir, "user_tools", "cron_add.py"),
      join(home.toolsDir, "cron_tools", "my_cron.py"),
      join(home.cronTasksDir, "notes.txt"),
    ];
    for (const file of mine) await Deno.writeTextFile(file, `mine: ${file}`);
    await seedHome(home, USUAL, NOW);
    for (const file of mine) assert.equal(await read(file), `mine: ${file}`);
  }));

Deno.test("rule files in the user's own projects stay as they are, alone or in a pair", () =>
  withSeeded(async (home) => {
    const project = join(home.workspaceDir, "project", "docs");
    await Deno.mkdir(project, { recursive: true });
    await Deno.writeTextFile(join(project, "AGENTS.md"), "the project's own");
    await Deno.writeTextFile(join(project, "..", "CLAUDE.md"), "also its own");
    const before = await picture(join(home.workspaceDir, "project"));
    await seedHome(home, { installed: ["claude"] }, NOW);
    assert.deepEqual(await picture(join(home.workspaceDir, "project")), before);
  }));

Deno.test("a rule file that is a link is replaced by a file; where it led stays as it was", () =>
  withSeeded(async (home, temp) => {
    const { claude, codex } = home.ruleFiles(home.workspaceDir);
    const ours = await read(claude);
    await Deno.remove(claude);
    await Deno.remove(codex);
    await Deno.symlink(temp.at("gone.md"), claude);
    await Deno.writeTextFile(temp.at("dotfiles.md"), "mine");
    await Deno.symlink(temp.at("dotfiles.md"), codex);
    const { kept } = await seedHome(home, USUAL, NOW);
    assert.deepEqual(kept, [{
      file: "workspace/AGENTS.md",
      as: "workspace/AGENTS.md.yours-2026-11-23",
    }]);
    for (const file of [claude, codex]) {
      assert.ok((await Deno.lstat(file)).isFile);
      assert.equal(await read(file), ours);
    }
    assert.equal(await read(temp.at("dotfiles.md")), "mine");
    assert.equal(
      await Deno.readLink(`${codex}.yours-2026-11-23`),
      temp.at("dotfiles.md"),
    );
  }));

Deno.test("a folder that cannot be written does not keep the others from being seeded", () =>
  withSeeded(async (home) => {
    const { claude } = home.ruleFiles(home.skillsDir);
    await Deno.remove(claude);
    await Deno.mkdir(claude);
    await Deno.remove(home.ruleFiles(home.toolsDir).claude);
    await seedHome(home, USUAL, NOW);
    assert.ok((await Deno.stat(home.ruleFiles(home.toolsDir).claude)).isFile);
  }));

Deno.test("workspace/tasks becomes cron_tasks when there is none yet", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  await Deno.mkdir(join(home.workspaceDir, "tasks", "daily"), { recursive: true });
  await seedHome(home);
  assert.ok((await Deno.stat(join(home.cronTasksDir, "daily"))).isDirectory);
  // With both there, the user's `tasks` is just a folder of theirs.
  await Deno.mkdir(join(home.workspaceDir, "tasks", "mine"), { recursive: true });
  await seedHome(home);
  assert.ok((await Deno.stat(join(home.workspaceDir, "tasks", "mine"))).isDirectory);
});

Deno.test("a folder that is a link to elsewhere gets no rules, and nothing there changes", () =>
  withSeeded(async (home, temp) => {
    await Deno.mkdir(temp.at("disk", "cron_tools"), { recursive: true });
    await Deno.writeTextFile(temp.at("disk", "CLAUDE.md"), "its own");
    await Deno.writeTextFile(temp.at("disk", "cron_tools", "cron_add.py"), "its own");
    await Deno.remove(home.toolsDir, { recursive: true });
    await Deno.symlink(temp.at("disk"), home.toolsDir);
    await seedHome(home, USUAL, NOW);
    assert.equal(await read(temp.at("disk", "CLAUDE.md")), "its own");
    assert.equal(await read(temp.at("disk", "cron_tools", "cron_add.py")), "its own");
    await assert.rejects(Deno.stat(temp.at("disk", "AGENTS.md")));
  }));

/** Headings that the Python program's rule files have as well. */
const ORIGINAL = "# Memory System\n\n## Rules\n\n## Memory\n\n## Important\n";

Deno.test("K2.4 rule files that the Python program wrote again are replaced without a heap of copies", () =>
  withSeeded(async (home) => {
    const rules = Object.values(home.ruleFiles(home.memoryDir));
    for (const path of rules) await Deno.writeTextFile(path, ORIGINAL);
    const { kept, replaced, ownLines } = await seedHome(home);
    assert.deepEqual([kept, ownLines], [[], []]);
    assert.equal(replaced.length, rules.length);
    assert.doesNotMatch(await Deno.readTextFile(rules[0]!), /## Important/);
  }));

Deno.test("K2.4 a user's lines in such a file are named, once, for the user to keep", () =>
  withSeeded(async (home) => {
    const rules = Object.values(home.ruleFiles(home.memoryDir));
    for (const path of rules) await Deno.writeTextFile(path, `${ORIGINAL}- Call me \`Ann\`.\n`);
    const report = await seedHome(home);
    assert.deepEqual(report.ownLines.map(({ lines }) => lines), [["- Call me `Ann`."]]);
    assert.match(seedNotice(report)!, /OWN_RULES\.md[^]*Call me 'Ann'/);
    assert.equal(seedNotice(await seedHome(home)), undefined);
  }));
