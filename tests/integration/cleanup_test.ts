import assert from "node:assert/strict";
import { dirname, join, relative } from "node:path";
import { Cleanup } from "../../src/jobs/cleanup/cleanup.ts";
import { oldFiles } from "../../src/jobs/cleanup/old_files.ts";
import { Home } from "../../src/config/home.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { TempFolder } from "../support/temp_folder.ts";

const DAY = 86_400_000;
/** 03:30 in Berlin. */
const NIGHT = Date.UTC(2026, 10, 23, 2, 30);

interface Bench {
  home: Home;
  clock: FakeClock;
  config: ReturnType<typeof defaultConfig>;
  cleanup: Cleanup;
  reindexed: number;
  /** Makes a file that is so many days old. */
  file(path: string, days: number): Promise<string>;
  there(path: string): Promise<boolean>;
  plan(): Promise<string[]>;
}

async function withHome(fn: (bench: Bench) => Promise<void>, now = NIGHT): Promise<void> {
  await using folder = await TempFolder.make();
  const home = new Home(folder.at("home"));
  for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
  const clock = new FakeClock(now);
  const config = defaultConfig();
  const bench: Bench = {
    home,
    clock,
    config,
    reindexed: 0,
    cleanup: new Cleanup({
      home,
      clock,
      config: () => config,
      timeZone: () => "Europe/Berlin",
      reindex() {
        bench.reindexed++;
        return Promise.resolve();
      },
      signal: new AbortController().signal,
    }),
    async file(name, days) {
      const path = join(home.root, name);
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, "x");
      const time = new Date(clock.now() - days * DAY);
      await Deno.utime(path, time, time);
      return path;
    },
    there: (name) => Deno.lstat(join(home.root, name)).then(() => true, () => false),
    async plan() {
      const files = await oldFiles(home, config, clock.now());
      return files.map(({ path }) => relative(home.root, path)).sort();
    },
  };
  await fn(bench);
}

Deno.test("K13.4 cleanup removes what ductor put there by date, and nothing below anybody's folders", async () => {
  await withHome(async ({ file, there, cleanup, plan }) => {
    const old = [
      "workspace/output_to_user/old.txt",
      "workspace/telegram_files/2026-10-01/photo.jpg",
      "workspace/telegram_files/top.txt",
    ];
    const kept = [
      "workspace/output_to_user/deep/er/old.pdf",
      "workspace/output_to_user/repo/.git/config",
      "workspace/output_to_user/repo/main.ts",
      "workspace/telegram_files/2026-10-02/album/photo.jpg",
      "workspace/telegram_files/2026-10-03/.git",
      "workspace/telegram_files/2026-10-03/main.ts",
      "workspace/telegram_files/project/main.ts",
    ];
    const young = "workspace/telegram_files/2026-11-20/photo.jpg";
    for (const path of [...old, ...kept]) await file(path, 30.01);
    await file(young, 29.99);
    assert.deepEqual(await plan(), old);
    const { files, failed } = (await cleanup.tick())!;
    assert.deepEqual([files.length, failed.length], [3, 0]);
    for (const path of old) assert.ok(!await there(path), path);
    for (const path of [...kept, young]) assert.ok(await there(path), path);
    assert.ok(!await there("workspace/telegram_files/2026-10-01"), "emptied folders go");
    assert.ok(await there("workspace/telegram_files"));
  });
});

Deno.test("K13.4 before files go for the first time, the owner is told, and has a day to say no", async () => {
  await withHome(async ({ home, clock, config, file, there }) => {
    const old = "workspace/telegram_files/2026-10-01/photo.jpg";
    await file(old, 31);
    const told: string[] = [];
    const cleanup = new Cleanup({
      home,
      clock,
      config: () => config,
      timeZone: () => "Europe/Berlin",
      tell: (markdown) => Promise.resolve(void told.push(markdown)),
      signal: new AbortController().signal,
    });
    assert.deepEqual((await cleanup.tick())!.files, []);
    assert.ok(await there(old));
    assert.match(told[0]!, /after 30 days.*2026-10-01.photo\.jpg.*cleanup\.enabled false/s);
    assert.equal(await cleanup.tick(), undefined, "told today");
    await clock.advance(DAY);
    assert.equal((await cleanup.tick())!.files.length, 1);
    await file(old, 31);
    await clock.advance(DAY);
    assert.equal((await cleanup.tick())!.files.length, 1);
    assert.equal(told.length, 1);
  });
});

Deno.test("rules and lists stay, however old", async () => {
  await withHome(async ({ file, plan }) => {
    for (const folder of ["telegram_files", "output_to_user/sub"]) {
      for (const name of ["CLAUDE.md", "AGENTS.md", "_index.yaml"]) {
        await file(`workspace/${folder}/${name}`, 1000);
      }
    }
    await file("workspace/memory_system/MAINMEMORY.md", 1000);
    await file("workspace/memory_system/history/old.md", 1000);
    await file("workspace/cron_tasks/job/scripts/old.py", 1000);
    await file("workspace/cron_tasks/job/runs/notes.json", 1000);
    await file("workspace/skills/x/SKILL.md", 1000);
    await file("logs/agent.log", 1000);
    await file("sessions.json", 1000);
    assert.deepEqual(await plan(), []);
  });
});

