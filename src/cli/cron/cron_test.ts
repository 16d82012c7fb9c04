import assert from "node:assert/strict";
import { ductorOn } from "../../../tests/support/ductor.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";

/** Runs `ductor` on a home of its own. */
const ductor = (temp: TempFolder, env: Record<string, string> = {}) =>
  ductorOn(temp.at("home"), env);

Deno.test("ductor cron add, edit, list, remove: what they answer and leave", async () => {
  await using temp = await TempFolder.make();
  const run = ductor(temp, { DUCTOR_CHAT_ID: "-77", DUCTOR_THREAD_ID: "5" });
  const added = await run(
    ...["cron", "add", "--name", "Daily Brief!", "--title", "Brief", "--description", "News"],
    ...["--schedule", "30 9 * * 1-5", "--timezone", "Europe/Berlin", "--model", "haiku"],
  );
  assert.equal(added.code, 0, added.stderr);
  assert.equal(added.json.job_id, "daily-brief");
  assert.equal(added.json.name_sanitized, true);
  assert.equal(added.json.next_runs.length, 3);
  assert.match(added.json.action_required[0], /TASK_DESCRIPTION\.md/);
  const folder = temp.at("home", "workspace", "cron_tasks", "daily-brief");
  assert.ok((await Deno.stat(`${folder}/TASK_DESCRIPTION.md`)).isFile);

  const again = await run("cron", "add", "--name", "daily-brief", "--title", "B", "--in", "5m");
  assert.equal(again.code, 1);
  assert.match(again.json.error, /already/);

  const edited = await run(
    "cron",
    "edit",
    "daily-brief",
    "--name",
    "morning",
    "--quiet-start",
    "22",
  );
  assert.deepEqual(edited.json.updated_fields, ["name", "quiet_start"]);
  assert.equal(edited.json.folder_renamed, true);
  const same = await run("cron", "edit", "morning", "--quiet-start", "22");
  assert.deepEqual([same.code, same.json.updated], [0, false]);

  const listed = await run("cron", "list");
  assert.equal(listed.json.count, 1);
  const [job] = listed.json.jobs;
  assert.deepEqual([job.id, job.model, job.chat_id, job.thread_id, job.quiet_start], [
    "morning",
    "haiku",
    -77,
    5,
    22,
  ]);

  const gone = await run("cron", "remove", "brief");
  assert.deepEqual([gone.code, gone.json.available_jobs], [1, ["morning"]]);
  const removed = await run("cron", "remove", "morning");
  assert.deepEqual([removed.code, removed.json.folder_deleted], [0, true]);
  assert.ok((await Deno.stat(`${removed.json.kept_in}/morning_MEMORY.md`)).isFile);
});

Deno.test("ductor cron refuses what makes no sense, says why, and leaves nothing behind", async () => {
  await using temp = await TempFolder.make();
  const run = ductor(temp);
  const add = (...args: string[]) => run("cron", "add", "--title", "X", ...args);
  const at = ["--schedule", "0 8 * * *"];
  const cases: [string[], RegExp][] = [
    [["--schedule", "61 * * * *"], /"61" is no minute/],
    [["--schedule", "0 0 31 2 *"], /never comes/],
    [[...at, "--timezone", "Berlin"], /no IANA time zone/],
    [[...at, "--model", "opsu"], /Did you mean opus/],
    [[...at, "--provider", "gemini"], /"claude" or "codex"/],
    [[...at, "--provider", "codex", "--model", "opus"], /model of claude, not of codex/],
    [[...at, "--quiet-start", "24"], /from 0 to 23/],
    [[...at, "--cli-parameters", "verbose"], /JSON list/],
    [[...at, "--quiet-start", "7", "--quiet-end", "9"], /would never run: 08:00 .*7:00 to 9:00/],
    [["--at", "2020-01-01 10:00"], /passed already/],
    [["--in", "later"], /no span of time/],
  ];
  await Promise.all(cases.map(async ([args, reason]) => {
    const { code, json } = await add(...args);
    assert.equal(code, 1, args.join(" "));
    assert.match(json.error, reason);
  }));
  assert.deepEqual((await run("cron", "list")).json.jobs, []);
  assert.deepEqual(
    await Array.fromAsync(Deno.readDir(temp.at("home", "workspace", "cron_tasks"))),
    [],
  );
  const both = await add("--in", "5m", ...at);
  assert.equal(both.code, 2);
  const typo = await run("cron", "lst");
  assert.deepEqual([typo.code, /Did you mean list/.test(typo.stderr)], [2, true]);
});

