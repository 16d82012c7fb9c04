import assert from "node:assert/strict";
import { updateConfig } from "../../src/config/load.ts";
import { acquireInstance } from "../../src/app/instance_lock.ts";
import { BOB, withBot } from "../support/bot_bench.ts";
import { ductorOn } from "../support/ductor.ts";

Deno.test("a changed config is in use at once", () =>
  withBot(async ({ alice, bob, claude, home, texts, until }) => {
    alice.send("one");
    await until(() => texts().length === 1);
    assert.equal(claude.turns[0]!.permissionMode, "bypassPermissions");
    await updateConfig(home, (raw) => void Object.assign(raw, { permission_mode: "plan" }));
    for (let i = 2; claude.turns.at(-1)!.permissionMode !== "plan"; i++) {
      alice.send(`message ${i}`);
      await until(() => texts().length === i);
    }
    await updateConfig(home, (raw) => void Object.assign(raw, { allowed_user_ids: [alice.id] }));
    // Bob's messages are ignored as soon as the change is seen.
    for (let heard = -1; heard !== texts(BOB).length;) {
      heard = texts(BOB).length;
      bob.send("still there?");
      alice.send("tick");
      const before = texts().length;
      await until(() => texts().length > before);
    }
  }));

Deno.test("a config that cannot be used changes nothing, and the owner is told once", () =>
  withBot(async ({ alice, claude, home, texts, until }) => {
    alice.send("one");
    await until(() => texts().length === 1);
    const good = await Deno.readTextFile(home.configFile);
    await Deno.writeTextFile(home.configFile, good.replace('"claude"', '"claud"'));
    await until(() => texts().some((text) => /cannot be used.*provider.*claud/s.test(text)));
    alice.send("two");
    await until(() => texts().some((text) => text.startsWith("You said: two")));
    assert.equal(claude.turns.length, 2);
  }));

Deno.test("what needs a restart is said", () =>
  withBot(async ({ alice, home, texts, until }) => {
    alice.send("one");
    await until(() => texts().length === 1);
    await updateConfig(home, (raw) => {
      raw.docker = { ...raw.docker as object, enabled: true };
    });
    const told = () =>
      texts().filter((text) => text.includes("docker.enabled in the config takes effect")).length;
    await until(() => told() === 1);
    // Another change is taken over, and the same is not said again.
    await updateConfig(home, (raw) => void Object.assign(raw, { permission_mode: "plan" }));
    alice.send("/status");
    for (let i = 2; !texts().some((text) => text.includes("Plan only")); i++) {
      await until(() => texts().filter((text) => text.startsWith("Status")).length === i - 1);
      alice.send("/status");
    }
    assert.equal(told(), 1);
  }));

Deno.test("K12.4 a time zone that is none is said in the chat as soon as it is in the config", () =>
  withBot(async ({ alice, home, texts, until }) => {
    alice.send("one");
    await until(() => texts().length === 1);
    await updateConfig(home, (raw) => void Object.assign(raw, { user_timezone: "Mars/Phobos" }));
    await until(() => texts().some((text) => /Mars\/Phobos.*is used instead/.test(text)));
  }));

Deno.test("ductor config set: says that a change is in use when the bot has taken it over, else when it will be", () =>
  withBot(async ({ bot, home, stop }) => {
    const run = ductorOn(home.root);
    {
      // What the program itself does before it starts the bot.
      using _running = await acquireInstance(home, "bot");
      const effect = async (key: string, value: string) =>
        (await run("config", "set", key, value)).json.takes_effect;
      assert.equal(await effect("log_level", "DEBUG"), "now");
      assert.equal(bot.config().log_level, "DEBUG");
      assert.equal(await effect("docker.memory", "1g"), "after_restart");
      assert.equal(await effect("log_level", "DEBUG"), undefined, "it was so before");
    }
    await stop();
    const ended = await run("config", "set", "log_level", "INFO");
    assert.equal(ended.json.takes_effect, "at_start");
  }));

Deno.test("K7.2 what there is to say at a first start is one message, to the owner only, and is not said again", () =>
  withBot(async ({ alice, bob, home, said, start, stop, until, texts }) => {
    const notes = () => texts().filter((text) => text.includes("As before."));
    const job = (id: string) => ({
      id,
      title: id,
      schedule: "0 8 * * *",
      task_folder: "gone",
      agent_instruction: "Do it.",
      timezone: "Mars/Base",
    });
    await Deno.writeTextFile(home.cronJobsFile, JSON.stringify({ jobs: [job("one"), job("two")] }));
    for (const one of [alice, bob]) one.send("hi");
    await start();
    await until(() => notes().length === 1);
    for (const part of ["As before.", "Mars/Phobos", "one (one)", "two (two)"]) {
      assert.ok(notes()[0]!.includes(part), notes()[0]);
    }
    await stop();
    await start();
    await until(() => notes().length === 2);
    assert.deepEqual(notes()[1], "As before.", "which the bench says at each start");
    assert.ok(!said(bob.id).some(({ text }) => /As before|cannot run/.test(text ?? "")));
  }, {
    started: false,
    config: { user_timezone: "Mars/Phobos" },
    bot: { notices: ["As before."] },
  }));
