/** A follow-up message to the real CLIs: through the chat, and in a bare warm session. */
import { join } from "node:path";
import type { Agent } from "../../src/agents/agent.ts";
import { HostLauncher } from "../../src/process/launcher.ts";
import { createAgents, type ProviderName } from "../../src/agents/provider.ts";
import { startBot } from "../../src/app/compose.ts";
import { Home } from "../../src/config/home.ts";
import { loadConfig, updateConfig } from "../../src/config/load.ts";
import { BotApiServer } from "../../src/bot_api/server.ts";
import { seedHome } from "../../src/workspace/seed.ts";
import { findCli } from "../contract/cases.ts";
import { ModelServer } from "../support/model_server.ts";
import { type Line, median, ms } from "./measure.ts";

const ROUNDS = 9;
const BUDGET = { claude: 250, codex: 350 } as const;

export async function* answerBench(): AsyncIterable<Line | string> {
  for (const provider of ["claude", "codex"] as const) {
    const command = await findCli(provider);
    if (!command) {
      yield `  answer: skipped: ${provider} not found`;
      continue;
    }
    const folder = await Deno.makeTempDir();
    const server = await ModelServer.start({ delayMs: 1 });
    try {
      const env = provider === "claude" ? server.claudeEnv(folder) : await server.codexEnv(folder);
      for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
      const agents = await createAgents({
        launcher: new HostLauncher(),
        commands: { [provider]: command },
      });
      const bare = await bareSession(agents[provider], folder);
      const chat = await throughChat(agents, provider, folder);
      const ratio = median(chat) / median(bare);
      yield {
        what: `follow-up message → first text in the chat, real ${provider}`,
        value: ms(median(chat)),
        against: `bare warm session ${ms(median(bare))}, ×${ratio.toFixed(2)}`,
        budget: `${BUDGET[provider]} ms, ×1.5`,
        ok: median(chat) <= BUDGET[provider] && ratio <= 1.5,
      };
    } finally {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true }).catch(() => {});
    }
  }
}

async function bareSession(agent: Agent, cwd: string): Promise<number[]> {
  const settings = { permissionMode: "bypassPermissions" as const };
  const session = await agent.open({ ...settings, cwd, extraArgs: [], env: {} });
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    let first: number | undefined;
    const { signal } = new AbortController();
    for await (const event of session.run({ ...settings, text: `round ${round}` }, signal)) {
      if (event.type === "text") first ??= performance.now() - start;
    }
    if (round > 0) times.push(first ?? NaN);
  }
  await session.close();
  return times;
}

async function throughChat(
  agents: Record<ProviderName, Agent>,
  provider: ProviderName,
  folder: string,
): Promise<number[]> {
  await using api = await BotApiServer.start();
  const alice = api.user({ id: 7, first_name: "Alice" });
  const home = new Home(join(folder, "home"));
  await loadConfig(home);
  await updateConfig(home, (raw) => {
    Object.assign(raw, {
      telegram_token: api.token,
      telegram_api_root: api.apiRoot,
      allowed_user_ids: [7],
      provider,
      model: "",
    });
  });
  await seedHome(home);
  const bot = await startBot({ home, config: (await loadConfig(home)).config, agents });
  const times: number[] = [];
  const spoken = () =>
    api.calls.filter(({ method, payload }) =>
      method === "sendMessage" && !String(payload.text).startsWith("💭")
    ).length;
  for (let round = 0; round <= ROUNDS; round++) {
    const before = spoken();
    const start = performance.now();
    alice.send(`round ${round}`);
    await api.waitFor(() => spoken() > before);
    if (round > 0) times.push(performance.now() - start);
    await bot.settled();
  }
  await bot.stop(0);
  return times;
}