Deno.test("ductor cron time, and config for people and programs", async () => {
  await using temp = await TempFolder.make();
  const run = ductor(temp);
  const time = await run("cron", "time", "--zones", "Asia/Tokyo,Nowhere");
  assert.deepEqual(
    time.json.requested_zones.map(({ zone, utc_offset }: Record<string, string>) => [
      zone,
      utc_offset,
    ]),
    [["Asia/Tokyo", "+09:00"]],
  );
  assert.equal((await run("cron", "time", "--zone", "Nowhere")).code, 1);
  const set = await run(
    "config",
    "set",
    "telegram_token",
    "123456:abcdefghijklmnopqrstuvwxyz0123456",
  );
  assert.equal(set.code, 0, set.stdout);
  assert.doesNotMatch(set.stdout, /abcdefgh/);
  assert.doesNotMatch((await run("config", "get")).stdout, /abcdefgh/);
  assert.match((await run("config", "get", "telegram_token", "--reveal")).stdout, /abcdefgh/);
  const bad = await run("config", "set", "streaming.mode", "fast");
  assert.equal(bad.code, 1);
  assert.match(bad.json.error, /edit.*draft/);
  assert.match((await run("config", "set", "straeming.mode", "edit")).json.hint, /streaming\.mode/);
  const schema = JSON.parse((await run("config", "schema")).stdout);
  assert.equal(schema.properties.model.default, "opus");
});

Deno.test("ductor send waits for the bot, and says so", async () => {
  await using temp = await TempFolder.make();
  const run = ductor(temp);
  const sent = await run("send", "Hello", "there", "--chat", "7");
  assert.deepEqual([sent.code, sent.json.taken, sent.json.bot_running], [0, false, false]);
  const [file] = await Array.fromAsync(Deno.readDir(temp.at("home", "state", "outgoing")));
  const item = JSON.parse(
    await Deno.readTextFile(temp.at("home", "state", "outgoing", file!.name)),
  );
  assert.deepEqual([item.text, item.chat_id], ["Hello there", 7]);
  assert.equal((await run("send")).code, 1);
  assert.match((await run("send", "x", "--file", "/no/such")).json.error, /no file/);
});

Deno.test("K2.2 what people write into cron_jobs.json spoils no more than itself, and whoever meets it says so", async () => {
  await using temp = await TempFolder.make();
  const run = ductor(temp);
  const add = (title: string) => run("cron", "add", "--title", title, "--schedule", "0 9 * * *");
  await add("Tea");
  const file = temp.at("home", "cron_jobs.json");
  const edited = (await Deno.readTextFile(file))
    .replace('"jobs": [', '"jobs": [\n// mine\n"a text", null,').replace(/}\s*]/, "},]");
  await Deno.writeTextFile(file, edited);
  const listed = await run("cron", "list");
  assert.deepEqual(listed.json.jobs.map(({ id }: { id: string }) => id), ["#1", "#2", "tea"]);
  assert.match(listed.json.jobs[0].problem, /entry 1 in cron_jobs\.json is a string, not a job/);
  assert.equal((await add("Coffee")).code, 0);
  const after = await Deno.readTextFile(file);
  assert.match(after, /\/\/ mine\n\s*"a text", null,/);
  assert.match(after, /"coffee"/);

  await Deno.writeTextFile(file, after.replace("{", "{{"));
  const broken = await run("cron", "list");
  assert.match(broken.stderr, /cron_jobs\.json could not be used: .*line 1.*kept as .*corrupt/s);
  assert.deepEqual(broken.json.jobs.map(({ id }: { id: string }) => id), [
    ...["#1", "#2", "tea", "coffee"],
  ]);
});

Deno.test("ductor cron, ductor webhook: a project is one of the config, and is shown", async () => {
  await using temp = await TempFolder.make();
  const run = ductor(temp);
  await Deno.mkdir(temp.at("shop"));
  const set = await run("config", "set", "projects.shop", temp.at("shop"));
  assert.equal(set.code, 0, set.stderr);
  const add = ["cron", "add", "--title", "Tests", "--in", "5m", "--project"];
  const refused = await run(...add, "shpo");
  assert.deepEqual([refused.code, refused.json.projects], [1, ["shop"]]);
  assert.equal((await run(...add, "shop")).code, 0);
  assert.equal((await run("cron", "list")).json.jobs[0].project, "shop");
  assert.equal((await run("cron", "edit", "tests", "--project", "x")).code, 1);
  assert.equal((await run("cron", "edit", "tests", "--clear-project")).code, 0);
  assert.equal((await run("cron", "list")).json.jobs[0].project, undefined);
  const hook = ["webhook", "add", "ci", "--title", "CI", "--prompt", "Look", "--project"];
  assert.equal((await run(...hook, "../etc")).code, 1);
  assert.equal((await run(...hook, "shop")).code, 0);
  assert.equal((await run("webhook", "list")).json.hooks[0].project, "shop");
  assert.equal((await run("webhook", "edit", "ci", "--project", "x")).code, 1);
  const mode = await run("config", "set", "projects.shop.permission_mode", "plan");
  assert.equal(mode.code, 0, mode.stderr);
  const kept = await run("config", "get", "projects.shop");
  assert.deepEqual(kept.json.value, { folder: temp.at("shop"), permission_mode: "plan" });
});
