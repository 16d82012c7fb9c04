import type { Message } from "grammy/types";
import { join } from "node:path";
import { type Bot, type BotOptions, startBot } from "../../src/app/compose.ts";
import { Home } from "../../src/config/home.ts";
import { loadConfig, updateConfig } from "../../src/config/load.ts";
import { BotApiServer } from "../../src/bot_api/server.ts";
import type { ChatUser, ServerOptions } from "../../src/bot_api/types.ts";
import { seedHome } from "../../src/workspace/seed.ts";
import { ScriptedAgent } from "./scripted_agent.ts";

export const ALICE = 1001;
export const BOB = 1002;

/** The real bot, in this process, against the embedded Bot API server and scripted agents. */
export interface BotBench {
  server: BotApiServer;
  alice: ChatUser;
  bob: ChatUser;
  claude: ScriptedAgent;
  codex: ScriptedAgent;
  home: Home;
  bot: Bot;
  start(): Promise<void>;
  /** Ends the bot, without any grace if none is given. */
  stop(graceMs?: number): Promise<void>;
  /** Ends the bot as a power cut does: nothing is said or written any more from this moment on. */
  die(): Promise<void>;
  /** What the bot shows in a chat now. */
  said(chatId?: number): Message[];
  /** The texts of that, without notices about waiting messages. */
  texts(chatId?: number): string[];
  /** Waits until the condition holds; looked at after everything that happens in a chat. */
  until(condition: () => boolean, limitMs?: number): Promise<void>;
}

export async function withBot(
  fn: (bench: BotBench) => Promise<void>,
  options: {
    config?: Record<string, unknown>;
    started?: boolean;
    server?: ServerOptions;
    /** More for `startBot`. */
    bot?: Partial<BotOptions>;
  } = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const home = new Home(join(folder, "home"));
  await using server = await BotApiServer.start(options.server ?? {});
  const [alice, bob] = [
    server.user({ id: ALICE, first_name: "Alice" }),
    server.user({ id: BOB, first_name: "Bob" }),
  ];
  await loadConfig(home);
  await updateConfig(home, (raw) => {
    Object.assign(raw, {
      telegram_token: server.token,
      telegram_api_root: server.apiRoot,
      allowed_user_ids: [ALICE, BOB],
      ...options.config,
    });
    raw.streaming = { edit_interval_seconds: 0.02, ...options.config?.streaming as object };
  });
  await seedHome(home);
  const [claude, codex] = [new ScriptedAgent("claude"), new ScriptedAgent("codex")];
  let running = false;
  const bench: BotBench = {
    server,
    alice,
    bob,
    claude,
    codex,
    home,
    bot: undefined as unknown as Bot,
    async start() {
      const { config } = await loadConfig(home);
      bench.bot = await startBot({ home, config, agents: { claude, codex }, ...options.bot });
      running = true;
    },
    async stop(graceMs = 0) {
      if (running) await bench.bot.stop(graceMs);
      running = false;
    },
    async die() {
      const files = [home.inboxFile, home.outboxFile, home.sessionsFile];
      // One that was not written yet is not there afterwards either.
      const contents = await Promise.all(
        files.map((file) => Deno.readFile(file).catch(() => undefined)),
      );
      const cut = server.faults.add({ fault: "reset" });
      await bench.stop();
      cut();
      await Promise.all(files.map((file, i) => {
        const content = contents[i];
        return content ? Deno.writeFile(file, content) : Deno.remove(file).catch(() => {});
      }));
    },
    said: (chatId = ALICE) =>
      server.messages(chatId).filter(({ from }) => from?.id === server.me.id),
    texts: (chatId = ALICE) =>
      bench.said(chatId).map(({ text }) => text ?? "").filter((text) =>
        !text.startsWith("[Message ")
      ),
    until(condition, limitMs = 15_000) {
      return new Promise((resolve, reject) => {
        const check = () => {
          if (!condition()) return;
          end();
          resolve();
        };
        const timer = setTimeout(() => {
          end();
          const shown = JSON.stringify(bench.texts(), null, 1);
          reject(new Error(`Waited in vain for ${condition}; Alice's chat shows ${shown}`));
        }, limitMs);
        const unsubscribe = server.subscribe(check);
        const poll = setInterval(check, 20);
        const end = () => {
          clearTimeout(timer);
          clearInterval(poll);
          unsubscribe();
        };
        check();
      });
    },
  };
  try {
    if (options.started !== false) await bench.start();
    await fn(bench);
  } finally {
    await bench.stop();
    await Deno.remove(folder, { recursive: true });
  }
}
