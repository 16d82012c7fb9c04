/** What fails while somebody waits for it is said in the chat, and no button is left spinning. */
import assert from "node:assert/strict";
import { withBot } from "../support/bot_bench.ts";
import { buttonsOf } from "../support/buttons.ts";

Deno.test("K10.6 boundary: a button whose action fails stops spinning, says so, and can be pressed again", () =>
  withBot(async ({ alice, home, said, texts, until }) => {
    alice.send("/status");
    await until(() => buttonsOf(said()[0]).length > 0);
    const open = buttonsOf(said()[0]).find(({ text }) => text === "Permissions")!;
    await alice.press(said()[0]!.message_id, open.data);
    const panel = () => said().find(({ text }) => text?.startsWith("Permissions"));
    await until(() => panel() !== undefined);
    const plan = buttonsOf(panel()).find(({ text }) => text === "Plan only")!;
    const config = await Deno.readTextFile(home.configFile);
    await Deno.remove(home.configFile);
    await Deno.mkdir(home.configFile);
    const answer = await alice.press(panel()!.message_id, plan.data);
    assert.equal(answer.text, "That did not work.");
    await until(() => texts().some((text) => text.startsWith("⚠️ This button did not work: ")));
    assert.ok(buttonsOf(panel()).length > 0);
    await Deno.remove(home.configFile);
    await Deno.writeTextFile(home.configFile, config);
    await alice.press(panel()!.message_id, plan.data);
    await until(() => panel()!.text!.includes("Now: Plan only."));
  }));

Deno.test("K10.6 boundary: a command that fails says so, and the next one works", () =>
  withBot(async ({ alice, home, texts, until }) => {
    await Deno.mkdir(home.restartSentinelFile);
    alice.send("/restart");
    await until(() => texts().some((text) => text.startsWith("⚠️ /restart did not work: ")));
    alice.send("/info");
    await until(() => texts().some((text) => text.startsWith("ductor ")));
  }, { bot: { restart: () => assert.fail("nobody would be told") } }));

Deno.test("K10.6 boundary: a command that fails in its turn lets the conversation go on", () =>
  withBot(async ({ alice, home, texts, until }) => {
    await Deno.mkdir(home.sessionsFile);
    alice.send("/new");
    await until(() => texts().some((text) => text.startsWith("⚠️ /new did not work: ")));
    await Deno.remove(home.sessionsFile);
    alice.send("hello");
    await until(() => texts().includes("You said: hello"));
  }));
