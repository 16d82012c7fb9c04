/**
 * The real program as a process of its own, to be killed at any moment: against the embedded Bot API
 * server, with the demo agent as the `claude` on its PATH.
 */
import type { Message } from "grammy/types";
import type { ApiCall } from "../../src/bot_api/types.ts";
import { type Machine, withMachine } from "./living.ts";
import { denoDir, type Program, programs, spawnProgram } from "./program.ts";

const NEW_SESSION = /\n\nYour earlier session could not be continued, so this is a fresh one\.$/;

/** Alice's chat. */
export const CHAT = 7;
/** For anything that must happen; on a machine that does nothing else it takes a few seconds. */
const PATIENCE_MS = 60_000;

export interface KillBench extends Machine {
  /** Starts the bot; resolves when it has asked Telegram for updates. */
  begin(): Promise<void>;
  /** kill -9, and waits until the process is gone. */
  kill(): Promise<void>;
  /** Starts the bot, and waits for nothing. */
  launch(): void;
  /** The process of the bot, while one was started and not killed. */
  readonly child: Deno.ChildProcess | undefined;
  /** What the bot said, oldest first. */
  said(): Message[];
  /** The texts of that, without the note that the agent did not get to keep its session. */
  texts(): string[];
  /** Resolves when the probe holds; looked at after everything that happens at the server. */
  until(probe: () => unknown): Promise<void>;
  /** Resolves with the first call from now on that fits. */
  call(fits: (call: ApiCall) => boolean): Promise<ApiCall>;
  /** Presses the button with this label under the message. */
  press(message: Message, label: string): Promise<void>;
}

export async function withKillBench(
  fn: (bench: KillBench) => Promise<void>,
  config: Record<string, unknown> = {},
  program: Program = programs().at(-1)!,
): Promise<void> {
  await withMachine(program, async (machine) => {
    const { server, temp, env } = machine;
    const bin = temp.at("bin");
    await Deno.mkdir(bin);
    const words = [program.command, ...program.args, "demo-agent"].map((word) => `'${word}'`);
    await Deno.writeTextFile(
      `${bin}/claude`,
      `#!/bin/sh\necho started >>'${
        temp.at("agents")
      }'\nDUCTOR_DEMO_DELAY_MS=1 DENO_DIR='${denoDir()}' DUCTOR_DEMO_STATE='${temp.at("demo")}' ` +
        `exec ${words.join(" ")} "$@"\n`,
      { mode: 0o755 },
    );
    env.PATH = `${bin}:${Deno.env.get("PATH")}`;
    await machine.configure({
      provider: "claude",
      model: "sonnet",
      streaming: { edit_interval_seconds: 0.05 },
      ...config,
    });
    let child: Deno.ChildProcess | undefined;
    let output: Promise<Deno.CommandOutput> | undefined;
    const bench = Object.assign(machine, {
      launch() {
        child = spawnProgram(program, ["start", "--no-supervisor"], env);
        output = child.output();
      },
      async begin() {
        const polled = bench.call(({ method }) => method === "getUpdates");
        bench.launch();
        const ended = output!.then(({ stderr }) => {
          throw new Error(`The bot ended: ${new TextDecoder().decode(stderr)}`);
        });
        ended.catch(() => {});
        await Promise.race([polled, ended]);
      },
      async kill() {
        try {
          child?.kill("SIGKILL");
        } catch {
          // It has ended.
        }
        child = undefined;
        await output;
      },
      said: () => server.messages(CHAT).filter(({ from }) => from?.id === server.me.id),
      texts: () => bench.said().map(({ text = "" }) => text.replace(NEW_SESSION, "")),
      async until(probe: () => unknown) {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        await server.waitFor(() => Boolean(probe()), { signal }).catch((error) => {
          const shown = JSON.stringify(bench.texts().map((text) => text.slice(0, 200)), null, 1);
          throw new Error(`Waited in vain for ${probe}; the chat shows ${shown}`, { cause: error });
        });
      },
      async call(fits: (call: ApiCall) => boolean) {
        const from = server.calls.length;
        const signal = AbortSignal.timeout(PATIENCE_MS);
        return await server.waitFor(() => server.calls.slice(from).find(fits), { signal });
      },
      async press(message: Message, label: string) {
        const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
        const button = buttons.find(({ text }) => text === label);
        if (!button || !("callback_data" in button)) throw new Error(`There is no button ${label}`);
        await machine.alice.press(message.message_id, button.callback_data);
      },
    }) as unknown as KillBench;
    Object.defineProperty(bench, "child", { get: () => child });
    try {
      await fn(bench);
    } finally {
      await bench.kill();
    }
  });
}
