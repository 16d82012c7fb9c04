import assert from "node:assert/strict";
import { Heartbeat, heartbeatLine } from "../../src/jobs/heartbeat.ts";
import { withoutAck } from "../../src/jobs/heartbeat_ack.ts";
import { fingerprintOf } from "../../src/jobs/changes.ts";
import { Home } from "../../src/config/home.ts";
import { defaultConfig } from "../../src/config/schema.ts";
import { type Address, keyOf } from "../../src/conversation/address.ts";
import { Conversations } from "../../src/conversation/conversations.ts";
import type { QuietEnd, QuietTurn } from "../../src/conversation/quiet_turn.ts";
import { Sessions } from "../../src/conversation/sessions.ts";
import { ALICE, withBot } from "../support/bot_bench.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { TempFolder } from "../support/temp_folder.ts";

const HOUR = 3_600_000;
const CHAT: Address = { chatId: 7 };
const TOPIC: Address = { chatId: -100, threadId: 3 };

async function withHeart(
  fn: (bench: {
    heart: Heartbeat;
    clock: FakeClock;
    config: ReturnType<typeof defaultConfig>;
    sessions: Sessions;
    conversations: Conversations;
    asked: QuietTurn[];
    said: { target: Address | undefined; text: string }[];
    /** What the agent answers. */
    reply: { text?: string; failure?: QuietEnd["failure"]; wait?: Promise<void> };
    files: { fingerprint: string };
    stop: AbortController;
    /** A session with a message an hour ago. */
    session(address: Address): Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  await using folder = await TempFolder.make();
  const clock = new FakeClock(Date.UTC(2026, 10, 23, 12));
  const config = defaultConfig();
  config.heartbeat.enabled = true;
  config.allowed_user_ids = [7];
  const sessions = new Sessions(folder.at("sessions.json"), { now: () => new Date(clock.now()) });
  const conversations = new Conversations();
  const asked: QuietTurn[] = [];
  const said: { target: Address | undefined; text: string }[] = [];
  const reply: { text?: string; failure?: QuietEnd["failure"]; wait?: Promise<void> } = {
    text: "HEARTBEAT_OK",
  };
  const files = { fingerprint: "1" };
  const stop = new AbortController();
  const heart = new Heartbeat({
    stateFile: folder.at("heartbeat.json"),
    clock,
    config: () => config,
    timeZone: () => "UTC",
    sessions,
    choose: () => Promise.resolve({ provider: "claude", model: "opus" }),
    busy: (address) => conversations.at(address) !== undefined,
    inTurn: ({ address, ...job }) => conversations.enqueue(address, { id: "beat", ...job }),
    async ask(turn) {
      asked.push(turn);
      await reply.wait;
      const { text, failure } = reply;
      const counted = { sessionId: turn.sessionId, costUsd: 0.5, tokens: 10 };
      return failure ? { text: undefined, failure, ...counted } : { text, ...counted };
    },
    fingerprint: () => Promise.resolve(files.fingerprint),
    notifier: {
      deliver(target, text) {
        said.push({ target, text });
        return Promise.resolve("queued");
      },
    },
    signal: stop.signal,
  });
  await fn({
    heart,
    clock,
    config,
    sessions,
    conversations,
    asked,
    said,
    reply,
    files,
    stop,
    async session(address) {
      const turn = { provider: "claude" as const, sessionId: "s1", costUsd: 1, tokens: 100 };
      await sessions.record(address, turn, { provider: "claude", model: "opus" });
      await clock.advance(HOUR);
    },
  });
}

Deno.test("a beat that has nothing to say says nothing, counts no message and keeps the age", async () => {
  await withHeart(async ({ heart, sessions, asked, said, session, config }) => {
    await session(CHAT);
    const before = (await sessions.get(CHAT))!;
    assert.deepEqual([...await heart.tick()], [[keyOf(CHAT), "nothing_to_say"]]);
    assert.deepEqual(asked.map(({ sessionId, text }) => [sessionId, text]), [
      ["s1", config.heartbeat.prompt],
    ]);
    assert.deepEqual(said, []);
    const after = (await sessions.get(CHAT))!;
    assert.equal(after.last_active, before.last_active);
    const [old, now] = [before, after].map((entry) => entry.provider_sessions.claude!);
    assert.equal(now!.last_active, old!.last_active);
    assert.equal(now!.message_count, old!.message_count);
    assert.equal(now!.total_cost_usd, 1.5, "what it cost is counted");
  });
});

Deno.test("what there is to say goes to that conversation, topics too", async () => {
  await withHeart(async ({ heart, reply, said, session, sessions }) => {
    await session(TOPIC);
    reply.text = "HEARTBEAT_OK\n\nYour train leaves at five.";
    assert.deepEqual([...(await heart.tick()).values()], ["said"]);
    assert.deepEqual(said, [{ target: TOPIC, text: "Your train leaves at five." }]);
    const { message_count } = (await sessions.get(TOPIC))!.provider_sessions.claude!;
    assert.equal(message_count, 2);
    const totals = await heart.totals(TOPIC);
    assert.deepEqual([totals.beats, totals.said, totals.cost_usd, totals.tokens], [1, 1, 0.5, 10]);
    assert.match(heartbeatLine(totals)!, /^Heartbeats: 1 \(1 with news, \$0\.5000\)/);
  });
});

Deno.test("no model is asked when nothing has changed since, and again when something has", async () => {
  await withHeart(async ({ heart, files, asked, session, clock, config }) => {
    const beat = async () => [...(await heart.tick()).values()][0];
    await session(CHAT);
    assert.equal(await beat(), "nothing_to_say");
    assert.equal(await beat(), "unchanged");
    files.fingerprint = "2";
    assert.equal(await beat(), "nothing_to_say");
    assert.equal(await beat(), "unchanged");
    await session(CHAT);
    assert.equal(await beat(), "nothing_to_say", "a message");
    await clock.advance(20 * HOUR);
    assert.equal(await beat(), "nothing_to_say", "another day");
    config.heartbeat.only_when_changed = false;
    assert.equal(await beat(), "nothing_to_say");
    assert.equal(asked.length, 5);
    const totals = await heart.totals(CHAT);
    assert.deepEqual([totals.beats, totals.saved], [5, 2]);
  });
});

Deno.test("a beat that failed is tried again, and nothing is said of it", async () => {
  await withHeart(async ({ heart, reply, said, session, asked }) => {
    await session(CHAT);
    reply.failure = "rate_limit";
    assert.deepEqual([...(await heart.tick()).values()], ["failed"]);
    assert.deepEqual([...(await heart.tick()).values()], ["failed"]);
    assert.deepEqual(said, []);
    assert.equal(asked.length, 2);
  });
});

Deno.test("no beat: switched off, quiet hours, no live session, too early, strangers", async () => {
  await withHeart(async ({ heart, config, clock, session, sessions, asked }) => {
    assert.equal((await heart.tick()).size, 0, "nobody has a session");
    await session(CHAT);
    config.heartbeat.enabled = false;
    assert.equal((await heart.tick()).size, 0);
    config.heartbeat.enabled = true;
    config.heartbeat.cooldown_minutes = 61;
    assert.deepEqual([...(await heart.tick()).values()], ["too_early"]);
    config.heartbeat.cooldown_minutes = 60;
    config.allowed_user_ids = [8];
    assert.deepEqual([...(await heart.tick()).values()], ["not_allowed"]);
    config.allowed_user_ids = [7];
    await clock.advance(8 * HOUR);
    assert.equal((await heart.tick()).size, 0, "21:00, quiet until 8");
    await clock.advance(11 * HOUR);
    config.idle_timeout_minutes = 60;
    assert.deepEqual([...(await heart.tick()).values()], ["no_session"], "too old to go on with");
    config.idle_timeout_minutes = 1440;
    await sessions.reset(CHAT, "claude");
    assert.deepEqual([...(await heart.tick()).values()], ["no_session"]);
    assert.deepEqual(asked, []);
  });
});

Deno.test("no beat beside a turn, and a message that comes waits for the beat", async () => {
  await withHeart(async ({ heart, conversations, session, asked, reply }) => {
    await session(CHAT);
    const order: string[] = [];
    const turn = Promise.withResolvers<void>();
    conversations.enqueue(CHAT, { id: "1", updateIds: [], run: () => turn.promise });
    assert.deepEqual([...(await heart.tick()).values()], ["busy"]);
    turn.resolve();
    await conversations.idle();
    const answer = Promise.withResolvers<void>();
    reply.wait = answer.promise;
    const beat = heart.tick().then(() => order.push("beat"));
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    conversations.enqueue(CHAT, {
      id: "2",
      updateIds: [],
      run: () => Promise.resolve(void order.push("message")),
    });
    assert.equal(order.length, 0);
    answer.resolve();
    await Promise.all([beat, conversations.idle()]);
    assert.ok(order.includes("message") && order.includes("beat"));
  });
});

Deno.test("it beats at its interval until the program ends", async () => {
  await withHeart(async ({ heart, clock, session, asked, stop, config, conversations }) => {
    config.heartbeat.only_when_changed = false;
    await session(CHAT);
    const running = heart.run();
    await clock.advance(29 * 60_000);
    assert.equal(asked.length, 0);
    await clock.advance(60_000);
    while (asked.length < 1) await new Promise((resolve) => setTimeout(resolve, 1));
    stop.abort();
    await running;
    await conversations.idle();
  });
});

Deno.test("the token for nothing is taken off at the ends, not in the middle", () => {
  const strip = (text: string) => withoutAck(text, "HEARTBEAT_OK");
  for (
    const nothing of [
      "HEARTBEAT_OK",
      "HEARTBEAT_OK\n",
      "**HEARTBEAT_OK**",
      "`HEARTBEAT_OK`.",
      "",
    ]
  ) assert.equal(strip(nothing), "", nothing);
  assert.equal(strip("HEARTBEAT_OK\nNews."), "News.");
  assert.equal(strip("News.\n\nHEARTBEAT_OK"), "News.");
  assert.equal(
    strip("I say HEARTBEAT_OK when nothing is new."),
    "I say HEARTBEAT_OK when nothing is new.",
  );
  assert.equal(strip("HEARTBEAT_OKAY then"), "HEARTBEAT_OKAY then");
  assert.equal(withoutAck("a.b", "a.b"), "");
  assert.equal(withoutAck("axb", "a.b"), "axb");
});

Deno.test("the fingerprint changes with memory, jobs and task files, not with records of runs", async () => {
  await using folder = await TempFolder.make();
  const home = new Home(folder.at("home"));
  for (const dir of home.dirs) await Deno.mkdir(dir, { recursive: true });
  const seen = new Set([await fingerprintOf(home)]);
  const write = async (path: string, isNews: boolean) => {
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    const before = await fingerprintOf(home);
    await Deno.writeTextFile(path, `${seen.size}`.repeat(seen.size));
    const after = await fingerprintOf(home);
    assert.equal(after !== before, isNews, path);
    seen.add(after);
  };
  await write(home.mainMemoryFile, true);
  await write(home.cronJobsFile, true);
  await write(`${home.cronTasksDir}/a/TASK_DESCRIPTION.md`, true);
  await write(`${home.cronTasksDir}/a/scripts/x.sh`, true);
  await Deno.mkdir(`${home.cronTasksDir}/a/runs`);
  await write(`${home.cronTasksDir}/a/runs/1.json`, false);
  await write(`${home.cronTasksDir}/a/runs/2.json`, false);
});

Deno.test("through the running bot: a beat goes on with the session and its news ring", async () => {
  await withBot(async (bench) => {
    const { alice, claude } = bench;
    alice.send("hello");
    await bench.until(() => bench.texts().length === 1);
    await bench.bot.settled();
    claude.script = async function* ({ text }) {
      yield { type: "text", text: text === "Anything?" ? "Tea is ready." : "no" };
    };
    const session = claude.opened[0];
    await bench.bot.heartbeat.tick();
    await bench.until(() => bench.texts().length === 2);
    assert.equal(bench.texts()[1], "Tea is ready.");
    assert.equal(claude.turns.at(-1)!.text, "Anything?");
    assert.ok(claude.opened.length === 1 || claude.opened[1]!.resume !== undefined, `${session}`);
    assert.equal((await bench.bot.heartbeat.totals({ chatId: ALICE })).said, 1);
  }, {
    config: {
      heartbeat: {
        enabled: true,
        cooldown_minutes: 0,
        prompt: "Anything?",
        quiet_start: 0,
        quiet_end: 0,
      },
    },
  });
});
