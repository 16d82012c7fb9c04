import assert from "node:assert/strict";
import { ALICE, withBot } from "../support/bot_bench.ts";

Deno.test("through the running bot: a beat goes on with the session and its news ring", async () => {
  await withBot(async (bench) => {
    const { alice, claude } = bench;
    alice.send("hello");
    await bench.until(() => bench.texts().length === 1);
    await bench.bot.settled();
    claude.script = async function* ({ text }) {
      yield { type: "text", text: text === "Anything?" ? "Tea is ready." : "no" };
    };
    const session = claude.opened[0];
    await bench.bot.heartbeat.tick();
    await bench.until(() => bench.texts().length === 2);
    assert.equal(bench.texts()[1], "Tea is ready.");
    assert.equal(claude.turns.at(-1)!.text, "Anything?");
    assert.ok(claude.opened.length === 1 || claude.opened[1]!.resume !== undefined, `${session}`);
    assert.equal((await bench.bot.heartbeat.totals({ chatId: ALICE })).said, 1);
  }, {
    config: {
      heartbeat: {
        enabled: true,
        cooldown_minutes: 0,
        prompt: "Anything?",
        quiet_start: 0,
        quiet_end: 0,
      },
    },
  });
});
