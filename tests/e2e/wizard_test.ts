/** The set-up by questions, in a real terminal (tmux), to a bot that answers. */
import assert from "node:assert/strict";
import { type Machine, withMachine } from "../support/living.ts";
import { until } from "../support/processes.ts";
import { type Program, programs } from "../support/program.ts";

const tmux = await new Deno.Command("tmux", { args: ["-V"], stdout: "null" }).output()
  .then(({ success }) => success, () => false);

/** Frames, bars and marks. */
const DRAWN = /[\u2500-\u25ff█]/g;

/** A terminal with the program in it. */
class Terminal implements AsyncDisposable {
  private constructor(readonly socket: string) {}

  static async open(
    m: Machine,
    { command, args }: Program,
    words: string[],
    columns = 120,
  ): Promise<Terminal> {
    const terminal = new Terminal(m.temp.at(`tmux-${columns}`));
    const variables = Object.entries({ ...m.env, TERM: "xterm-256color" });
    const line = [
      "env",
      ...variables.map(([name, value]) => `${name}=${value}`),
      command,
      ...args,
      ...words,
    ].map((word) => `'${word}'`).join(" ");
    const size = ["-x", String(columns), "-y", "100"];
    await terminal.tmux("new-session", "-d", ...size, `${line}; echo CODE $?; cat`);
    return terminal;
  }

