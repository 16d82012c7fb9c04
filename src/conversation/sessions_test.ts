import assert from "node:assert/strict";
import { dirname } from "node:path";
import { Home } from "../config/home.ts";
import { join } from "node:path";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import type { Address } from "./address.ts";
import { Sessions } from "./sessions.ts";

const RULES = {
  idle_timeout_minutes: 1440,
  daily_reset_enabled: false,
  daily_reset_hour: 4,
  max_session_messages: null,
};
const chat = { chatId: 42 };

class Time {
  now = new Date("2026-11-23T12:00:00Z");
  later(minutes: number) {
    this.now = new Date(this.now.getTime() + minutes * 60_000);
  }
}

async function withSessions(
  fn: (sessions: Sessions, time: Time, path: string) => Promise<void>,
  content?: unknown,
) {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "sessions.json");
    if (content !== undefined) await Deno.writeTextFile(path, JSON.stringify(content));
    const time = new Time();
    await fn(new Sessions(new Home(dirname(path)), { now: () => time.now }), time, path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const turn = (provider: "claude" | "codex", sessionId: string) => ({
  provider,
  sessionId,
  costUsd: 0.5,
  tokens: 10,
});
const CHOSEN = { provider: "claude", model: "opus" } as const;

Deno.test("sessions: switching the provider and back resumes ids and counts", () =>
  withSessions(async (sessions) => {
    await sessions.record(chat, turn("claude", "a"), CHOSEN);
    await sessions.record(chat, turn("codex", "b"), CHOSEN);
    await sessions.record(chat, turn("claude", "a"), CHOSEN);
    const bucket = await sessions.fresh(chat, "claude", RULES, "UTC");
    assert.equal(bucket?.session_id, "a");
    assert.equal(bucket?.message_count, 2);
    assert.equal(bucket?.total_cost_usd, 1);
    assert.equal((await sessions.fresh(chat, "codex", RULES, "UTC"))?.message_count, 1);
  }));

Deno.test("sessions: a reset forgets one provider only", () =>
  withSessions(async (sessions) => {
    await sessions.record(chat, turn("claude", "a"), CHOSEN);
    await sessions.record(chat, turn("codex", "b"), CHOSEN);
    await sessions.reset(chat, "codex");
    assert.equal(await sessions.fresh(chat, "codex", RULES, "UTC"), undefined);
    assert.equal((await sessions.fresh(chat, "claude", RULES, "UTC"))?.session_id, "a");
  }));

Deno.test("sessions: each bucket grows old by itself", () =>
  withSessions(async (sessions, time) => {
    await sessions.record(chat, turn("claude", "a"), CHOSEN);
    time.later(1000);
    await sessions.record(chat, turn("codex", "b"), CHOSEN);
    time.later(500);
    assert.equal(await sessions.fresh(chat, "claude", RULES, "UTC"), undefined);
    assert.equal((await sessions.fresh(chat, "codex", RULES, "UTC"))?.session_id, "b");
    const never = { ...RULES, idle_timeout_minutes: 0 };
    assert.equal((await sessions.fresh(chat, "claude", never, "UTC"))?.session_id, "a");
  }));

Deno.test("sessions: the daily reset is at the hour of the user's zone", () =>
  withSessions(async (sessions, time) => {
    const rules = { ...RULES, daily_reset_enabled: true };
    time.now = new Date("2026-11-23T02:30:00Z"); // 03:30 in Berlin
    await sessions.record(chat, turn("claude", "a"), CHOSEN);
    time.later(20);
    assert.ok(await sessions.fresh(chat, "claude", rules, "Europe/Berlin"));
    time.later(20);
    assert.equal(await sessions.fresh(chat, "claude", rules, "Europe/Berlin"), undefined);
    assert.ok(await sessions.fresh(chat, "claude", rules, "America/New_York"));
  }));

Deno.test("sessions: the message limit rolls over", () =>
  withSessions(async (sessions) => {
    await sessions.record(chat, turn("claude", "a"), CHOSEN);
    const rules = { ...RULES, max_session_messages: 1 };
    assert.equal(await sessions.fresh(chat, "claude", rules, "UTC"), undefined);
    await sessions.record(chat, turn("claude", "b"), CHOSEN);
    const bucket = (await sessions.get(chat))?.provider_sessions.claude;
    assert.equal(bucket?.message_count, 1);
  }));

Deno.test("sessions: topics of a chat have sessions of their own", () =>
  withSessions(async (sessions) => {
    await sessions.record(chat, turn("claude", "a"), CHOSEN);
    await sessions.record({ chatId: 42, threadId: 7 }, turn("claude", "b"), CHOSEN);
    assert.equal((await sessions.fresh(chat, "claude", RULES, "UTC"))?.session_id, "a");
    const topic = await sessions.fresh({ chatId: 42, threadId: 7 }, "claude", RULES, "UTC");
    assert.equal(topic?.session_id, "b");
  }));

Deno.test("sessions: a new id of a resumed session keeps the counts, a fresh one starts at zero", () =>
  withSessions(async (sessions) => {
    await sessions.record(chat, turn("claude", "a"), CHOSEN);
    const began = { provider: "claude", sessionId: "b" } as const;
    await sessions.began(chat, began, true, CHOSEN);
    assert.equal((await sessions.get(chat))?.provider_sessions.claude?.message_count, 1);
    await sessions.began(chat, { ...began, sessionId: "c" }, false, CHOSEN);
    assert.equal((await sessions.get(chat))?.provider_sessions.claude?.message_count, 0);
  }));

Deno.test("sessions: files of the Python program load, unknown fields survive", () =>
  withSessions(
    async (sessions, _, path) => {
      assert.equal((await sessions.fresh(chat, "claude", RULES, "UTC"))?.session_id, "old");
      await sessions.record(chat, turn("claude", "old"), CHOSEN);
      const file = JSON.parse(await Deno.readTextFile(path));
      assert.equal(file["42"].mood, "good");
      assert.equal(file["42"].provider_sessions.claude.message_count, 4);
      assert.equal(file["43"].provider_sessions.claude.session_id, "flat");
    },
    {
      "42": {
        chat_id: 42,
        provider: "claude",
        model: "opus",
        created_at: "2026-11-23T10:00:00+00:00",
        last_active: "2026-11-23T11:00:00+00:00",
        mood: "good",
        provider_sessions: {
          claude: { session_id: "old", message_count: "3", total_cost_usd: 1, total_tokens: 5 },
        },
      },
      "43": {
        chat_id: 43,
        provider: "claude",
        model: "opus",
        session_id: "flat",
        message_count: 2,
        created_at: "2026-11-23T10:00:00+00:00",
        last_active: "2026-11-23T11:00:00+00:00",
      },
    },
  ));

Deno.test("sessions: an unreadable time makes a session stale, not the program fail", () =>
  withSessions(
    async (sessions) => assert.equal(await sessions.fresh(chat, "claude", RULES, "UTC"), undefined),
    {
      "42": {
        chat_id: 42,
        provider: "claude",
        model: "opus",
        created_at: "?",
        last_active: "yesterday",
        provider_sessions: { claude: { session_id: "old" } },
      },
    },
  ));

Deno.test("sessions: a turn does not undo a model that was chosen while it ran", () =>
  withSessions(async (sessions) => {
    await sessions.began(chat, turn("claude", "a"), false, CHOSEN);
    await sessions.choose(chat, { provider: "codex", model: "gpt" });
    await sessions.record(chat, turn("claude", "a"), CHOSEN);
    const { provider, model } = (await sessions.get(chat))!;
    assert.deepEqual([provider, model], ["codex", "gpt"]);
  }));

Deno.test("K6.3 sessions: a file of the newest Python program goes on, and keeps its keys", async () => {
  await using temp = await TempFolder.make();
  const path = temp.at("sessions.json");
  const entry = (chat_id: number, id: string) => ({
    chat_id,
    provider: "claude",
    model: "opus",
    created_at: "2026-11-25T08:00:00+00:00",
    last_active: "2026-11-25T08:00:00+00:00",
    provider_sessions: { claude: { session_id: id, message_count: 1 } },
  });
  const file = {
    "tg:42": entry(42, "a"),
    "tg:-100888:3": entry(-100888, "b"),
    // Not in Telegram.
    "mx:99": entry(99, "c"),
  };
  await Deno.writeTextFile(path, JSON.stringify(file));
  const sessions = new Sessions(new Home(dirname(path)));
  const idOf = async (address: Address) =>
    (await sessions.get(address))?.provider_sessions.claude?.session_id;
  assert.equal(await idOf({ chatId: 42 }), "a");
  assert.equal(await idOf({ chatId: -100888, threadId: 3 }), "b");
  assert.deepEqual((await sessions.all()).map(({ address }) => address), [
    { chatId: 42 },
    { chatId: -100888, threadId: 3 },
  ]);
  const turn = { provider: "claude" as const, sessionId: "c", costUsd: 0, tokens: 0 };
  for (const address of [{ chatId: 42 }, { chatId: 7, threadId: 9 }]) {
    await sessions.record(address, turn, { provider: "claude", model: "" });
  }
  const written = JSON.parse(await Deno.readTextFile(path));
  assert.deepEqual(Object.keys(written).sort(), ["mx:99", "tg:-100888:3", "tg:42", "tg:7:9"]);
});

Deno.test("K6.4 sessions: an entry has no field that stops the Python program, one of ours of before neither", async () => {
  await using temp = await TempFolder.make();
  const path = temp.at("sessions.json");
  const sessions = new Sessions(new Home(dirname(path)));
  const turn = { provider: "claude" as const, sessionId: "c", costUsd: 0, tokens: 0 };
  const chosen = { provider: "claude" as const, model: "" };
  await sessions.record({ chatId: -5, threadId: 9 }, turn, chosen);
  const fields = async () => Object.keys(JSON.parse(await Deno.readTextFile(path))["-5:9"]).sort();
  const known = ["chat_id", "created_at", "last_active", "model", "provider", "provider_sessions"];
  assert.deepEqual(await fields(), known);
  const old = JSON.parse(await Deno.readTextFile(path));
  old["-5:9"].thread_id = 9;
  await Deno.writeTextFile(path, JSON.stringify(old));
  await sessions.record({ chatId: -5, threadId: 9 }, { ...turn, tokens: 1 }, chosen);
  assert.deepEqual(await fields(), known);
});
