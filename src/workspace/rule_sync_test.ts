import assert from "node:assert/strict";
import { join } from "node:path";
import { Home } from "../config/home.ts";
import { RuleSync } from "./rule_sync.ts";
import { seedHome } from "./seed.ts";
import { createTask } from "./task_folder.ts";
import { FakeClock, settle } from "../../tests/support/fake_clock.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const read = (path: string) => Deno.readTextFile(path);
const YESTERDAY = new Date(Date.now() - 86_400_000);

async function withSync(fn: (home: Home, sync: RuleSync, temp: TempFolder) => Promise<void>) {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  await seedHome(home);
  await fn(home, new RuleSync(home), temp);
}

async function write(path: string, text: string, time?: Date) {
  await Deno.writeTextFile(path, text);
  if (time) await Deno.utime(path, time, time);
}

Deno.test("the newer of two rule files wins, both ways", () =>
  withSync(async (home, sync) => {
    const { claude, codex } = home.ruleFiles(home.skillsDir);
    for (const [newer, older] of [[claude, codex], [codex, claude]] as const) {
      await write(newer, `newer ${newer}`);
      await write(older, "older", YESTERDAY);
      await new RuleSync(home).run();
      assert.equal(await read(older), `newer ${newer}`);
      assert.equal(await read(newer), `newer ${newer}`);
    }
    await sync.run();
  }));

Deno.test("a missing rule file is made from its twin", () =>
  withSync(async (home, sync) => {
    const { claude, codex } = home.ruleFiles(home.workspaceDir);
    await write(claude, "mine");
    await Deno.remove(codex);
    await sync.run();
    assert.equal(await read(codex), "mine");
    await Deno.remove(claude);
    await Deno.remove(codex);
    await sync.run();
    await assert.rejects(Deno.stat(claude));
  }));

Deno.test("an edit wins over a file that only has a newer time", () =>
  withSync(async (home, sync) => {
    const { claude, codex } = home.ruleFiles(home.workspaceDir);
    await sync.run();
    await write(claude, "edited", YESTERDAY);
    await sync.run();
    assert.equal(await read(codex), "edited");
  }));

Deno.test("rule files that are the same are not written", () =>
  withSync(async (home, sync) => {
    const { claude, codex } = home.ruleFiles(home.workspaceDir);
    const text = await read(claude);
    for (const path of [claude, codex]) await write(path, text, YESTERDAY);
    await sync.run();
    for (const path of [claude, codex]) {
      assert.equal((await Deno.stat(path)).mtime?.getTime(), YESTERDAY.getTime());
    }
  }));

Deno.test("only ductor's folders and tasks are kept in step, no project of the user's", () =>
  withSync(async (home, sync) => {
    const project = join(home.workspaceDir, "project");
    const checkout = join(home.cronTasksDir, "checkout");
    const deep = join(home.cronTasksDir, "daily", "scripts");
    await createTask(
      home,
      { name: "daily", title: "D", description: "D" },
      () => Promise.resolve(),
    );
    for (const folder of [project, checkout, deep]) {
      await Deno.mkdir(folder, { recursive: true });
      await write(join(folder, "AGENTS.md"), "its own");
    }
    await write(join(project, "CLAUDE.md"), "its own, too", YESTERDAY);
    await write(join(home.cronTasksDir, "daily", "CLAUDE.md"), "edited");
    await sync.run();
    assert.equal(await read(join(home.cronTasksDir, "daily", "AGENTS.md")), "edited");
    assert.equal(await read(join(project, "CLAUDE.md")), "its own, too");
    assert.equal(await read(join(project, "AGENTS.md")), "its own");
    for (const folder of [checkout, deep]) {
      await assert.rejects(Deno.stat(join(folder, "CLAUDE.md")));
    }
  }));

Deno.test("a link in place of a rule file stays a link", () =>
  withSync(async (home, sync, temp) => {
    const { claude, codex } = home.ruleFiles(home.workspaceDir);
    await write(temp.at("mine.md"), "mine", YESTERDAY);
    await Deno.remove(codex);
    await Deno.symlink(temp.at("mine.md"), codex);
    await sync.run();
    assert.ok((await Deno.lstat(codex)).isSymlink);
    assert.equal(await read(temp.at("mine.md")), "mine");
    assert.match(await read(claude), /^# How/);
  }));

Deno.test("a change is seen after a short wait, once; without a watcher after a minute", () =>
  withSync(async (home, sync) => {
    const { claude, codex } = home.ruleFiles(home.workspaceDir);
    const clock = new FakeClock();
    const stop = new AbortController();
    let tell = () => {};
    let watched = 0;
    const running = sync.watch(clock, stop.signal, () => {
      watched++;
      let end = () => {};
      return {
        close: () => end(),
        async *[Symbol.asyncIterator]() {
          let closed = false;
          while (!closed) {
            await new Promise<void>((resolve) => {
              tell = resolve;
              end = () => {
                closed = true;
                resolve();
              };
            });
            if (!closed) yield { kind: "modify" as const, paths: [claude] };
          }
        },
      };
    });
    const idle = async () => {
      while (clock.sleeping === 0) await settle();
    };
    await idle();
    await write(claude, "first");
    tell();
    await settle();
    assert.notEqual(await read(codex), "first", "it waits for more changes");
    await clock.advance(300);
    await idle();
    assert.equal(await read(codex), "first");
    await write(claude, "second");
    await clock.advance(60_300);
    await idle();
    assert.equal(await read(codex), "second");
    assert.equal(watched, 1);
    stop.abort();
    await running;
  }));

Deno.test("a folder that is a link out of the home is not kept in step", () =>
  withSync(async (home, sync, temp) => {
    await Deno.mkdir(temp.at("disk"));
    await write(temp.at("disk", "CLAUDE.md"), "its own");
    await Deno.remove(home.outputDir, { recursive: true });
    await Deno.symlink(temp.at("disk"), home.outputDir);
    await sync.run();
    await assert.rejects(Deno.stat(temp.at("disk", "AGENTS.md")));
  }));
