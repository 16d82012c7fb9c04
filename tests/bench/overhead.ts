/** What ductor itself adds between an update and the first call about it, when the agent is quick. */
import type { AgentEvent } from "../../src/agents/agent.ts";
import { BotApiServer } from "../../src/bot_api/server.ts";
import { withBot } from "../support/bot_bench.ts";
import { type Line, median, ms } from "./measure.ts";

const ROUNDS = 60;

export async function* overheadBench(): AsyncIterable<Line | string> {
  const own: number[] = [];
  await withBot(async ({ server, alice, claude, texts, until }) => {
    let turn = 0;
    claude.script = async function* (): AsyncIterable<AgentEvent> {
      yield { type: "text", text: `You said: ${++turn}` };
    };
    for (let round = 1; round <= ROUNDS; round++) {
      const start = performance.now();
      const seen = server.waitFor(() =>
        server.calls.findLast(({ method, payload }) =>
          method === "sendMessage" && payload.text === `You said: ${round}`
        )
      );
      alice.send(String(round));
      await seen;
      own.push(performance.now() - start);
      await until(() => texts().length === round);
    }
  });
  const bare = await bareBot();
  yield {
    what: "message sent → first call about it, agent answers at once",
    value: ms(median(own)),
    against: `bare echo bot ${ms(median(bare))}, ×${(median(own) / median(bare)).toFixed(1)}`,
    budget: "15 ms",
    ok: median(own) <= 15,
  };
}

/** A bot without anything: polls, and answers with plain fetch. */
async function bareBot(): Promise<number[]> {
  await using server = await BotApiServer.start();
  const alice = server.user({ id: 1, first_name: "Alice" });
  const call = async (method: string, payload: unknown) => {
    const answer = await fetch(`${server.apiRoot}/bot${server.token}/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(payload),
    });
    return (await answer.json()).result;
  };
  let running = true;
  const poll = (async () => {
    for (let offset = 0; running;) {
      for (const update of await call("getUpdates", { offset, timeout: 1 }) ?? []) {
        offset = update.update_id + 1;
        await call("sendMessage", { chat_id: 1, text: `You said: ${update.message.text}` });
      }
    }
  })();
  const times: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const start = performance.now();
    const seen = server.waitFor(() =>
      server.calls.findLast(({ payload }) => payload.text === `You said: ${round}`)
    );
    alice.send(String(round));
    await seen;
    times.push(performance.now() - start);
  }
  running = false;
  await poll;
  return times;
}
