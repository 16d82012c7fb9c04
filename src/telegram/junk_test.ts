import assert from "node:assert/strict";
import fc from "fast-check";
import { takeUpLeft } from "../chat/queue/left_over.ts";
import { Inbox } from "../conversation/inbox.ts";
import { createBotApi, failureOf } from "./api.ts";
import { Bursts } from "../chat/incoming/bursts.ts";
import { isAllowed } from "../chat/guard.ts";
import { readEdited } from "../chat/incoming/incoming.ts";
import { textsOf } from "../chat/incoming/attachments.ts";
import { requestOf } from "../chat/incoming/request_of.ts";
import { readUpdate, readUpdates } from "./update.ts";
import { FakeClock } from "../../tests/support/fake_clock.ts";
import { JUNK, SEEDED, spoilt, spoiltOnce } from "../../tests/support/junk.ts";
import { TempFolder } from "../../tests/support/temp_folder.ts";
import { UPDATES } from "../../tests/support/telegram_updates.ts";

const ME = { id: 5, username: "me" };

/** Everything that looks at an update before anybody is asked anything. */
function readAsTheBotDoes(answer: unknown): void {
  const updates = readUpdates(answer);
  const bursts = new Bursts({
    clock: new FakeClock(),
    signal: AbortSignal.abort(),
    handle: (some) => {
      const request = requestOf(some, ME);
      if (request) assert.doesNotMatch(JSON.stringify(request), /undefined|null|NaN/);
    },
  });
  for (const update of updates) {
    assert.ok(Number.isInteger(update.update_id));
    isAllowed(update, { allowed_user_ids: [1001] });
    requestOf([update], { ...ME, answersAll: true });
    readEdited(update, ME);
    if (update.message) textsOf(update.message);
    if (update.callback_query?.message) textsOf(update.callback_query.message as never);
  }
  bursts.push(updates);
}

Deno.test("K15.11 updates: whatever stands wrong in one, all of its readers can read it", () => {
  for (const update of UPDATES) {
    readAsTheBotDoes([update]);
    for (const wrong of spoiltOnce(update)) readAsTheBotDoes([wrong]);
  }
});

Deno.test("K15.11 updates: several wrong things in several updates are read too", () =>
  fc.assert(
    fc.property(fc.array(spoilt(UPDATES), { maxLength: 5 }), (wrong) => {
      readAsTheBotDoes(wrong);
    }),
    SEEDED,
  ));

Deno.test("K15.11 updates: a right one is left as it is", () => {
  assert.deepEqual(readUpdates(UPDATES), UPDATES);
});

Deno.test("K15.11 updates: what others wrote stays marked as theirs, however odd the mark is", () => {
  for (const mark of JUNK) {
    const message = { ...UPDATES[0]!.message, text: "/model opus", forward_origin: mark };
    const [update] = readUpdates([{ update_id: 1, message }]);
    assert.equal(update?.message?.forward_origin !== undefined, mark !== null);
  }
});

Deno.test("K15.11 updates: an id that no update has is not waited behind", () => {
  const ids = [1e15, 2 ** 31, -4, 1.5, "7", null, 2 ** 31 - 2];
  const updates = readUpdates(ids.map((update_id) => ({ update_id })));
  assert.deepEqual(updates.map(({ update_id }) => update_id), [2 ** 31 - 2]);
});

