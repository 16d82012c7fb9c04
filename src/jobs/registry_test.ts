import assert from "node:assert/strict";
import { join } from "node:path";
import { Home } from "../config/home.ts";
import { JobError, JobRegistry, type NewJob } from "./registry.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";

const NOW = new Date("2026-11-23T06:00:00Z");

async function withHome(
  fn: (registry: JobRegistry, home: Home, again: () => JobRegistry) => Promise<void>,
): Promise<void> {
  await using temp = await TempFolder.make();
  const home = new Home(temp.at("home"));
  for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
  const open = () => new JobRegistry(home, { now: () => NOW });
  await fn(open(), home, open);
}

const job = (name: string, more: Partial<NewJob> = {}): NewJob => ({
  name,
  title: name,
  description: "",
  schedule: "0 8 * * *",
  ...more,
});

const read = async (home: Home) => JSON.parse(await Deno.readTextFile(home.cronJobsFile));
const write = (home: Home, content: unknown) =>
  Deno.writeTextFile(home.cronJobsFile, JSON.stringify(content));

Deno.test("registry: one bad entry says what is wrong, harms no other and stays in the file", async () => {
  await withHome(async (registry, home) => {
    const good = await registry.add(job("good"));
    const bad = { id: "bad", title: "Bad", schedule: 7, mine: true };
    const twin = { ...good, title: "Twin" };
    await write(home, { jobs: [bad, good, twin, {}, { title: "No id" }] });
    const entries = await registry.list();
    assert.deepEqual(entries.map(({ id, title, job }) => [id, title, job !== undefined]), [
      ["bad", "Bad", false],
      ["good", "good", true],
      ["good", "Twin", false],
      ["#4", "#4", false],
      ["#5", "No id", false],
    ]);
    assert.match(entries[0]!.problem!, /schedule in cron_jobs\.json/);
    assert.match(entries[2]!.problem!, /another job has the id good/);
    await assert.rejects(registry.get("bad"), /not valid: schedule/);
    await registry.setEnabled("good", false);
    await registry.add(job("new"));
    const { jobs } = await read(home);
    assert.deepEqual([jobs[0], jobs.length, jobs[1].enabled], [bad, 6, false]);
  });
});

Deno.test("registry: an entry is read with the defaults of the fields, and gets only what is said", async () => {
  await withHome(async (registry, home) => {
    const added = await registry.add(job("tea", { timezone: "Asia/Tokyo", dependency: null }));
    assert.equal(added.enabled, true);
    const [entry] = (await read(home)).jobs;
    assert.deepEqual(Object.keys(entry), [
      ...["id", "title", "description", "schedule", "task_folder", "agent_instruction"],
      ...["enabled", "created_at", "last_run_at", "last_run_status", "timezone"],
    ]);
    assert.equal(entry.created_at, NOW.toISOString());
    await write(home, { jobs: [{ id: "a", title: "A", schedule: "", task_folder: "a" }] });
    assert.match((await registry.list())[0]!.problem!, /agent_instruction/);
  });
});

Deno.test("registry: what others wrote into the file and into an entry survives every change", async () => {
  await withHome(async (registry, home) => {
    const tea = await registry.add(job("tea"));
    await write(home, { version: 3, jobs: [{ ...tea, theirs: { a: 1 } }] });
    const { changed } = await registry.edit("tea", { title: "Tea", quiet_start: null });
    assert.deepEqual(changed, ["title"]);
    await registry.noteRun("tea", NOW, "success");
    await registry.noteRun("gone", NOW, "success");
    const { version, jobs: [entry] } = await read(home);
    assert.deepEqual([version, entry.theirs, entry.title, entry.last_run_status], [
      3,
      { a: 1 },
      "Tea",
      "success",
    ]);
    assert.ok(!("quiet_start" in entry));
  });
});

Deno.test("registry: many who write at the same time lose nothing of each other", async () => {
  await withHome(async (_, home, again) => {
    const names = Array.from({ length: 12 }, (_, n) => `job-${n}`);
    await Promise.all(names.map((name) => again().add(job(name))));
    await Promise.all(
      names.map((name, n) =>
        n % 2 === 0
          ? again().setEnabled(name, false, "tried")
          : again().edit(name, { model: "haiku" })
      ),
    );
    const { jobs } = await read(home);
    assert.deepEqual(jobs.map(({ id }: { id: string }) => id).sort(), names.sort());
    for (const { id, enabled, model } of jobs) {
      const even = Number(id.slice(4)) % 2 === 0;
      assert.deepEqual([enabled, model], even ? [false, undefined] : [true, "haiku"]);
    }
  });
});

Deno.test("registry: of several who want one name one gets it; nothing is left of the others", async () => {
  await withHome(async (_, home, again) => {
    const ends = await Promise.allSettled([1, 2, 3].map(() => again().add(job("tea"))));
    assert.equal(ends.filter(({ status }) => status === "fulfilled").length, 1);
    assert.equal((await read(home)).jobs.length, 1);
    const folders = await Array.fromAsync(Deno.readDir(home.cronTasksDir), ({ name }) => name);
    assert.deepEqual(folders.filter((name) => !name.startsWith(".")), ["tea"]);
  });
});

Deno.test("registry: a job is found by its id, else by its folder; else it is said which there are", async () => {
  await withHome(async (registry) => {
    await registry.add(job("Tea Time!"));
    assert.equal((await registry.get("tea-time")).title, "Tea Time!");
    await assert.rejects(registry.get("tee"), (error: JobError) => {
      assert.deepEqual(error.more.available_jobs, ["tea-time"]);
      return error instanceof JobError;
    });
    await assert.rejects(registry.add(job("tea-time")), /already/);
  });
});

Deno.test("registry: a new name moves id, folder and memory file, and keeps the place in the list", async () => {
  await withHome(async (registry, home) => {
    await registry.add(job("tea"));
    await registry.add(job("other"));
    const { job: moved, changed, folderRenamed } = await registry.edit("tea", {}, "Green Tea");
    assert.deepEqual([moved.id, moved.task_folder, changed, folderRenamed], [
      "green-tea",
      "green-tea",
      ["name"],
      true,
    ]);
    assert.deepEqual((await registry.list()).map(({ id }) => id), ["green-tea", "other"]);
    await Deno.stat(join(home.cronTasksDir, "green-tea", "green-tea_MEMORY.md"));
    await assert.rejects(registry.edit("other", {}, "green-tea"), /already/);
  });
});

Deno.test("registry: all are switched on together, but for one-time jobs that are over", async () => {
  await withHome(async (registry, home) => {
    await registry.add(job("a", { enabled: false, paused_reason: "3 failures in a row" }));
    await registry.add(job("b"));
    await registry.add(job("past", { at: "2026-11-01T00:00:00Z", enabled: false }));
    assert.equal(await registry.setAllEnabled(true), 1);
    const { jobs } = await read(home);
    assert.deepEqual(jobs.map(({ enabled }: { enabled: boolean }) => enabled), [true, true, false]);
    assert.ok(!("paused_reason" in jobs[0]));
    assert.equal(await registry.setAllEnabled(false), 2);
  });
});
