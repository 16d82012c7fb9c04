/** A running bot whose config is changed in its file, as an editor or a command does it. */
import type { AgentEvent } from "../../src/agents/agent.ts";
import type { LogLevelName } from "../../src/config/schema.ts";
import { type Config, defaultConfig } from "../../src/config/schema.ts";
import { isInUse } from "../../src/config/in_use.ts";
import { updateConfig } from "../../src/config/load.ts";
import type { ChatHandle } from "../../src/bot_api/types.ts";
import { Updater } from "../../src/update/updater.ts";
import { type BotBench, withBot } from "../support/bot_bench.ts";
import { ShiftedClock } from "../support/shifted_clock.ts";

/** What an agent does in one turn. */
type Talk = (signal: AbortSignal) => AsyncIterable<AgentEvent>;

interface Where {
  /** In a conversation that is begun for it: it has chosen nothing of its own yet. */
  elsewhere?: boolean;
}

export interface LiveBench extends BotBench {
  clock: ShiftedClock;
  group: ChatHandle;
  /** Changes of the log, as the bot asked for them. */
  logged: { level: LogLevelName; format: "text" | "json" }[];
  /** Where new versions were looked for. */
  asked: string[];
  config(): Config;
  /** Sets keys in the file; resolves when the bot has taken that over. */
  set(values: Record<string, unknown>): Promise<void>;
  /** Sends `/new`. */
  fresh(): Promise<void>;
  /** Sends a message that is answered in this way; what the bot says until all is quiet. */
  talk(script: Talk, where?: Where): Promise<string[]>;
  /** The same with an answer that does not matter. */
  ask(where?: Where): Promise<string[]>;
}

export async function withLiveBot(fn: (bench: LiveBench) => Promise<void>): Promise<void> {
  const clock = new ShiftedClock(Date.UTC(2026, 10, 23, 12));
  const logged: LiveBench["logged"] = [];
  const asked: string[] = [];
  let config = defaultConfig;
  const updater = new Updater({
    home: undefined as never, // needed for an upgrade only
    config: () => config(),
    version: "0.0.1",
    repository: undefined,
    publicKey: "",
    executable: "/nowhere/ductor",
  });
  updater.newer = () => {
    asked.push(config().update.url);
    return Promise.resolve(undefined);
  };
  const logs = {
    change(to: LiveBench["logged"][number]) {
      logged.push(to);
      return Promise.resolve();
    },
  };
  await withBot(async (bench) => {
    const { alice, bob, bot, claude, codex, home, said, server, texts, until } = bench;
    config = bot.config;
    const group = server.group({ title: "G", members: [alice, bob], botIsAdmin: true });
    const talk = async (script: Talk, { elsewhere = false }: Where = {}) => {
      const text = crypto.randomUUID();
      const chat = elsewhere ? server.group({ title: text, members: [alice] }).id : undefined;
      const before = texts().length;
      claude.script = codex.script = (_, signal) => script(signal);
      if (chat === undefined) alice.send(text);
      else alice.send(`@${server.me.username} ${text}`, { chat });
      await until(() => [...claude.turns, ...codex.turns].some((turn) => turn.text.includes(text)));
      await bot.settled();
      return texts().slice(before);
    };
    await fn({
      ...bench,
      clock,
      group,
      logged,
      asked,
      config,
      talk,
      ask: (where) =>
        talk(async function* () {
          yield { type: "text", text: "I see." };
        }, where),
      async fresh() {
        const before = said().length;
        alice.send("/new");
        await until(() => said().length > before);
      },
      async set(values) {
        await updateConfig(home, (raw) => {
          for (const [key, value] of Object.entries(values)) {
            const [group = "", name] = key.split(".");
            raw[group] = name === undefined ? value : { ...raw[group] as object, [name]: value };
          }
        });
        while (!await isInUse(home)) await new Promise((resolve) => setTimeout(resolve, 5));
        // What the owners are told of it is none of what is looked at next.
        await bot.settled();
      },
    });
  }, { bot: { clock, logs, updater } });
}
