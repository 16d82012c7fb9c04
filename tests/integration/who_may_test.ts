/** K16.3: who may speak, and what runs without asking, does not change behind the owners' backs. */
import assert from "node:assert/strict";
import { loadConfig, updateConfig } from "../../src/config/load.ts";
import { ALICE, BOB, type BotBench, withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";

const ONLY_ALICE = { config: { allowed_user_ids: [ALICE] } };
const set = ({ home }: BotBench, values: object) =>
  updateConfig(home, (raw) => void Object.assign(raw, values));
const listed = async ({ home }: BotBench) => (await loadConfig(home)).config.allowed_user_ids;

/** The notice that says this, with its buttons. */
async function notice(bench: BotBench, words: RegExp) {
  const find = () => bench.said().findLast(({ text }) => words.test(text ?? ""));
  await bench.until(() => buttonsOf(find()).length > 0);
  return find()!;
}

async function press(bench: BotBench, words: RegExp, label: string) {
  const message = await notice(bench, words);
  const button = buttonsOf(message).find(({ text }) => text === label)!;
  return await bench.alice.press(message.message_id, button.data);
}

/** A bot can write only to those who have written to it. */
async function meet({ alice, bob, until, texts }: BotBench): Promise<void> {
  alice.send("hello");
  bob.send("hello");
  await until(() => texts().length > 0);
}

/** Whether what Bob says now comes to the agent, before what Alice says after it. */
async function hearsBob({ alice, bob, bot, claude, until }: BotBench): Promise<boolean> {
  const [his, hers] = [crypto.randomUUID(), crypto.randomUUID()];
  const heard = (text: string) => claude.turns.some((turn) => turn.text.includes(text));
  bob.send(his);
  alice.send(hers);
  await until(() => heard(hers));
  await bot.settled();
  return heard(his);
}

Deno.test("K16.3 somebody new in the config is a stranger until an owner lets them in", () =>
  withBot(async (bench) => {
    await meet(bench);
    await set(bench, { allowed_user_ids: [ALICE, BOB] });
    await notice(bench, /now names 1002/);
    assert.equal(await hearsBob(bench), false);
    await press(bench, /now names 1002/, "Let them in");
    await bench.until(() => bench.texts().some((text) => text.startsWith("1002 may use")));
    assert.equal(await hearsBob(bench), true);
    await bench.stop();
    await bench.start();
    assert.equal(await hearsBob(bench), true);
    assert.equal(bench.texts().filter((text) => /now names/.test(text)).length, 1);
  }, ONLY_ALICE));

Deno.test("K16.3 No takes the new one out of the config; on the list again means asked again", () =>
  withBot(async (bench) => {
    await meet(bench);
    await set(bench, { allowed_user_ids: [ALICE, BOB] });
    await press(bench, /now names 1002/, "No");
    await bench.until(() => bench.texts().some((text) => /1002 is no longer/.test(text)));
    assert.deepEqual(await listed(bench), [ALICE]);
    assert.equal(await hearsBob(bench), false);
    const asked = () => bench.said().filter(({ text }) => /now names 1002/.test(text ?? ""));
    // What is seen of the file is seen in order: this is in use once the list before was.
    await bench.until(() => bench.bot.config().allowed_user_ids.length === 1);
    for (let i = 0; asked().length < 2; i++) {
      await set(bench, { allowed_user_ids: [ALICE] });
      await hearsBob(bench);
      await set(bench, { allowed_user_ids: [ALICE, BOB] });
      await hearsBob(bench);
    }
  }, ONLY_ALICE));

Deno.test("K16.3 a list that names nobody of before leaves those in until they let somebody in", () =>
  withBot(async (bench) => {
    await meet(bench);
    await set(bench, { allowed_user_ids: [BOB] });
    await notice(bench, /now names 1002/);
    assert.equal(await hearsBob(bench), false);
    await press(bench, /now names 1002/, "Let them in");
    await bench.until(() => bench.bot.config().allowed_user_ids.join() === String(BOB));
  }, ONLY_ALICE));

Deno.test("K16.3 a looser mode is told with Undo, however it came into the config", () =>
  withBot(async (bench) => {
    await meet(bench);
    await set(bench, { permission_mode: "bypassPermissions", file_access: "all" });
    await press(bench, /permission_mode.*is now bypassPermissions; it was plan/, "Undo");
    await press(bench, /file_access.*is now all; it was workspace/, "Undo");
    await bench.until(() => bench.texts().filter((text) => /again\.$/.test(text)).length === 2);
    const { config } = await loadConfig(bench.home);
    assert.deepEqual([config.permission_mode, config.file_access], ["plan", "workspace"]);
    assert.equal(bench.bot.config().permission_mode, "plan");
  }, { config: { ...ONLY_ALICE.config, permission_mode: "plan", file_access: "workspace" } }));

Deno.test("K16.3 what changed while the bot did not run is asked and told at its start", () =>
  withBot(async (bench) => {
    await meet(bench);
    await bench.stop();
    await set(bench, { allowed_user_ids: [ALICE, BOB], permission_mode: "acceptEdits" });
    await bench.start();
    await notice(bench, /permission_mode.*is now acceptEdits; it was plan/);
    await notice(bench, /now names 1002/);
    assert.equal(await hearsBob(bench), false);
    await press(bench, /now names 1002/, "Let them in");
    await bench.until(() => bench.bot.config().allowed_user_ids.includes(BOB));
  }, { config: { ...ONLY_ALICE.config, permission_mode: "plan" } }));

Deno.test("K16.3 stricter is not told, nor what an owner chose in the chat", () =>
  withBot(async (bench) => {
    await meet(bench);
    await set(bench, { permission_mode: "plan" });
    await bench.until(() => bench.bot.config().permission_mode === "plan");
    bench.alice.send("/status");
    await bench.until(() => bench.texts().some((text) => text.startsWith("Status")));
    const status = bench.said().findLast(({ text }) => text?.startsWith("Status"))!;
    await bench.alice.press(status.message_id, "d:perm:new");
    await press(bench, /^Permissions/, "Full access");
    await bench.until(() => bench.bot.config().permission_mode === "bypassPermissions");
    // Taken over from the file, too.
    await set(bench, { verbosity: "quiet" });
    await bench.until(() => bench.bot.config().verbosity === "quiet");
    await hearsBob(bench);
    assert.deepEqual(bench.texts().filter((text) => text.includes("do more without")), []);
  }));
