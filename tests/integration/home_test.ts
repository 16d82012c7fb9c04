import assert from "node:assert/strict";
import { join } from "node:path";
import { JobRegistry } from "../../src/jobs/registry.ts";
import { Registry } from "../../src/webhooks/registry.ts";
import { systemClock } from "../../src/base/clock.ts";
import { Home } from "../../src/config/home.ts";
import { loadConfig } from "../../src/config/load.ts";
import { Sessions } from "../../src/conversation/sessions.ts";
import { WorkspaceKeeper } from "../../src/workspace/keeper.ts";
import { memoryHistory, undoMemory } from "../../src/workspace/memory_history.ts";
import { OLD_TOOLS } from "../../src/workspace/old_tools.ts";
import { seedHome, seedNotice } from "../../src/workspace/seed.ts";
import { createTask } from "../../src/workspace/task_folder.ts";
import { registeredTasks, repairTasks } from "../../src/workspace/task_repair.ts";
import { RULE_FOLDERS } from "../../src/workspace/templates.ts";
import { withBot } from "../support/bot_bench.ts";
import {
  FILES,
  makeNewPythonHome,
  makePythonHome,
  NEW_KEYS,
  NEW_SCRIPTS,
  OLD_SCRIPTS,
} from "../support/python_home.ts";
import { TempFolder } from "../support/temp_folder.ts";

const read = (path: string) => Deno.readTextFile(path);

/** Waits for something that the file system tells about in its own time. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!await condition().catch(() => false)) {
    assert.ok(Date.now() < end, `waited in vain for ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A start of the program as far as files are concerned. */
async function start(home: Home) {
  const { config } = await loadConfig(home);
  const report = await seedHome(home);
  const repaired = await repairTasks(home, () => registeredTasks(home));
  const keeper = new WorkspaceKeeper({ home, clock: systemClock });
  return { config, report, repaired, keeper };
}

Deno.test("a home of the Python program opens, and keeps what is the user's byte for byte", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at(".ductor"), temp.path);
  await makePythonHome(home.root);
  for (let n = 0; n < 2; n++) {
    const { config, report, repaired, keeper } = await start(home);
    await until(() =>
      Deno.stat(join(home.skillsDir, "skill-creator", "SKILL.md")).then(() => true)
    );
    await keeper.close();

    for (const [path, content] of Object.entries(FILES)) {
      if (path === "config/config.json") continue;
      assert.equal(await read(join(home.root, path)), content, path);
    }
    // The config gets keys it did not have, and loses none.
    const before = JSON.parse(FILES["config/config.json"]!);
    const after = JSON.parse(await read(home.configFile));
    assert.deepEqual({ ...after, ...before, cli_parameters: after.cli_parameters }, after);
    assert.deepEqual(after.cli_parameters.claude, ["--verbose"]);
    assert.equal(config.user_timezone, "Europe/Berlin");

    const sessions = new Sessions(home);
    const entry = await sessions.get({ chatId: 123456789 });
    assert.equal(entry?.provider_sessions.claude?.session_id, "c-1");
    const legacy = await sessions.get({ chatId: -100987 });
    assert.equal(legacy?.provider_sessions.claude?.session_id, "old-1");
    const jobs = await new JobRegistry(home).list();
    assert.deepEqual(jobs.map(({ id, problem }) => [id, problem]), [
      ["daily", undefined],
      ["Old_Job", undefined],
    ]);
    const hooks = await new Registry(home.webhooksFile).all();
    assert.deepEqual(hooks.map(({ id }) => id), ["github"]);
    assert.deepEqual(repaired, { done: [], missing: ["Old_Job"] });

    assert.deepEqual(report.kept, [], "the rules were the program's, not the user's");
    if (n === 0) {
      assert.equal(report.replaced.length, RULE_FOLDERS.length * 2 + OLD_SCRIPTS.length);
      for (const name of report.replaced) {
        const copy = await read(join(home.root, report.replacedIn!, name));
        assert.match(copy, /Rules of the Python program|#!\/usr\/bin\/env python3/);
      }
      assert.match(seedNotice(report)!, /29 files of the Python version/);
    } else assert.equal(seedNotice(report), undefined);
    assert.equal(
      await Deno.readLink(join(home.skillsDir, "far-away")),
      "/mnt/not-mounted/skill",
    );
    await assert.rejects(Deno.stat(join(home.workspaceDir, "project", "CLAUDE.md")));
    // What was not there is not made: scripts that nobody can have called.
    await assert.rejects(Deno.stat(join(home.toolsDir, "cron_tools", "cron_time.py")));
  }
});

