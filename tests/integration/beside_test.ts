/** What stands beside the conversations: lines of /status and /diagnose, log context, secrets. */
import assert from "node:assert/strict";
import { configure, getLogger, type LogRecord, reset } from "@logtape/logtape";
import { AsyncLocalStorage } from "node:async_hooks";
import { JobRegistry } from "../../src/jobs/registry.ts";
import { Registry } from "../../src/webhooks/registry.ts";
import { loadConfig, updateConfig } from "../../src/config/load.ts";
import { KnownSecrets } from "../../src/base/known_secrets.ts";
import { createRedactor } from "../../src/base/redaction.ts";
import { ALICE, type BotBench, withBot } from "../support/bot_bench.ts";
import { freePort } from "../support/free_port.ts";
import { hookOf } from "../support/webhooks.ts";

const EVERY_DAY = { enabled: true, cooldown_minutes: 0, quiet_start: 0, quiet_end: 0 };

function addJob({ home }: BotBench, name: string, more: Record<string, unknown> = {}) {
  const schedule = "0 0 1 1 *";
  return new JobRegistry(home).add({ name, title: name, description: "", schedule, ...more });
}

Deno.test("/status and /diagnose say what runs by itself, and nothing of what is not used", async () => {
  const port = freePort();
  await withBot(async (bench) => {
    const { alice, texts, until, bot } = bench;
    const last = (start: string) => texts().findLast((text) => text.startsWith(start));
    alice.send("/status");
    await until(() => last("Status") !== undefined);
    assert.match(
      last("Status")!,
      /In the background\n(Telegram: .*\n)?Webhooks: 0, received at 127\.0\.0\.1:\d+/,
    );
    assert.doesNotMatch(last("Status")!, /Jobs:|Heartbeats:/);

    await addJob(bench, "Later", { schedule: "0 0 1 6 *" });
    await addJob(bench, "Sooner", { schedule: "0 0 1 1 *", timezone: "UTC" });
    await addJob(bench, "Lost");
    await Deno.remove(`${bench.home.cronTasksDir}/Lost`, { recursive: true }).catch(() => {});
    await bot.automation.scheduler.reload();
    await new Registry(bench.home.webhooksFile).add(hookOf());
    alice.send("hello");
    await until(() => texts().includes("You said: hello"));
    await bot.settled();
    await bot.heartbeat.tick();
    await bot.settled();
    for (const [command, title] of [["/status", "Status"], ["/diagnose", "Diagnosis"]] as const) {
      alice.send(command);
      await until(() => /Heartbeats: 1 \(/.test(last(title) ?? ""));
      const text = last(title)!;
      assert.match(text, /Jobs: (Sooner|Lost) is next, \w{3} 1 Jan 20\d\d 00:00/);
      assert.match(text, new RegExp(`Webhooks: 1, received at 127\\.0\\.0\\.1:${port}`));
    }
    assert.match(last("Diagnosis")!, /Messages with suspicious patterns: 0/);
  }, {
    config: {
      user_timezone: "UTC",
      heartbeat: EVERY_DAY,
      webhooks: { enabled: true, host: "127.0.0.1", port },
    },
  });
});

Deno.test("/status says why webhooks are not received", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await withBot(async ({ alice, texts, until }) => {
    alice.send("/status");
    await until(() => texts().some((text) => /not received, port \d+ is taken/.test(text)));
  }, { config: { webhooks: { enabled: true, host: "127.0.0.1", port: taken.addr.port } } });
});

Deno.test("what is logged in a turn, a job, a heartbeat and for a webhook says where it belongs", async () => {
  const records: LogRecord[] = [];
  await configure({
    reset: true,
    contextLocalStorage: new AsyncLocalStorage(),
    sinks: { list: (record) => void records.push(record) },
    loggers: [
      { category: "ductor", sinks: ["list"], lowestLevel: "debug" },
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "fatal" },
    ],
  });
  const port = freePort();
  try {
    await withBot(async (bench) => {
      const { alice, claude, texts, until, bot } = bench;
      claude.script = async function* () {
        getLogger(["ductor", "test"]).info("in the agent");
        yield { type: "text", text: `answer ${claude.turns.length}` };
      };
      const seen = () =>
        records.filter(({ category }) => category[1] === "test")
          .map(({ properties: { op, chat } }) => [op, chat]);
      alice.send("hello");
      await until(() => texts().includes("answer 1"));
      await bot.settled();
      await bot.heartbeat.tick();
      await addJob(bench, "job", { chat_id: ALICE });
      await bot.automation.scheduler.reload();
      await bot.automation.scheduler.runNow("job");
      await until(() => texts().some((text) => text.includes("answer 3")));
      await bot.settled();
      await new Registry(bench.home.webhooksFile).add(hookOf({ chat_id: ALICE }));
      await fetch(`http://127.0.0.1:${port}/hooks/deploys`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer the-token" },
        body: "{}",
      }).then((response) => response.body?.cancel());
      await until(() => texts().some((text) => text.includes("answer 4")));
      await bot.settled();
      const chat = String(ALICE);
      assert.deepEqual(seen(), [["msg", chat], ["hb", chat], ["cron", chat], ["wh", chat]]);
    }, {
      config: { heartbeat: EVERY_DAY, webhooks: { enabled: true, host: "127.0.0.1", port } },
    });
  } finally {
    await reset();
  }
});

Deno.test("the redactor knows tokens made at the start, those of hooks, and those that came later", async () => {
  const secrets = new KnownSecrets();
  const clean = createRedactor(() => secrets.values);
  await withBot(async (bench) => {
    const registry = new Registry(bench.home.webhooksFile);
    await registry.add(hookOf({ token: "hook-secret-one", previous_secret: "hook-secret-old" }));
    await bench.start();
    const { config } = await loadConfig(bench.home);
    assert.ok(config.webhooks.token.length >= 16);
    for (const secret of [config.webhooks.token, "hook-secret-one", "hook-secret-old"]) {
      assert.equal(clean(`x ${secret} y`), "x [redacted] y");
    }
    // As another process does: `ductor webhook add`, `ductor config set`.
    await registry.add(hookOf({ id: "new", auth_mode: "hmac", hmac_secret: "hook-secret-two" }));
    await updateConfig(bench.home, (raw) => {
      raw.webhooks = { ...raw.webhooks as object, token: "token-by-hand" };
    });
    bench.alice.send("/status");
    bench.alice.send("/model sonnet");
    await bench.until(() => bench.texts().length === 2);
    await bench.until(() => clean("hook-secret-two token-by-hand") === "[redacted] [redacted]");
  }, {
    started: false,
    config: { webhooks: { enabled: true, host: "127.0.0.1", port: freePort() } },
    bot: { secrets },
  });
});
