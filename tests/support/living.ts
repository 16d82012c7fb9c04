/** A person's machine for the tests of the program's life on it: an own HOME, and a Telegram. */
import { join } from "node:path";
import { findInstance } from "../../src/app/find_instance.ts";
import { Home } from "../../src/config/home.ts";
import { BotApiServer } from "../../src/bot_api/server.ts";
import type { ChatUser } from "../../src/bot_api/types.ts";
import { until } from "./processes.ts";
import { denoDir, type Program, type Ran, runProgram, spawnProgram } from "./program.ts";
import { TempFolder } from "./temp_folder.ts";

export interface Machine {
  temp: TempFolder;
  home: Home;
  server: BotApiServer;
  alice: ChatUser;
  env: Record<string, string>;
  run(...args: string[]): Promise<Ran>;
  /** Starts the bot and waits until it runs. It is ended with the machine. */
  start(
    ...args: string[]
  ): Promise<{ child: Deno.ChildProcess; output: Promise<Deno.CommandOutput> }>;
  /** Writes a config with which the bot can start. */
  configure(more?: Record<string, unknown>): Promise<void>;
  /** Waits until a bot with another pid than `before` runs; returns its pid. */
  botAfter(before?: number): Promise<number>;
  /** Whether the bot answers a command now. */
  answers(): Promise<void>;
}

export async function withMachine(
  program: Program,
  fn: (machine: Machine) => Promise<void>,
): Promise<void> {
  await using temp = await TempFolder.make();
  await using server = await BotApiServer.start();
  const userHome = temp.at("me");
  await Deno.mkdir(userHome);
  const home = new Home(join(userHome, ".ductor"), userHome);
  const alice = server.user({ id: 7, first_name: "Alice" });
  const env = {
    HOME: userHome,
    TMPDIR: temp.path,
    DENO_DIR: denoDir(),
    XDG_RUNTIME_DIR: temp.path,
    USER: "me",
  };
  const children: Deno.ChildProcess[] = [];
  const machine: Machine = {
    temp,
    home,
    server,
    alice,
    env,
    run: (...args) => runProgram(program, args, machine.env),
    async start(...args) {
      const before = (await findInstance(home)).bot?.pid;
      const child = spawnProgram(program, args, machine.env);
      children.push(child);
      const output = child.output();
      await machine.botAfter(before);
      return { child, output };
    },
    async configure(more = {}) {
      await Deno.mkdir(home.configDir, { recursive: true });
      const config = {
        telegram_token: server.token,
        telegram_api_root: server.apiRoot,
        allowed_user_ids: [7],
        ...more,
      };
      await Deno.writeTextFile(home.configFile, JSON.stringify(config));
    },
    async botAfter(before) {
      let pid = 0;
      await until(async () => {
        pid = (await findInstance(home)).bot?.pid ?? 0;
        return pid !== 0 && pid !== before;
      }, "a bot that runs");
      return pid;
    },
    async answers() {
      const count = server.messages(7).length;
      alice.send("/status");
      await until(
        () => server.messages(7).slice(count).some(({ text }) => text?.startsWith("Status")),
        "an answer",
      );
    },
  };
  try {
    await fn(machine);
  } finally {
    const { supervisor, bot } = await findInstance(home);
    for (const pid of [supervisor?.pid, bot?.pid]) if (pid) kill(pid);
    for (const child of children) {
      kill(child.pid);
      await child.status;
    }
    await until(async () => !(await findInstance(home)).bot, "the end of the bot");
  }
}

/** A token of the right form that is not this one. */
export function otherToken(token: string): string {
  return token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
}

function kill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