Deno.test("an old tool script says which command to call, and fails", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at(".ductor"));
  await makePythonHome(home.root);
  await seedHome(home);
  const python = await new Deno.Command("python3", { args: ["--version"] }).output().then(
    ({ success }) => success,
    () => false,
  );
  for (const name of OLD_SCRIPTS) {
    const path = join(home.toolsDir, name);
    const call = OLD_TOOLS[name]!.replace(" --help", "");
    assert.ok((await read(path)).includes(`Call \`${call}\` instead`), name);
    if (!python) continue;
    const { code, stdout } = await new Deno.Command("python3", { args: [path, "--name", "x"] })
      .output();
    assert.equal(code, 1);
    const said = JSON.parse(new TextDecoder().decode(stdout));
    assert.equal(said.use, OLD_TOOLS[name]);
    assert.match(said.error, /nothing was done/);
  }
});

Deno.test("K6.4 a home of the newest Python program: there and back twice leaves nothing of ours behind", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at(".ductor"), temp.path);
  await makeNewPythonHome(home.root);
  const scripts = [...OLD_SCRIPTS, ...NEW_SCRIPTS];
  const before = await Promise.all(scripts.map((name) => read(join(home.toolsDir, name))));
  for (let n = 0; n < 2; n++) {
    const { config } = await loadConfig(home);
    assert.deepEqual([config.group_mode, config.allowed_group_ids], ["mention", [-100987]]);
    assert.deepEqual(config.project_roots, NEW_KEYS.project_roots);
    await seedHome(home);
    for (const [index, name] of scripts.entries()) {
      const path = join(home.toolsDir, name);
      assert.match(await read(path), /nothing was done/);
      await assert.rejects(Deno.stat(`${path}.bak`));
      // As that program does when it starts.
      await Deno.rename(path, `${path}.bak`);
      await Deno.writeTextFile(path, before[index]!);
    }
    assert.match(await read(join(home.toolsDir, "media_tools", "list_files.py")), /list_files/);
    const sessions = await new Sessions(home).all();
    assert.deepEqual(sessions.map(({ address }) => address), [{ chatId: 123456789 }]);
    // No key of ours has the name of one of theirs with another kind of value.
    const raw = JSON.parse(await read(home.configFile));
    for (const [key, value] of Object.entries(NEW_KEYS)) {
      const now = Array.isArray(value) || typeof value !== "object"
        ? raw[key]
        : Object.fromEntries(Object.keys(value).map((name) => [name, raw[key][name]]));
      assert.deepEqual(now, value, key);
    }
  }
});

Deno.test("rules, skills and new tasks are kept in step while the bot runs", async () => {
  await using temp = await TempFolder.make();
  await Deno.mkdir(temp.at(".claude"));
  const home = new Home(temp.at(".ductor"), temp.path);
  const { keeper } = await start(home);
  try {
    const linked = temp.at(".claude", "skills", "skill-creator", "SKILL.md");
    await until(() => Deno.stat(linked).then(() => true));

    const { claude, codex } = home.ruleFiles(home.workspaceDir);
    await Deno.writeTextFile(codex, "edited in AGENTS.md");
    await until(async () => await read(claude) === "edited in AGENTS.md");
    await Deno.writeTextFile(claude, "edited in CLAUDE.md");
    await until(async () => await read(codex) === "edited in CLAUDE.md");

    // A folder that did not exist when the watching began.
    await createTask(home, { name: "late", title: "L", description: "L" }, () => Promise.resolve());
    const task = home.ruleFiles(join(home.cronTasksDir, "late"));
    await until(async () => {
      await Deno.writeTextFile(task.claude, "edited task");
      return await read(task.codex) === "edited task";
    });

    await Deno.mkdir(temp.at(".claude", "skills", "fresh"));
    await until(() => Deno.stat(join(home.skillsDir, "fresh")).then(() => true));
  } finally {
    await keeper.close();
  }
  // What was only for the time the bot runs is gone; what is the user's is not.
  const left = await Array.fromAsync(Deno.readDir(temp.at(".claude", "skills")));
  assert.deepEqual(left.map(({ name }) => name), ["fresh"]);
  assert.ok((await Deno.stat(join(home.skillsDir, "skill-creator"))).isDirectory);
});

