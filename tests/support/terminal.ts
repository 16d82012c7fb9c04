/** A program in a terminal of tmux, with a server of its own. */
import { sleep } from "../../src/base/async/sleep.ts";
import { which } from "../../src/process/which.ts";

export const TMUX = await which("tmux", { path: Deno.env.get("PATH") ?? "" });

export class Terminal implements AsyncDisposable {
  readonly #server = `ductor-test-${crypto.randomUUID().slice(0, 8)}`;

  static async start(
    command: readonly string[],
    { cwd, env }: { cwd: string; env: Record<string, string> },
  ): Promise<Terminal> {
    const terminal = new Terminal();
    const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    await terminal.#run(
      ...["-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "50", "-c", cwd, ...variables],
      ...command,
    );
    return terminal;
  }

  /** What stands on the screen. */
  async screen(): Promise<string> {
    return await this.#run("capture-pane", "-p");
  }

  /** Waits until that fits. */
  async shows(what: RegExp): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      if (what.test(await this.screen())) return;
      await sleep(100);
    }
    throw new Error(`Waited in vain for ${what}; the terminal shows\n${await this.screen()}`);
  }

  /** Presses a key until that is shown: what has just appeared does not take one yet. */
  async pressUntil(key: string, what: RegExp): Promise<void> {
    for (let tries = 0; tries < 60; tries++) {
      await this.press(key);
      for (let looks = 0; looks < 10; looks++) {
        if (what.test(await this.screen())) return;
        await sleep(100);
      }
    }
    throw new Error(`Waited in vain for ${what}; the terminal shows\n${await this.screen()}`);
  }

  /** Types a line, or presses keys by their names. */
  async type(text: string): Promise<void> {
    await this.#run("send-keys", "-l", text);
    await this.shows(new RegExp(RegExp.escape(text)));
    await this.press("Enter");
  }

  async press(...keys: string[]): Promise<void> {
    await this.#run("send-keys", ...keys);
  }

  async #run(...args: string[]): Promise<string> {
    const { stdout, stderr, success } = await new Deno.Command(TMUX ?? "tmux", {
      args: ["-L", this.#server, ...args],
    }).output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(`tmux ${args[0]}: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run("kill-server").catch(() => {});
  }
}
