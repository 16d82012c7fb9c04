/** kill -9 of the real program in the middle of a burst of webhook events. */
import assert from "node:assert/strict";
import { Registry } from "../../src/webhooks/registry.ts";
import { freePort } from "../support/free_port.ts";
import { CHAT, type KillBench, withKillBench } from "../support/kill_bench.ts";
import { hmac, hookOf } from "../support/webhooks.ts";

const BURST = 200;
const SECRET = "a-secret-of-the-test";

/** The events in each turn that the agent has ended, by what it keeps of its sessions. */
function turns({ temp }: KillBench): string[][] {
  const found: string[][] = [];
  try {
    for (const { name } of Deno.readDirSync(temp.at("demo"))) {
      if (!name.endsWith(".json")) continue;
      const { history } = JSON.parse(Deno.readTextFileSync(temp.at("demo", name)));
      for (const turn of history.filter(({ role }: { role: string }) => role === "user")) {
        const events = [...JSON.stringify(turn).matchAll(/Look at (event \d+)\./g)];
        if (events.length > 0) found.push(events.map(([, event]) => event!));
      }
    }
  } catch {
    // No turn has ended yet, or a file is just being replaced.
  }
  return found;
}

Deno.test({
  name:
    "K3.3 a burst of 200 signed events: all are accepted and on disk, few turns, none lost over " +
    "kill -9, none handled twice",
  ignore: Deno.build.os === "windows", // The agent on the PATH is a shell script.
  async fn() {
    const port = freePort();
    await withKillBench(async (bench) => {
      const { home, alice } = bench;
      const signed = { preset: "github", auth_mode: "hmac", hmac_secret: SECRET };
      await new Registry(home.webhooksFile).add(hookOf({ ...signed, chat_id: CHAT }));
      await bench.begin();
      alice.send("say: ready");
      await bench.until(() => bench.texts().includes("ready"));
      const statuses = await Promise.all(Array.from({ length: BURST }, async (_, n) => {
        const body = JSON.stringify({ text: `event ${n}.` });
        const response = await fetch(`http://127.0.0.1:${port}/hooks/deploys`, {
          method: "POST",
          headers: {
            "x-github-event": "push",
            "x-github-delivery": `delivery-${n}`,
            "x-hub-signature-256": `sha256=${(await hmac("SHA-256", SECRET, body)).hex}`,
          },
          body,
        });
        await response.body?.cancel();
        return response.status;
      }));
      await bench.kill();
      assert.deepEqual(statuses, Array(BURST).fill(202));
      const journal = await Deno.readTextFile(home.webhookEventsFile);
      const kept = new Set(
        [...journal.matchAll(/"key":"deploys:(delivery-\d+)"/g)].map(([, k]) => k),
      );
      assert.equal(kept.size, BURST, "on disk");

      await bench.begin();
      const interrupted = () =>
        bench.said().find(({ text }) => text?.includes("I was interrupted"));
      const count = () => turns(bench).flat().length;
      // What the agent was working on is the user's to decide.
      await bench.until(() => count() === BURST || interrupted());
      const news = interrupted();
      if (news) await bench.press(news, "Run again");
      // Whoever waits for something of the agent's, looks after each call of the bot.
      alice.send("say: over");
      await bench.until(() => bench.texts().includes("over"));
      while (count() < BURST) {
        alice.send("say: more");
        const before = bench.texts().length;
        await bench.until(() => bench.texts().length > before);
      }
      const all = turns(bench);
      assert.deepEqual(
        all.flat().sort(),
        Array.from({ length: BURST }, (_, n) => `event ${n}`).sort(),
        "each once",
      );
      assert.ok(all.length <= 5, `${all.length} turns`);
    }, { webhooks: { enabled: true, port } });
  },
});
