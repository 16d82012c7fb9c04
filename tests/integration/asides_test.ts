/** Files that could not be read and were set aside: the owner hears of each, once. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { JobRegistry } from "../../src/jobs/registry.ts";
import { withBot } from "../support/bot_bench.ts";

Deno.test("K15.10 set aside: damaged journals, and what another life or a command set aside, are told once", async () => {
  await withBot(async ({ home, start, stop, texts, until, alice }) => {
    alice.send("hello");
    await until(() => texts().length > 0);
    await stop(1000);
    const journals = [home.inboxFile, home.outboxFile, home.webhookEventsFile];
    for (const file of journals) await Deno.writeTextFile(file, "no record\n", { append: true });
    // Of a life that was killed before it could say so.
    await Deno.writeTextFile(home.sessionsFile, "{}");
    await Deno.writeTextFile(`${home.sessionsFile}.corrupt-2026-01-02T03-04-05Z`, "{{{");
    await start();
    const notices = (of: string) => texts().filter((text) => text.startsWith(`⚠️ ${of} `));
    const once = (...names: string[]) => names.every((name) => notices(name).length === 1);
    const four = ["inbox.jsonl", "outbox.jsonl", "webhook_events.jsonl", "sessions.json"];
    await until(() => once(...four));
    for (const [path] of [...texts().join("\n").matchAll(/\/\S+?(?=[.;](?:\s|$))/g)]) {
      assert.match(await Deno.readTextFile(path), /^no record\n$|^\{\{\{$/);
    }
    assert.match(
      notices("inbox.jsonl")[0]!,
      /damaged lines.*\.damaged-.*all other lines are in use/,
    );

    // `ductor cron list` meets a broken file first, while the bot runs.
    await Deno.writeTextFile(home.cronJobsFile, '{"jobs": [');
    await new JobRegistry(home).list();
    await until(() => once(...four, "cron_jobs.json"));
    assert.match(notices("cron_jobs.json")[0]!, /could not be read.*corrupt-.*so it is empty now/);

    await stop(1000);
    await start();
    alice.send("again");
    await until(() => texts().some((text) => text.includes("again")));
    await Deno.writeTextFile(join(home.stateDir, "x.json.corrupt-2026-01-02T03-04-05Z"), "");
    await until(() => notices("x.json").length === 1);
    assert.ok(once(...four, "cron_jobs.json"));
  });
});
