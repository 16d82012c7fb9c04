/** How far the chat is behind what the model has written, while one answer streams for a while. */
import type { AgentEvent } from "../../src/agents/agent.ts";
import { withBot } from "../support/bot_bench.ts";
import { type Line, ms, percentile } from "./measure.ts";

const WORDS = 400;
/** About as fast as a model writes. */
const EVERY_MS = 50;

export async function* paceBench(): AsyncIterable<Line | string> {
  const written: number[] = [];
  const behind: number[] = [];
  let first = NaN;
  let refused = 0;
  await withBot(async ({ server, alice, claude, bot }) => {
    let shown = 0;
    const watch = () => {
      const text = String(server.calls.at(-1)?.payload.text ?? "");
      const newest = Number(/.*\bw(\d+)/s.exec(text)?.[1] ?? -1);
      for (; shown <= newest; shown++) behind.push(performance.now() - written[shown]!);
      if (newest >= 0 && Number.isNaN(first)) first = performance.now() - written[0]!;
    };
    const unsubscribe = server.subscribe(watch);
    claude.script = async function* (): AsyncIterable<AgentEvent> {
      for (let i = 0; i < WORDS; i++) {
        written.push(performance.now());
        yield { type: "text", text: `The word w${i} follows. ` };
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
    };
    alice.send("go");
    await server.waitFor(() => shown === WORDS, { signal: AbortSignal.timeout(60_000) });
    await bot.settled();
    unsubscribe();
    refused = server.calls.filter(({ error }) => error?.error_code === 429).length;
  }, { config: { streaming: { edit_interval_seconds: 1 } } });
  const p95 = percentile(behind, 95);
  yield {
    what: "chat behind the model while it writes: p95",
    value: ms(p95),
    against: `an edit a second, ×${(p95 / 1000).toFixed(2)}; ${refused} times 429`,
    budget: "1000 ms, no 429",
    ok: p95 <= 1000 && refused === 0,
  };
  yield {
    what: "chat behind the model while it writes: first words",
    value: ms(first),
    against: `median of all ${ms(percentile(behind, 50))}`,
    budget: "500 ms",
    ok: first <= 500,
  };
}