Deno.test("keeping things in step writes nothing when nothing changes", async () => {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at(".ductor"));
  const { keeper } = await start(home);
  await until(() => Deno.stat(join(home.skillsDir, "skill-creator")).then(() => true));
  const changes: string[] = [];
  using watcher = Deno.watchFs([home.workspaceDir, home.toolsDir, home.stateDir], {
    recursive: false,
  });
  (async () => {
    for await (const { kind, paths } of watcher) if (kind !== "access") changes.push(...paths);
  })();
  const { claude, codex } = home.ruleFiles(home.workspaceDir);
  await Deno.writeTextFile(claude, "one edit");
  await until(async () => await read(codex) === "one edit");
  await Deno.writeTextFile(join(home.toolsDir, "AGENTS.md"), "another edit");
  await until(async () => await read(join(home.toolsDir, "CLAUDE.md")) === "another edit");
  await keeper.close();
  const writes = changes.filter((path) => path === codex).length;
  assert.ok(writes > 0 && writes <= 3, `${writes} writes for one edit`);
});

Deno.test("every sixth message of a session brings the memory to mind, unseen by the user", () =>
  withBot(async ({ alice, claude, bot, texts, until }) => {
    claude.script = async function* () {
      yield { type: "text", text: "Done." };
    };
    for (let n = 1; n <= 12; n++) {
      alice.send(`message ${n}`);
      await until(() => texts().length === n);
      await bot.settled();
    }
    const reminded = claude.turns.flatMap(({ text }, n) =>
      text === `message ${n + 1}` ? [] : [n + 1]
    );
    assert.deepEqual(reminded, [6, 12]);
    assert.match(claude.turns[5]!.text, /^message 6\n\n\[ductor, .*MAINMEMORY\.md/s);
  }));

Deno.test("the message after a compaction asks to save what matters", () =>
  withBot(async ({ alice, claude, bot, texts, until }) => {
    claude.script = async function* () {
      if (claude.turns.length === 1) yield { type: "status", status: "compacting" };
      yield { type: "text", text: "Done." };
    };
    for (let n = 1; n <= 3; n++) {
      alice.send(`message ${n}`);
      await until(() => texts().length === n);
      await bot.settled();
    }
    const [first, second, third] = claude.turns.map(({ text }) => text);
    assert.equal(first, "message 1");
    assert.match(second!, /^message 2\n\n\[.*shortened.*MAINMEMORY/s);
    assert.equal(third, "message 3");
  }));

Deno.test("each turn that changes the memory leaves a version of it", () =>
  withBot(async ({ alice, claude, home, bot, texts, until }) => {
    claude.script = async function* ({ text }) {
      const [drink] = text.split("\n", 1);
      await Deno.writeTextFile(home.mainMemoryFile, `- likes ${drink}\n`);
      yield { type: "text", text: "Noted." };
    };
    for (const [n, drink] of ["tea", "coffee"].entries()) {
      alice.send(drink);
      await until(() => texts().length === n + 1);
      await bot.settled();
    }
    const versions = await Promise.all((await memoryHistory(home)).map(({ path }) => read(path)));
    assert.deepEqual(versions.slice(0, 2), ["- likes coffee\n", "- likes tea\n"]);
    assert.equal((await undoMemory(home))?.now, "- likes tea\n");
  }));

Deno.test("K11.10 folders that are removed while the bot runs are made again, and the next turn works", () =>
  withBot(async ({ alice, claude, home, bot, texts, until }) => {
    let n = 0;
    claude.script = async function* () {
      await Deno.writeTextFile(join(home.outputDir, "out.txt"), "made");
      yield { type: "text", text: `<file:${join(home.outputDir, "out.txt")}>Answer ${++n}` };
    };
    alice.send("go");
    await until(() => texts().some((text) => text.includes("Answer 1")));
    await bot.settled();
    await Deno.remove(home.workspaceDir, { recursive: true });
    alice.send("go");
    await until(() => texts().some((text) => text.includes("Answer 2")));
    await bot.settled();
    assert.equal(
      texts().filter((text) => text.startsWith("⚠️ The folder workspace was gone")).length,
      1,
    );
    assert.match(await read(join(home.workspaceDir, "CLAUDE.md")), /ductor/);
    // Its process stood in the old one.
    assert.deepEqual(claude.opened.map(({ resume }) => resume), [undefined, "claude-session-1"]);

    for (const [folder, answer] of [[home.outputDir, 3], [home.telegramFilesDir, 4]] as const) {
      await Deno.remove(folder, { recursive: true });
      alice.send("go");
      await until(() => texts().some((text) => text.includes(`Answer ${answer}`)));
      await bot.settled();
      assert.ok((await Deno.stat(folder)).isDirectory);
    }
    assert.equal(texts().filter((text) => text.includes("was gone")).length, 1);
    assert.equal(claude.opened.length, 2);
  }));
