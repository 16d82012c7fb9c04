import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Registry } from "../../src/webhooks/registry.ts";
import { ALICE, withBot } from "../support/bot_bench.ts";
import { hookOf } from "../support/webhooks.ts";

const WORKER = fileURLToPath(new URL("../support/webhook_worker.ts", import.meta.url));

Deno.test("killed right after 202: every event is handled once after the restart", async () => {
  await withBot(async (bench) => {
    const { home, claude, alice } = bench;
    await new Registry(home.webhooksFile).add(hookOf({ chat_id: ALICE }));
    const worker = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        "--quiet",
        WORKER,
        home.webhooksFile,
        home.webhookEventsFile,
      ],
      stdout: "piped",
    }).spawn();
    const reader = worker.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const port = Number((await reader.read()).value);
    const send = (n: number) =>
      fetch(`http://127.0.0.1:${port}/hooks/deploys`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: "Bearer the-token",
          "idempotency-key": `${n}`,
        },
        body: JSON.stringify({ text: `event ${n}.` }),
      }).then(async (response) => [response.status, await response.text()]);
    const answers = await Promise.all([1, 2, 3, 2, 1].map(send));
    worker.kill("SIGKILL");
    await Promise.all([worker.status, reader.cancel()]);
    assert.deepEqual(answers.map(([status]) => status).sort(), [200, 200, 202, 202, 202]);

    const seen = () =>
      claude.turns.flatMap(({ text }) => [...text.matchAll(/Look at (event \d)\.\n/g)])
        .map(([, event]) => event).sort();
    claude.script = async function* () {
      yield { type: "text", text: "seen" };
    };
    alice.send("/start");
    for (let restart = 0; restart < 2; restart++) {
      await bench.start();
      await bench.until(() => seen().length === 3);
      await bench.bot.settled();
      await bench.stop();
    }
    assert.deepEqual(seen(), ["event 1", "event 2", "event 3"]);
  }, { started: false });
});
