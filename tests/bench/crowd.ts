/** Many conversations streaming at once: does the program keep breathing? */
import type { AgentEvent } from "../../src/agents/agent.ts";
import { withBot } from "../support/bot_bench.ts";
import { longMarkdown } from "../support/long_markdown.ts";
import { type Line, ms } from "./measure.ts";

const PEOPLE = 100;

export async function* crowdBench(): AsyncIterable<Line | string> {
  const lines: Line[] = [];
  const ids = Array.from({ length: PEOPLE }, (_, i) => 5000 + i);
  await withBot(async ({ server, claude, bot }) => {
    const { markdown } = longMarkdown(6000);
    let left = PEOPLE;
    const all = Promise.withResolvers<void>();
    claude.script = async function* (): AsyncIterable<AgentEvent> {
      for (let at = 0; at < markdown.length; at += 60) {
        yield { type: "text", text: markdown.slice(at, at + 60) };
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      if (--left === 0) all.resolve();
    };
    const people = ids.map((id) => server.user({ id, first_name: `P${id}` }));
    let worst = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      const now = performance.now();
      worst = Math.max(worst, now - last - 10);
      last = now;
    }, 10);
    for (const person of people) person.send("go");
    await all.promise;
    await bot.settled();
    clearInterval(watch);
    const refused = server.calls.filter(({ error }) => error?.error_code === 429).length;
    lines.push({
      what: `${PEOPLE} conversations streaming at once: longest stall`,
      value: ms(worst),
      against: `${refused} times 429 (server and bot in one process)`,
      budget: "50 ms",
      ok: worst <= 50 && refused === 0,
    });
  }, { config: { allowed_user_ids: ids, streaming: { edit_interval_seconds: 1 } } });
  yield* lines;
}
