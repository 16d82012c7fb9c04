import { type Clock, systemClock } from "../../base/clock.ts";
import assert from "node:assert/strict";
import { defaultConfig } from "../../config/schema.ts";
import { type Address, keyOf } from "../../conversation/address.ts";
import { Conversations } from "../../conversation/conversations.ts";
import type { QuietEnd, QuietTurn } from "../../conversation/quiet_turn.ts";
import { Home } from "../../config/home.ts";
import { Sessions } from "../../conversation/sessions.ts";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";
import { Heartbeat, heartbeatLine, withoutAck } from "./heartbeat.ts";

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
    /** Resolves when the agent is asked the next time. */
    started(): Promise<void>;
    said: { target: Address | undefined; text: string }[];
    /** What the agent answers. */
    reply: { text?: string; failure?: QuietEnd["failure"]; wait?: Promise<void> };
    files: { fingerprint: string };
    stop: AbortController;
    /** A session with a message an hour ago. */
    session(address: Address): Promise<void>;
  }) => Promise<void>,
  /** Stands in for the clock of the test. */
  beatsBy?: Clock,
): Promise<void> {
  await using folder = await TempFolder.make();
  const clock = new FakeClock(Date.UTC(2026, 10, 23, 12));
  const config = defaultConfig();
  config.heartbeat.enabled = true;
  config.allowed_user_ids = [7];
  const sessions = new Sessions(new Home(folder.path), { now: () => new Date(clock.now()) });
  const conversations = new Conversations();
  const asked: QuietTurn[] = [];
  const said: { target: Address | undefined; text: string }[] = [];
  const reply: { text?: string; failure?: QuietEnd["failure"]; wait?: Promise<void> } = {
    text: "HEARTBEAT_OK",
  };
  const files = { fingerprint: "1" };
  const stop = new AbortController();
  let start = Promise.withResolvers<void>();
  const heart = new Heartbeat({
    stateFile: folder.at("heartbeat.json"),
    clock: beatsBy ?? clock,
    config: () => config,
    timeZone: () => "UTC",
    sessions,
    choose: () => Promise.resolve({ provider: "claude", model: "opus" }),
    busy: (address) => conversations.at(address) !== undefined,
    inTurn: ({ address, ...job }) => conversations.enqueue(address, { id: "beat", ...job }),
    async ask(turn) {
      asked.push(turn);
      start.resolve();
      start = Promise.withResolvers();
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
    started: () => start.promise,
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

Deno.test("heartbeat: one that has nothing to say says nothing, counts no message and keeps the age", async () => {
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

Deno.test("heartbeat: what there is to say goes to that conversation, topics too", async () => {
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

Deno.test("heartbeat: no model is asked when nothing has changed since, and again when something has", async () => {
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

Deno.test("heartbeat: one that failed is tried again, and nothing is said of it", async () => {
  await withHeart(async ({ heart, reply, said, session, asked }) => {
    await session(CHAT);
    reply.failure = "rate_limit";
    assert.deepEqual([...(await heart.tick()).values()], ["failed"]);
    assert.deepEqual([...(await heart.tick()).values()], ["failed"]);
    assert.deepEqual(said, []);
    assert.equal(asked.length, 2);
  });
});

Deno.test("heartbeat: none when switched off, quiet hours, no live session, too early, strangers", async () => {
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

Deno.test("heartbeat: none beside a turn, and a message that comes waits for the beat", async () => {
  await withHeart(async ({ heart, conversations, session, started, reply }) => {
    await session(CHAT);
    const order: string[] = [];
    const turn = Promise.withResolvers<void>();
    conversations.enqueue(CHAT, { id: "1", updateIds: [], run: () => turn.promise });
    assert.deepEqual([...(await heart.tick()).values()], ["busy"]);
    turn.resolve();
    await conversations.idle();
    const answer = Promise.withResolvers<void>();
    reply.wait = answer.promise;
    const begun = started();
    const beat = heart.tick().then(() => order.push("beat"));
    await begun;
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

Deno.test("heartbeat: it beats at its interval until the program ends", async () => {
  await withHeart(
    async ({ heart, clock, session, asked, started, stop, config, conversations }) => {
      config.heartbeat.only_when_changed = false;
      await session(CHAT);
      const running = heart.run();
      await clock.advance(29 * 60_000);
      assert.equal(asked.length, 0);
      const begun = started();
      await clock.advance(60_000);
      await begun;
      stop.abort();
      await running;
      await conversations.idle();
    },
  );
});

Deno.test("K10.1 heartbeat: an interval of weeks is one call after weeks, not many at once", async () => {
  await withHeart(async ({ heart, clock, session, asked, started, stop, config }) => {
    config.heartbeat.only_when_changed = false;
    config.heartbeat.interval_minutes = 45_000;
    config.idle_timeout_minutes = 0;
    await session(CHAT);
    const running = heart.run();
    await clock.advance(44_999 * 60_000);
    assert.equal(asked.length, 0);
    const begun = started();
    await clock.advance(60_000);
    await begun;
    stop.abort();
    await running;
    assert.equal(asked.length, 1);
    assert.equal(clock.sleeping, 0, "it does not outlive the program");
  });
});

Deno.test("K10.1 heartbeat: the system's own timers don't make an interval of weeks one of no time", async () => {
  await withHeart(async ({ heart, session, asked, stop, config, conversations }) => {
    config.heartbeat.only_when_changed = false;
    config.heartbeat.interval_minutes = 45_000;
    await session(CHAT);
    const running = heart.run();
    await systemClock.sleep(20);
    await conversations.idle();
    assert.equal(asked.length, 0);
    stop.abort();
    await running;
  }, systemClock);
});

Deno.test("heartbeat: another interval holds from the next beat on", async () => {
  await withHeart(async ({ heart, clock, stop, config }) => {
    config.heartbeat.enabled = false;
    config.heartbeat.interval_minutes = 10;
    const running = heart.run();
    await settle();
    config.heartbeat.interval_minutes = 60;
    await clock.advance(10 * 60_000);
    assert.equal(clock.next, clock.now() + HOUR);
    stop.abort();
    await running;
  });
});

Deno.test("heartbeat: a beat that breaks does not end the others", async () => {
  await withHeart(async ({ heart, session, sessions, clock, stop, asked, started }) => {
    await session(CHAT);
    const { all } = sessions;
    sessions.all = () => Promise.reject(new Error("disk"));
    const running = heart.run();
    await clock.advance(30 * 60_000);
    await settle();
    assert.equal(asked.length, 0);
    sessions.all = all;
    const begun = started();
    await clock.advance(30 * 60_000);
    await begun;
    stop.abort();
    await running;
  });
});

Deno.test("heartbeat: one in a conversation that is closed ends with the program", async () => {
  await withHeart(async ({ heart, session, conversations, stop, asked }) => {
    await session(CHAT);
    const dropped = Promise.withResolvers<void>();
    conversations.enqueue = () => dropped.resolve();
    const beat = heart.tick();
    await dropped.promise;
    stop.abort();
    assert.deepEqual([...(await beat).values()], ["failed"]);
    assert.deepEqual(asked, []);
  });
});

Deno.test("heartbeat ack: the token for nothing is taken off at the ends, not in the middle", () => {
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
