import assert from "node:assert/strict";
import type { AgentEvent } from "../../src/agents/agent.ts";
import { withBot } from "../support/bot_bench.ts";
import { aborted } from "../support/scripted_agent.ts";

Deno.test("in a group the bot answers mentions and replies only, as a reply", () =>
  withBot(async ({ server, alice, bob, claude, said, texts, until, bot }) => {
    const group = server.group({ title: "G", members: [alice, bob], botIsAdmin: true });
    alice.send("hello all", { chat: group.id });
    const asked = alice.send("@ductor_demo_bot hello", { chat: group.id });
    await until(() => texts(group.id).includes("You said: hello"));
    assert.equal(said(group.id)[0]!.reply_to_message?.message_id, asked.message_id);
    bob.send("and me?", { chat: group.id, reply_to: said(group.id)[0]!.message_id });
    await until(() => texts(group.id).length === 2);
    await bot.settled();
    assert.equal(claude.turns.length, 2);
  }));

Deno.test("K7.1 a mention in brackets is heard in a group, a name in code is not", () =>
  withBot(async ({ server, alice, claude, texts, until, bot }) => {
    const group = server.group({ title: "G", members: [alice], botIsAdmin: true });
    const name = "@ductor_demo_bot";
    const code = { type: "code" as const, offset: 0, length: name.length };
    alice.send(`${name} is its name`, { chat: group.id, entities: [code] });
    alice.send(`hey (${name}) what is 2+2?`, { chat: group.id });
    await until(() => texts(group.id).includes(`You said: hey (${name}) what is 2+2?`));
    await bot.settled();
    assert.equal(claude.turns.length, 1);
  }));

Deno.test("with group_mode all the bot answers everything its people say", () =>
  withBot(async ({ server, alice, texts, until }) => {
    const group = server.group({ title: "G", members: [alice], botIsAdmin: true });
    alice.send("hello all", { chat: group.id });
    await until(() => texts(group.id).includes("You said: hello all"));
  }, { config: { group_mode: "all" } }));

Deno.test("K7.2 the bot works in the groups of the list only, under their new ids, too", () =>
  withBot(async ({ server, alice, claude, texts, until, bot, home }) => {
    const group = server.group({ id: -4_000_123, title: "G", members: [alice], basic: true });
    const other = server.group({ title: "Other", members: [alice], botIsAdmin: true });
    alice.send("@ductor_demo_bot there", { chat: other.id });
    alice.send("@ductor_demo_bot here", { chat: group.id });
    await until(() => texts(group.id).includes("You said: here"));
    const to = group.migrate();
    await until(() => bot.config().allowed_group_ids?.includes(to) ?? false);
    alice.send("@ductor_demo_bot still here", { chat: to });
    await until(() => texts(to).includes("You said: still here"));
    await bot.settled();
    assert.equal(claude.turns.length, 2);
    const { allowed_group_ids, telegram_token } = JSON.parse(
      await Deno.readTextFile(home.configFile),
    );
    assert.deepEqual([allowed_group_ids, telegram_token], [[to, -7], server.token]);
  }, { config: { allowed_group_ids: [-4_000_123, -7] } }));

for (const command of ["/status@ductor_demo_bot", "/status"]) {
  Deno.test(`${command} answers in a group while a turn runs, /stop@bot stops it`, () =>
    withBot(async ({ server, alice, claude, texts, until }) => {
      claude.script = async function* (_, signal): AsyncIterable<AgentEvent> {
        yield { type: "text", text: "Working" };
        await aborted(signal);
      };
      const group = server.group({ title: "G", members: [alice] });
      alice.send("@ductor_demo_bot go", { chat: group.id });
      await until(() => texts(group.id).includes("Working"));
      alice.send(command, { chat: group.id });
      await until(() => texts(group.id).some((text) => text.startsWith("Status")));
      alice.send("/stop@ductor_demo_bot", { chat: group.id });
      await until(() => texts(group.id).includes("⏹ Stopped."));
      assert.equal(claude.turns.length, 1);
    }));
}