Deno.test("nothing behind a symbolic link is touched, nor the link", async () => {
  await withHome(async ({ home, file, there, cleanup, plan }) => {
    const outside = await file("../outside/treasure.txt", 1000);
    await Deno.symlink(dirname(outside), join(home.telegramFilesDir, "link"));
    await Deno.symlink(outside, join(home.outputDir, "file"));
    assert.deepEqual(await plan(), []);
    await cleanup.clean();
    assert.equal(await Deno.readTextFile(outside), "x");
    assert.ok(await there("workspace/telegram_files/link"));
    assert.ok(await there("workspace/output_to_user/file"));
  });
});

Deno.test("a folder that is itself a link is left alone", async () => {
  await withHome(async ({ home, file, plan }) => {
    await file("../elsewhere/old.txt", 1000);
    await Deno.remove(home.outputDir);
    await Deno.symlink(join(home.root, "../elsewhere"), home.outputDir);
    assert.deepEqual(await plan(), []);
  });
});

Deno.test("records of runs, old logs and the trash of tasks have times of their own", async () => {
  await withHome(async ({ file, plan, cleanup, there }) => {
    await file("workspace/cron_tasks/job/runs/20260801T080000Z_1a2b3c4d.json", 91);
    await file("workspace/cron_tasks/job/runs/20260901T080000Z_1a2b3c4d.json", 89);
    await file("logs/agent.log.1", 31);
    await file("logs/agent.log.2", 29);
    await file("workspace/cron_tasks/.trash/2026-10-23T00-00-00.000Z_old/x.md", 0);
    await file("workspace/cron_tasks/.trash/2026-10-25T00-00-00.000Z_young/x.md", 999);
    await file("workspace/cron_tasks/.trash/unknown/x.md", 999);
    const gone = [
      "logs/agent.log.1",
      "workspace/cron_tasks/.trash/2026-10-23T00-00-00.000Z_old",
      "workspace/cron_tasks/job/runs/20260801T080000Z_1a2b3c4d.json",
    ];
    assert.deepEqual(await plan(), gone);
    await cleanup.clean();
    for (const path of gone) assert.ok(!await there(path));
    assert.deepEqual(await plan(), []);
  });
});

Deno.test("0 days keep everything", async () => {
  await withHome(async ({ file, plan, config }) => {
    config.cleanup.telegram_files_days = 0;
    config.cleanup.output_to_user_days = 0;
    await file("workspace/telegram_files/old.txt", 1000);
    await file("workspace/output_to_user/old.txt", 1000);
    assert.deepEqual(await plan(), []);
  });
});

Deno.test("the list of received files is brought up to date when one of them went", async () => {
  await withHome(async (bench) => {
    await bench.file("workspace/output_to_user/old.txt", 40);
    await bench.cleanup.clean();
    assert.equal(bench.reindexed, 0);
    await bench.file("workspace/telegram_files/2026-10-01/old.txt", 40);
    await bench.cleanup.clean();
    assert.equal(bench.reindexed, 1);
  });
});

Deno.test("it happens once a day, at its hour on the user's clock, also across restarts", async () => {
  await withHome(async (bench) => {
    const { clock, home, config, cleanup } = bench;
    assert.notEqual(await cleanup.tick(), undefined);
    assert.equal(await cleanup.tick(), undefined, "done today");
    const restarted = new Cleanup({
      home,
      clock,
      config: () => config,
      timeZone: () => "Europe/Berlin",
      signal: new AbortController().signal,
    });
    assert.equal(await restarted.tick(), undefined, "still done today");
    await clock.advance(3_600_000);
    assert.equal(await restarted.tick(), undefined, "another hour");
    await clock.advance(23 * 3_600_000);
    assert.notEqual(await restarted.tick(), undefined, "the next day");
    config.cleanup.enabled = false;
    await clock.advance(DAY);
    assert.equal(await restarted.tick(), undefined, "switched off");
  });
});

Deno.test("missing folders are no problem", async () => {
  await withHome(async ({ home, cleanup }) => {
    await Deno.remove(home.workspaceDir, { recursive: true });
    await Deno.remove(home.logsDir, { recursive: true });
    assert.deepEqual(await cleanup.clean(), { files: [], failed: [] });
  });
});

Deno.test("it goes on looking until the program ends", async () => {
  await withHome(async ({ home, config, file, there }) => {
    await file("workspace/telegram_files/old.txt", 40);
    const clock = new FakeClock(NIGHT - 3_600_000);
    const stop = new AbortController();
    const running = new Cleanup({
      home,
      clock,
      config: () => config,
      timeZone: () => "Europe/Berlin",
      signal: stop.signal,
    }).run();
    await clock.advance(3_500_000);
    while (await there("workspace/telegram_files/old.txt")) await clock.advance(600_000);
    stop.abort();
    await running;
  });
});