  async tmux(...args: string[]): Promise<string> {
    const { stdout } = await new Deno.Command("tmux", {
      args: ["-S", this.socket, ...args],
      stdout: "piped",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  }

  screen(): Promise<string> {
    return this.tmux("capture-pane", "-p", "-S", "-200");
  }

  /** The words on it, without what is drawn around them. */
  async words(): Promise<string[]> {
    return (await this.screen()).replaceAll(DRAWN, " ").split(/\s+/);
  }

  /** How many lines the program wrote; one that the terminal had to break is one. */
  async written(): Promise<number> {
    return (await this.tmux("capture-pane", "-p", "-J", "-S", "-200")).split("\n").length;
  }

  /** Waits until the screen shows it, on one line or several; returns what matched. */
  async see(pattern: RegExp): Promise<RegExpExecArray> {
    let found: RegExpExecArray | null = null;
    const shown = async () =>
      pattern.exec(await this.screen()) ??
        pattern.exec((await this.words()).join(" "));
    await until(
      async () => (found = await shown()) !== null,
      async () => `${pattern} on the screen, which shows:\n${await this.screen()}`,
    );
    return found!;
  }

  async keys(...keys: string[]): Promise<void> {
    for (const key of keys) await this.#send(key);
  }

  async write(text: string): Promise<void> {
    await this.#send("-l", text);
  }

  /**
   * Types as a person does, who looks whether it arrived: the 2.6 runtime, on which the executable
   * is tested here, loses what comes in just between two questions.
   */
  async #send(...keys: string[]): Promise<void> {
    // Emptying a field that is empty shows nothing, so in the end it is left at that.
    for (let attempt = 0; attempt < 3; attempt++) {
      const before = await this.screen();
      await this.tmux("send-keys", ...keys);
      const changed = async () => await this.screen() !== before;
      if (await until(changed, "something on the screen", 1000).then(() => true, () => false)) {
        return;
      }
    }
  }

  async [Symbol.asyncDispose]() {
    await this.tmux("kill-server");
  }
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

for (const program of programs()) {
  const test = (name: string, fn: (m: Machine) => Promise<void>) =>
    Deno.test({
      name: `wizard (${program.label}): ${name}${tmux ? "" : " (skipped: no tmux)"}`,
      ignore: !tmux,
      fn: () => withMachine(program, fn),
    });

  test("leads from nothing to a bot that answers, and finds out who its user is", async (m) => {
    // No API root can be typed in the wizard; plain `ductor` takes it from a config without token.
    await m.configure({ telegram_token: "", allowed_user_ids: [] });
    m.alice.send("hello, written before the set-up");
    await using terminal = await Terminal.open(m, program, []);
    await terminal.see(/Bot token/);
    await terminal.write("nonsense");
    await terminal.keys("Enter");
    await terminal.see(/A token is digits/);
    await terminal.keys("C-u");
    await terminal.write(m.server.token);
    await terminal.keys("Enter");
    await terminal.see(new RegExp(`It is the token of @${m.server.me.username}`));
    await terminal.see(/Who may talk to the bot/);
    await terminal.keys("Enter");
    const [, code] = await terminal.see(/this code: +(\d{6})/);
    const mallory = m.server.user({ id: 66, first_name: "Mallory" });
    mallory.send("123");
    m.alice.send(`/start ${code}`);
    await terminal.see(/You are Alice, 7/);

    await terminal.see(/Your time zone/);
    await terminal.keys("C-u");
    await terminal.write("Asia/Tokyo");
    await terminal.keys("Enter");
    await terminal.see(/Who answers\?/);
    // Esc loses nothing: back to the time zone, which still is what was typed.
    await terminal.keys("Escape");
    await terminal.see(/Go back to the one before/);
    await terminal.keys("Down", "Enter");
    await terminal.see(/Your time zone[^]*Your time zone[^]*Asia\/Tokyo█/);
    await terminal.keys("Enter");
    await terminal.see(/Who answers\?[^]*Who answers\?/);
    await terminal.keys("Enter");
    await terminal.see(/Which model\?/);
    await terminal.keys("Enter");
    await terminal.see(/What may the agent do\?/);
    await terminal.keys("Down", "Enter");
    const [asked] = await terminal.see(/in a sandbox|Neither Docker|Save this/);
    if (asked === "in a sandbox") await terminal.keys("n");
    const [next] = await terminal.see(/Start the bot automatically|Save this/);
    if (next === "Start the bot automatically") {
      await terminal.keys("n");
      await terminal.see(/Save this/);
    }
    const before = JSON.parse(await Deno.readTextFile(m.home.configFile));
    assert.equal(before.telegram_token, "", "nothing is written before the last question");
    await terminal.keys("Enter");
    await terminal.see(/Start the bot now/);
    await terminal.keys("Enter");
    await m.botAfter();

    const config = JSON.parse(await Deno.readTextFile(m.home.configFile));
    assert.deepEqual(
      [config.telegram_token, config.allowed_user_ids, config.user_timezone],
      [m.server.token, [7], "Asia/Tokyo"],
    );
    assert.equal(config.permission_mode, "acceptEdits");
    await m.answers();
    // What was written before the set-up was not lost by it: the bot has taken it up.
    const log = () => Deno.readTextFile(m.home.inboxFile);
    await until(async () => (await log()).includes("written before the set-up"), "that message");
    await terminal.keys("C-c");
    await terminal.see(/CODE 0/);
  });

  test("left in the middle it has changed nothing", async (m) => {
    await using terminal = await Terminal.open(m, program, [
      "onboarding",
      "--api-root",
      m.server.apiRoot,
    ]);
    await terminal.see(/Bot token/);
    await terminal.write(m.server.token);
    await terminal.keys("Enter");
    await terminal.see(/Who may talk/);
    await terminal.keys("C-c");
    await terminal.see(/Leave the set-up/);
    await terminal.keys("Up", "Enter");
    await terminal.see(/Nothing was changed/);
    await terminal.see(/CODE 0/);
    assert.equal(await exists(m.home.configFile), false);
  });

  test("on a machine that is set up it offers change, repair and reset", async (m) => {
    await m.configure({ user_timezone: "Asia/Tokyo" });
    await using terminal = await Terminal.open(m, program, ["onboarding"]);
    await terminal.see(/Change[^]*Repair[^]*Reset[^]*Leave it/);
    await terminal.keys("Down", "Enter");
    await terminal.see(/Bot token: is that of @/);
    assert.ok(await exists(m.home.mainMemoryFile));
    const config = JSON.parse(await Deno.readTextFile(m.home.configFile));
    assert.deepEqual([config.user_timezone, config.heartbeat.enabled], ["Asia/Tokyo", false]);
  });

  test("at any width it breaks lines between words only", async (m) => {
    const shown = async (columns: number) => {
      const words = ["onboarding", "--api-root", m.server.apiRoot];
      await using terminal = await Terminal.open(m, program, words, columns);
      await terminal.see(/Bot token/);
      await terminal.write("nonsense");
      await terminal.keys("Enter");
      await terminal.see(/A token is digits/);
      await terminal.keys("C-u");
      await terminal.write(m.server.token);
      await terminal.keys("Enter");
      await terminal.see(/Who may talk to the bot/);
      await terminal.keys("Down", "Enter");
      await terminal.see(/Your Telegram id/);
      await terminal.write("7");
      await terminal.keys("Enter");
      await terminal.see(/Your time zone/);
      await terminal.keys("Enter");
      await terminal.see(/Who answers\?/);
      await terminal.keys("Enter");
      await terminal.see(/Which model\?/);
      await terminal.keys("Enter");
      await terminal.see(/What may the agent do\?/);
      await terminal.keys("Enter");
      const [asked] = await terminal.see(/in a sandbox|Neither Docker/);
      if (asked === "in a sandbox") await terminal.keys("n");
      const [next] = await terminal.see(/Start the bot automatically|Save this/);
      if (next === "Start the bot automatically") await terminal.keys("n");
      await terminal.see(/Save this/);
      await terminal.keys("C-c");
      await terminal.see(/Leave the set-up/);
      await terminal.keys("Up", "Enter");
      await terminal.see(/CODE 0/);
      const lines = (await terminal.screen()).split("\n").length;
      assert.equal(await terminal.written(), lines, `${columns}:\n${await terminal.screen()}`);
      return await terminal.words();
    };
    const all = await shown(240);
    for (const columns of [40, 60, 80]) {
      const words = new Set(await shown(columns));
      const cut = all.filter((word) => word.length < columns - 8 && !words.has(word));
      assert.deepEqual(cut, [], `at ${columns} columns`);
    }
  });
}