Deno.test("every topic has its own session, and answers, typing and notices land in it", () =>
  withBot(async ({ server, alice, claude, until, home, bot }) => {
    const gate = Promise.withResolvers<void>();
    claude.script = async function* ({ text }, signal): AsyncIterable<AgentEvent> {
      if (text === "slow") {
        yield { type: "text", text: "Working" };
        await Promise.race([gate.promise, aborted(signal)]);
      }
      yield { type: "text", text: ` You said: ${text}` };
    };
    const group = server.group({ title: "F", forum: true, members: [alice], botIsAdmin: true });
    const [one, two] = [group.createTopic("one").thread_id, group.createTopic("two").thread_id];
    const texts = (thread?: number) =>
      server.messages(group.id, thread).filter(({ from }) => from?.id === server.me.id)
        .map(({ text }) => text);
    alice.send("@ductor_demo_bot slow", { chat: group.id, thread: one });
    await until(() => texts(one).includes("Working"));
    alice.send("@ductor_demo_bot queued", { chat: group.id, thread: one });
    await until(() => texts(one).some((text) => text?.startsWith("[Message in queue")));
    alice.send("@ductor_demo_bot quick", { chat: group.id, thread: two });
    await until(() => texts(two).includes("You said: quick"));
    alice.send("@ductor_demo_bot general", { chat: group.id });
    await until(() => texts(1).includes("You said: general"));
    gate.resolve();
    await until(() => texts(one).includes("You said: queued"));
    await bot.settled();
    const keys = Object.keys(JSON.parse(await Deno.readTextFile(home.sessionsFile)));
    const { id } = group;
    assert.deepEqual(keys.sort(), [`${id}`, `${id}:${one}`, `${id}:${two}`].sort());
    assert.ok(
      server.calls.some(({ method, payload }) =>
        method === "sendChatAction" && payload.message_thread_id === one
      ),
    );
    assert.deepEqual(server.calls.filter(({ method, ok }) => method === "sendMessage" && !ok), []);
  }));

Deno.test("topics in a private chat work the same", () =>
  withBot(async ({ server, alice, until }) => {
    const { thread_id: thread } = alice.createTopic("plans");
    alice.send("hello", { thread });
    await until(() =>
      server.messages(alice.id, thread).some(({ text }) => text === "You said: hello")
    );
  }, { server: { topicsInPrivate: true } }));

Deno.test("a group that becomes a supergroup keeps its sessions and gets its answers", () =>
  withBot(async ({ server, alice, claude, bot, texts, until, home }) => {
    const group = server.group({ title: "G", basic: true, members: [alice] });
    alice.send("@ductor_demo_bot one", { chat: group.id });
    await until(() => texts(group.id).includes("You said: one"));
    await bot.settled();
    const gate = Promise.withResolvers<void>();
    claude.script = async function* ({ text }): AsyncIterable<AgentEvent> {
      await gate.promise;
      yield { type: "text", text: `Later: ${text}` };
    };
    alice.send("@ductor_demo_bot two", { chat: group.id });
    await until(() => claude.turns.length === 2);
    const to = group.migrate();
    gate.resolve();
    await until(() => texts(to).includes("Later: two"));
    await bot.settled();
    const sessions = JSON.parse(await Deno.readTextFile(home.sessionsFile));
    assert.equal(sessions[String(to)].provider_sessions.claude.session_id, "claude-session-1");
  }));

Deno.test("K3.2 an answer for a closed topic waits, over a restart, and comes when the topic is open and somebody writes", () =>
  withBot(async ({ server, alice, bot, start, stop, claude, until }) => {
    const group = server.group({ title: "G", forum: true, members: [alice] });
    const { thread_id: thread } = group.createTopic("T");
    const seen = () => server.messages(group.id, thread).flatMap(({ text }) => text ?? []);
    const gate = Promise.withResolvers<void>();
    claude.script = async function* ({ text }): AsyncIterable<AgentEvent> {
      await gate.promise;
      yield { type: "text", text: `It says ${text}` };
    };
    alice.send("@ductor_demo_bot one", { chat: group.id, thread });
    await until(() => claude.turns.length === 1);
    server.setTopic(group.id, thread, "closed");
    gate.resolve();
    await bot.settled();
    alice.send("@ductor_demo_bot elsewhere", { chat: group.id });
    await until(() => server.messages(group.id, 1).some((m) => m.text === "It says elsewhere"));
    await stop();
    await start();
    assert.ok(!seen().includes("It says one"));
    server.setTopic(group.id, thread, "open");
    alice.send("@ductor_demo_bot two", { chat: group.id, thread });
    await until(() => seen().includes("It says one") && seen().includes("It says two"));
  }));

Deno.test("K3.2 a file that a group does not allow is named there, and the rest goes on", () =>
  withBot(async ({ server, alice, claude, until, texts, home }) => {
    const group = server.group({ title: "G", members: [alice] });
    server.refuse(group.id, "no_media");
    const path = `${home.workspaceDir}/output_to_user/report.txt`;
    await Deno.writeTextFile(path, "x");
    claude.script = async function* (): AsyncIterable<AgentEvent> {
      yield { type: "text", text: `Done <file:${path}>` };
    };
    alice.send("@ductor_demo_bot go", { chat: group.id });
    await until(() => texts(group.id).some((text) => text.includes("could not send the file")));
    assert.ok(texts(group.id).includes("Done"));
  }));