Deno.test("K15.11 updates: an odd one that was kept does not hinder a start", async () => {
  await using temp = await TempFolder.make();
  const kept = [{ message: { chat: null } }, { callback_query: {} }, { message: 5 }];
  const lines = kept.flatMap((update, id) => [
    { k: "update", id, update: { update_id: id, ...update } },
    ...id === 0 ? [{ k: "started", id, turn: "t" }] : [],
  ]);
  await Deno.writeTextFile(
    temp.at("inbox"),
    [...lines, { k: "update", id: 9, update: null }]
      .map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  const inbox = await Inbox.open(temp.at("inbox"), readUpdate);
  const waiting: number[] = [];
  await takeUpLeft({
    inbox,
    outbox: { has: () => false },
    speaker: { say: () => assert.fail("there is nothing to ask about") },
    me: () => Promise.resolve(ME),
    submit: () => assert.fail("nothing was put back"),
    bursts: { push: (updates) => void waiting.push(...updates.map(({ update_id }) => update_id)) },
  });
  await inbox.close();
  // The one that had begun is done with.
  assert.deepEqual([inbox.get(0), waiting], [undefined, [1, 2]]);
});

/** Bodies that are no answer of Telegram's, whatever was asked. */
const BODIES: readonly string[] = [
  "",
  "<html><body>502 Bad Gateway</body></html>",
  ...JUNK.map((junk) => JSON.stringify(junk)),
  ...[...spoiltOnce({ ok: false, error_code: 400, description: "Bad Request: no" })]
    .map((junk) => JSON.stringify(junk)),
  ...[
    ...spoiltOnce({
      ok: false,
      error_code: 429,
      description: "Too Many Requests",
      parameters: { retry_after: 5, migrate_to_chat_id: -7 },
    }),
  ].map((junk) => JSON.stringify(junk)),
];

/** What each method answers, of which something is read. */
const ANSWERS: Record<string, unknown> = {
  getUpdates: UPDATES,
  getMe: { id: 5, is_bot: true, first_name: "me", username: "me" },
  getMyCommands: [{ command: "help", description: "Help" }],
  getFile: { file_id: "f", file_unique_id: "u", file_path: "a/b" },
  sendMessage: UPDATES[0]!.message,
  sendDocument: UPDATES[4]!.message,
  sendMediaGroup: [UPDATES[3]!.message],
  editMessageText: true,
};

/** What the program does with an answer. */
const READERS: Record<string, (answer: never) => void> = {
  editMessageText: (done: unknown) => assert.ok(done === true || typeof done === "object" && done),
  getUpdates: readAsTheBotDoes,
  getMe: ({ id, username }: { id: number; username?: string }) => {
    assert.ok(Number.isInteger(id));
    new RegExp(`@${username?.toLowerCase()}`);
  },
  getMyCommands: (list: { command: string }[]) => list.map(({ command }) => command),
  getFile: ({ file_path }: { file_path?: string }) => file_path?.split("/"),
  sendMessage: ({ message_id }: { message_id: number }) => assert.ok(Number.isInteger(message_id)),
  sendDocument: ({ message_id }: { message_id: number }) => assert.ok(Number.isInteger(message_id)),
  sendMediaGroup: (all: { message_id: number }[]) => {
    assert.ok(all.length > 0 && all.every(({ message_id }) => Number.isInteger(message_id)));
  },
};

Deno.test("K15.11 api: an answer is what its method says, or a failure with a name", async () => {
  let body = "";
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    return new Response(body, { headers: { "content-type": "application/json" } });
  });
  const bot = createBotApi("1:x", `http://127.0.0.1:${server.addr.port}`);
  const call = async (method: string) => {
    const raw = bot.api.raw as unknown as Record<string, (payload: object) => Promise<never>>;
    try {
      READERS[method]!(await raw[method]!({}));
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      const failure = failureOf(error);
      if (failure.kind === "flood") {
        assert.ok(failure.retryAfter >= 1 && failure.retryAfter <= 86_400, body);
      }
      if (failure.kind === "migrated") assert.ok(Number.isSafeInteger(failure.chatId), body);
      if ("description" in failure) assert.equal(typeof failure.description, "string", body);
      // Nothing that is no refusal of Telegram's may pass for one.
      if (!body.includes('"error_code":4')) assert.ok(["network"].includes(failure.kind), body);
    }
  };
  for (const body_ of BODIES) {
    body = body_;
    await call("sendMessage");
  }
  for (const [method, result] of Object.entries(ANSWERS)) {
    for (const wrong of method === "getUpdates" ? JUNK : spoiltOnce(result)) {
      body = JSON.stringify({ ok: true, result: wrong });
      await call(method);
    }
    body = JSON.stringify({ ok: true });
    await call(method);
  }
  bot.close();
});
