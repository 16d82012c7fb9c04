/** Whatever stands in a file: nobody stops for it, what is good in it counts, and nothing is thrown away. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigError } from "../../src/config/config_error.ts";
import { changeEnvFile, isVariableName, parseEnvFile } from "../../src/config/env_file.ts";
import { Home } from "../../src/config/home.ts";
import { loadConfig } from "../../src/config/load.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import { Inbox } from "../../src/conversation/inbox.ts";
import { Sessions } from "../../src/conversation/sessions.ts";
import { readEntries } from "../../src/jobs/job.ts";
import { JobRegistry } from "../../src/jobs/registry.ts";
import { OutboxJournal } from "../../src/telegram/outbox_journal.ts";
import { readUpdate } from "../../src/telegram/update.ts";
import { Events } from "../../src/webhooks/events.ts";
import { Registry } from "../../src/webhooks/registry.ts";
import { FakeClock } from "../support/fake_clock.ts";
import type { Json } from "../support/fake_child.ts";
import { anyJson, fileOf, fuzz, near, samples } from "../support/fuzz.ts";
import { hookOf } from "../support/webhooks.ts";
import { TempFolder } from "../support/temp_folder.ts";

const JOB: Json = {
  id: "good",
  title: "Good",
  description: "d",
  schedule: "0 9 * * *",
  task_folder: "good",
  agent_instruction: "do it",
  enabled: true,
  created_at: "2026-01-01T00:00:00Z",
  last_run_at: null,
  last_run_status: null,
};
const HOOK: Json = { ...hookOf({ id: "good" }) };
const SESSION: Json = {
  chat_id: 7,
  provider: "claude",
  model: "opus",
  created_at: "2026-01-01T00:00:00Z",
  last_active: "2026-01-01T00:00:00Z",
  provider_sessions: { claude: { session_id: "s", message_count: 1 } },
};

/** Some at a time, as what is broken is looked at twice with a pause in between. */
async function each<T>(cases: readonly T[], look: (one: T, temp: TempFolder) => Promise<void>) {
  for (let at = 0; at < cases.length; at += 100) {
    await Promise.all(
      cases.slice(at, at + 100).map(async (one) => {
        await using temp = await TempFolder.make();
        await look(one, temp);
      }),
    );
  }
}

/** What is set aside is what was there. */
async function asides(folder: string, name: string): Promise<number> {
  const names = await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name);
  return names.filter((one) => one.startsWith(`${name}.`) && /corrupt|damaged/.test(one)).length;
}

Deno.test("K10.2 config.json: is used, or refused with a reason, and never changed for the worse", () =>
  each(
    samples(fileOf([{ ...defaultConfig(), telegram_token: "1:a", allowed_user_ids: [7] }, {}]), 60),
    async (bytes, temp) => {
      const home = new Home(temp.path, temp.path);
      await Deno.mkdir(home.configDir, { recursive: true });
      await Deno.writeFile(home.configFile, bytes);
      try {
        await loadConfig(home);
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error));
        assert.deepEqual(await Deno.readFile(home.configFile), bytes);
      }
    },
  ));

Deno.test("K10.2 registries and sessions: what is no JSON is set aside, else the good entries count", () =>
  each(
    samples(fileOf([{ jobs: [JOB] }, { hooks: [HOOK] }, { "7": SESSION }]), 60),
    async (bytes, temp) => {
      const home = new Home(temp.path, temp.path);
      await Deno.mkdir(home.stateDir, { recursive: true });
      const files = [home.cronJobsFile, home.webhooksFile, home.sessionsFile];
      for (const file of files) await Deno.writeFile(file, bytes);
      for (const entry of await new JobRegistry(home).list()) {
        assert.equal(typeof entry.id, "string");
      }
      await new Registry(home.webhooksFile, { clock: new FakeClock() }).all();
      const sessions = new Sessions(home);
      await sessions.all();
      await sessions.get({ chatId: 7 });
      for (const name of ["cron_jobs.json", "webhooks.json", "sessions.json"]) {
        const kept = await asides(temp.path, name);
        const there = await Deno.readFile(temp.at(name)).catch(() => undefined);
        assert.ok(kept === 1 || there !== undefined && bytes.every((byte, n) => there[n] === byte));
      }
    },
  ));

Deno.test("K10.2 jobs: one odd entry spoils no other one, and each has its word", () =>
  fuzz(fc.array(near([JOB]), { maxLength: 5 }), (others) => {
    const entries = readEntries([...others, { ...JOB, id: "the-last" }]);
    assert.equal(entries.length, others.length + 1);
    assert.ok(entries.at(-1)!.job);
    for (const { id, title, job, problem } of entries) {
      assert.ok(typeof id === "string" && typeof title === "string" && (job || problem));
    }
  }));

Deno.test("K10.2 journals: lines that are no records cost themselves only", () => {
  const records: readonly Json[] = [
    { k: "update", id: 5, update: { update_id: 5 } },
    { k: "started", id: 5, turn: "t" },
    { k: "done", id: 6 },
    { k: "final", id: "a", chat: 7, content: { pieces: [{ text: "x", entities: [] }] } },
    { k: "try", id: "a", chat: 7, index: 0, print: "p", after: 1 },
    { k: "done", id: "b" },
    { k: "event", id: "e", hook: "h", at: 1, form: false, body: "{}" },
  ];
  const lines = fc.array(
    fc.oneof(
      near(records).map((value) => JSON.stringify(value) ?? ""),
      anyJson().map((value) => JSON.stringify(value) ?? ""),
      fc.string({ unit: "binary", maxLength: 30 }),
    ),
    { maxLength: 12 },
  );
  return each(samples(lines, 60), async (all, temp) => {
    const text = all.map((line) => line.replaceAll("\n", " ").toWellFormed() + "\n").join("");
    const paths = ["inbox", "outbox", "events"].map((name) => temp.at(`${name}.jsonl`));
    for (const path of paths) await Deno.writeTextFile(path, text);
    const [inboxFile, outboxFile, eventsFile] = paths as [string, string, string];
    // What is accepted after them is there in the next life, whatever stood before it.
    const update = { update_id: 4_000_000 };
    for (const life of [1, 2]) {
      const inbox = await Inbox.open(inboxFile, readUpdate);
      if (life === 1) await inbox.accept([update]);
      assert.ok(inbox.entries().some((entry) => entry.update.update_id === update.update_id));
      await inbox.close();
      const { journal } = await OutboxJournal.open(outboxFile);
      await journal.close();
      const events = await Events.open(eventsFile, () => 0);
      await events.close();
    }
  });
});

Deno.test("K10.2 .env: any text is read, and a change changes nothing else", () => {
  const line = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.tuple(fc.constantFrom("A", "B_1", "export A", "__proto__", "constructor", ""), fc.string())
      .map(([name, value]) => `${name}=${value}`),
    fc.constantFrom('A="x\ny"', "B='", "C=`", "#", "A=\\", 'D="\\', "\ufeffE=1"),
  );
  return fuzz(
    fc.tuple(fc.array(line, { maxLength: 8 }), fc.string({ maxLength: 20 })),
    ([lines, value]) => {
      const text = lines.join("\n");
      const before = parseEnvFile(text);
      for (const name of Object.keys(before)) assert.ok(isVariableName(name));
      if (/[\0\r]/.test(value)) return;
      const after = parseEnvFile(changeEnvFile(text, { NEW_ONE: value }));
      assert.equal(after.NEW_ONE, value);
      const { NEW_ONE: _, ...others } = after;
      const { NEW_ONE: __, ...same } = before;
      assert.deepEqual(others, same);
    },
    300,
  );
});
