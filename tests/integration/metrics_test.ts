/** What the metrics and the log say of turns and jobs, with the whole bot. */
import assert from "node:assert/strict";
import { JobRegistry } from "../../src/jobs/registry.ts";
import { withBot } from "../support/bot_bench.ts";
import { freePort } from "../support/free_port.ts";
import { LogLines } from "../support/log_lines.ts";
import { until } from "../support/processes.ts";

Deno.test("metrics and log: each turn and each run of a job counts, with what it cost", async () => {
  const port = freePort();
  await using log = await LogLines.capture();
  await withBot(async ({ alice, bot, home, texts, until: chatShows }) => {
    alice.send("one");
    await chatShows(() => texts().length === 1);
    const tea = { name: "tea", title: "Tea", description: "Make tea.", schedule: "0 0 1 1 *" };
    await new JobRegistry(home).add(tea);
    await bot.automation.scheduler.reload();
    await bot.automation.scheduler.runNow("tea");
    const read = async () => await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    await until(async () => (await read()).includes("ductor_runs_total{"), read, 15_000);
    const text = await read();
    for (
      const line of [
        /^ductor_turns_total\{kind="turn",provider="claude",model="\w+",outcome="answered"\} 1$/m,
        /^ductor_turn_cost_usd_total\{.*\} 0\.01$/m,
        /^ductor_runs_total\{kind="job",status="success"\} 1$/m,
        /^ductor_queue_waiting 0$/m,
        /^ductor_telegram_answered_timestamp_seconds \d+/m,
      ]
    ) assert.match(text, line);
    const hook = await fetch(`http://127.0.0.1:${port}/hooks/x`, { method: "POST" });
    assert.equal(hook.status, 404);
    await hook.body?.cancel();
  }, { config: { metrics: { enabled: true }, webhooks: { enabled: false, port } } });
  assert.equal(
    log.matching(/^info: A turn ended: answered, claude \w+, [\d.]+ s, \$0\.0100$/).length,
    1,
  );
  assert.equal(log.matching(/^info: Job Tea \(tea\) ended: success, claude \w+, /).length, 1);
});
