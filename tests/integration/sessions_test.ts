import assert from "node:assert/strict";
import type { SessionInfo } from "../../src/agents/session_info.ts";
import { BOB, type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";
import { aborted } from "../support/scripted_agent.ts";
import { TempFolder } from "../support/temp_folder.ts";

type Bench = BotBench & {
  folder(name: string): string;
  /** Says it, and waits for what is said then. */
  ask(text: string, chat?: number): Promise<string>;
  /** Presses a button of the newest message that has it; the text of the message afterwards. */
  press(label: RegExp): Promise<string>;
  last(): string;
};

/** A project `shop`, a folder `loose` that has no name, and three sessions. */
async function withSessions(fn: (bench: Bench) => Promise<void>): Promise<void> {
  await using temp = await TempFolder.make();
  for (const name of ["shop", "loose"]) await Deno.mkdir(temp.at(name));
  await withBot(async (bench) => {
    const { claude, codex } = bench;
    const session = (id: string, title: string, name: string, ago: number): SessionInfo => ({
      id,
      title,
      folder: temp.at(name),
      updated: Date.now() - ago * 60_000,
    });
    claude.stored = [
      { ...session("a", "Fix the till", "shop", 5), messages: 12 },
      session("b", "Loose ends", "loose", 60),
    ];
    codex.stored = [session("c", "", "shop", 600)];
    const last = () => bench.texts().at(-1)!;
    await fn({
      ...bench,
      // Made anew at each start.
      get bot() {
        return bench.bot;
      },
      folder: (name) => temp.at(name),
      last,
      async ask(text, chat) {
        const before = bench.texts(chat).length;
        bench.alice.send(text, chat === undefined ? {} : { chat });
        await bench.until(() => bench.texts(chat).length > before);
        await bench.bot.settled();
        return bench.texts(chat).at(-1)!;
      },
      async press(label) {
        const message = bench.said().findLast((one) =>
          buttonsOf(one).some(({ text }) => label.test(text))
        );
        assert.ok(message, `no button ${label} in ${bench.texts()}`);
        const { text: before, message_id } = message;
        await bench.alice.press(
          message_id,
          buttonsOf(message).find(({ text }) => label.test(text))!.data,
        );
        const now = () => bench.said().find((one) => one.message_id === message_id)?.text;
        await bench.until(() => now() !== before);
        return now()!;
      },
    });
  }, { config: { projects: { shop: temp.at("shop") } } });
}

const spec = (bench: Bench) => bench.claude.opened.at(-1)!;

Deno.test("sessions: all of this machine, the newest first, or those of the folder; who has one is said", () =>
  withSessions(async (bench) => {
    const { ask, press, claude } = bench;
    claude.stored[1]!.open = [4711];
    const all = await ask("/sessions");
    assert.match(
      all,
      /^Sessions on this computer\n3 sessions\n\n1\. Fix the till\n\S*shop · Claude Code · 5 min ago · 12 messages\n\n2\. Loose ends\n\S*loose · Claude Code · .* · open in a terminal\n\n3\. \(no words yet\)\n\S*shop · Codex/,
    );
    assert.match(await press(/Only this folder/), /There are none here yet/);
    await ask("/project shop");
    await ask("/sessions");
    assert.match(await press(/Only this folder/), /shop\n2 sessions\n\n1\. Fix the till/);
    claude.sessions = () => Promise.reject(new Error("no answer"));
    assert.match(await press(/All folders/), /1 session\n[^]*⚠️ Claude Code: no answer/);
  }));

Deno.test("sessions: continued here, in the project of its folder or in a folder without a name", () =>
  withSessions(async (bench) => {
    const { ask, press, folder } = bench;
    await ask("/sessions");
    assert.match(await press(/1\. Fix/), /^Fix the till\n\S*shop · [^]*claude --resume a$/);
    assert.match(await press(/Continue here/), /^▶ Going on with Fix the till/);
    await ask("hello");
    assert.deepEqual([spec(bench).cwd, spec(bench).resume], [folder("shop"), "a"]);
    assert.match(await ask("/status"), /shop/);
    await ask("/sessions");
    assert.match(await press(/2\. Loose/), /Loose ends/);
    await press(/Continue here/);
    await bench.stop();
    await bench.start();
    await ask("hello again");
    assert.deepEqual([spec(bench).cwd, spec(bench).resume], [folder("loose"), "b"]);
    assert.equal(spec(bench).fork, undefined);
    // Back in the project it is where it was.
    await ask("/project shop");
    await ask("and here");
    assert.equal(spec(bench).resume, "a");
    // In this chat, in another folder of it.
    assert.match(await ask("/sessions"), /2\. Loose ends\n.*in this chat/);
    await press(/2\. Loose/);
    await press(/Continue here/);
    const opened = bench.claude.opened.length;
    await ask("and there");
    assert.equal(bench.claude.opened.length, opened, "its process was still there");
    assert.match(await ask("/status"), /loose/);
    const before = await ask("/project /etc");
    assert.match(before, /No project matches/);
  }));

Deno.test("sessions: a session of another provider brings its provider along", () =>
  withSessions(async (bench) => {
    const { ask, press, codex, folder } = bench;
    await ask("/sessions");
    await press(/3\./);
    await press(/Continue here/);
    await ask("hello");
    assert.equal(codex.opened.at(-1)?.resume, "c");
    assert.equal(codex.opened.at(-1)?.cwd, folder("shop"));
  }));

Deno.test("sessions: a copy has an id of its own, and goes on as that", () =>
  withSessions(async (bench) => {
    const { ask, press, claude } = bench;
    await ask("/sessions");
    await press(/1\. Fix/);
    assert.match(await press(/As a copy/), /goes to a copy of Fix the till/);
    assert.match(await ask("/name too early"), /no session here yet/);
    await ask("hello");
    assert.deepEqual([spec(bench).resume, spec(bench).fork], ["a", true]);
    await ask("more");
    await bench.stop();
    await bench.start();
    await ask("and more");
    assert.deepEqual([spec(bench).resume, spec(bench).fork], ["claude-session-1", undefined]);
    assert.equal(claude.opened.length, 2);
    assert.match(await ask("/name My copy"), /called “My copy”, in Claude Code too/);
    assert.deepEqual(claude.named, [["claude-session-1", "My copy"]]);
  }));

Deno.test("sessions: what is open in a terminal, or goes on in another chat, is only copied", () =>
  withSessions(async (bench) => {
    const { ask, press, claude, codex, bob, texts, until } = bench;
    await ask("/sessions");
    await press(/1\. Fix/);
    // Opened since the list was made.
    claude.stored[0]!.open = [4711];
    assert.match(await press(/Continue here/), /open in a terminal, and two must not write/);
    const buttons = () => buttonsOf(bench.said().at(-1)!).map(({ text }) => text);
    assert.ok(!buttons().some((text) => /Continue/.test(text)), buttons().join());
    await press(/As a copy/);
    // Codex does not say whose process it is.
    codex.stored[0]!.open = [];
    await ask("/sessions");
    assert.match(await press(/3\./), /open in a terminal/);
    delete codex.stored[0]!.open;
    await ask("/sessions");
    await press(/2\. Loose/);
    await press(/Continue here/);
    await ask("mine");
    bob.send("/sessions");
    await until(() => texts(BOB).some((text) => /2\. Loose ends\n.*in another chat/.test(text)));
  }));

Deno.test("sessions: while a turn runs, the change waits for it", () =>
  withSessions(async (bench) => {
    const { ask, press, claude, alice, until, texts } = bench;
    let let_go: () => void = () => {};
    claude.script = async function* (_turn, signal) {
      await Promise.race([aborted(signal), new Promise<void>((resolve) => let_go = resolve)]);
      yield { type: "text", text: "done" };
    };
    alice.send("slow");
    await until(() => claude.turns.length === 1);
    alice.send("/sessions");
    await until(() => texts().some((text) => text.startsWith("Sessions")));
    await press(/1\. Fix/);
    assert.match(await press(/Continue here/), /What you have asked so far comes first/);
    let_go();
    await until(() => texts().some((text) => text.startsWith("▶ Going on with Fix the till")));
    claude.script = async function* () {
      yield { type: "text", text: "there" };
    };
    await ask("next");
    assert.equal(spec(bench).resume, "a");
  }));

Deno.test("sessions: last words, and the command for the terminal to be copied", () =>
  withSessions(async (bench) => {
    const { ask, press, claude, folder } = bench;
    claude.words = [{ by: "user", text: "Is it fixed?" }, { by: "agent", text: "It is." }];
    await ask("/sessions");
    await press(/1\. Fix/);
    const markup = bench.said().at(-1)!.reply_markup!.inline_keyboard.flat();
    const copy = markup.find((button) => "copy_text" in button);
    assert.deepEqual(copy && "copy_text" in copy && copy.copy_text, {
      text: `cd ${folder("shop")} && claude --resume a`,
    });
    assert.match(await press(/Last words/), /Fix the till\n\nYou: Is it fixed\?\n\nIt is\.$/);
    claude.stored = [];
    assert.match(await press(/◀/), /not there any more; here is the list anew/);
  }));

Deno.test("sessions: /continue takes the newest of the folder; /name names the live one", () =>
  withSessions(async (bench) => {
    const { ask, claude } = bench;
    assert.match(await ask("/continue"), /There is no session in .* yet/);
    await ask("/project shop");
    assert.match(await ask("/continue"), /^▶ Going on with Fix the till/);
    await ask("hello");
    assert.equal(spec(bench).resume, "a");
    assert.match(await ask("/continue"), /You are in the newest session here/);
    assert.match(await ask("/name"), /Write the name behind it/);
    assert.match(await ask("/name The  till"), /now called “The till”/);
    assert.deepEqual(claude.named, [["a", "The till"]]);
    await Deno.remove(bench.folder("loose"));
    await ask("/sessions");
    await bench.press(/2\. Loose/);
    assert.match(await bench.press(/Continue here/), /Its folder is not there any more/);
  }));
