import assert from "node:assert/strict";
import type { CallbackQuery, Message } from "grammy/types";
import { ALICE, type ChatBench, withChat } from "../../tests/support/chat_bench.ts";
import { Boundary } from "./boundary.ts";
import { agentKeyboard, keyboardOf } from "./buttons.ts";
import { type ButtonAction, type Press, Presses } from "./presses.ts";

interface Bench extends ChatBench {
  presses: Presses;
  /** What the agent's buttons were pressed for. */
  labels: string[];
  /** Shows a message with a button and presses it; `show` for one of the agent's. */
  tap(data: string, more?: Partial<Message>): Promise<boolean>;
  /** The answers that presses got. */
  answers(): (string | undefined)[];
}

async function withPresses(
  actions: Record<string, ButtonAction["press"]>,
  fn: (bench: Bench) => Promise<void>,
): Promise<void> {
  await withChat(async (chat) => {
    const { api, clock, outbox } = chat;
    const labels: string[] = [];
    const presses = new Presses({
      api: api.api,
      clock,
      boundary: new Boundary({ outbox, secrets: () => [] }),
      actions: Object.entries(actions).map(([verb, press]) => ({ verb, press })),
      label: ({ argument }) => {
        labels.push(argument);
        return "request";
      },
    });
    const markup = {
      inline_keyboard: [
        ...keyboardOf([[{ label: "Ours", action: "x" }]]).inline_keyboard,
        ...agentKeyboard([["Yes", "No"]]).inline_keyboard,
      ],
    };
    await fn({
      ...chat,
      presses,
      labels,
      tap: (data, more = {}) =>
        presses.handle({
          id: "q",
          from: ALICE,
          data,
          message: {
            message_id: 7,
            date: 1,
            chat: { id: ALICE.id },
            reply_markup: markup,
            ...more,
          },
        } as CallbackQuery, 1),
      answers: () => api.given("answerCallbackQuery").map(({ text }) => text as string | undefined),
    });
  });
}

Deno.test("presses: a verb finds its action, with all that follows it", async () => {
  const seen: Press[] = [];
  await withPresses({ model: (press) => (seen.push(press), "keep") }, async (bench) => {
    assert.equal(await bench.tap("d:model:m.claude:x"), false);
    assert.deepEqual(seen.map(({ argument, address }) => [argument, address]), [
      ["m.claude:x", { chatId: ALICE.id }],
    ]);
    assert.deepEqual(bench.answers(), [undefined]);
    assert.deepEqual(bench.api.given("editMessageReplyMarkup"), []);
  });
});

Deno.test("presses: buttons go when what they do is done, unless they are to stay", () =>
  withPresses({ once: () => {}, stay: () => ({ keep: true, toast: "Hm." }) }, async (bench) => {
    await bench.tap("d:stay:");
    assert.deepEqual(bench.answers(), ["Hm."]);
    assert.equal(bench.api.given("editMessageReplyMarkup").length, 0);
    await bench.tap("d:once:");
    assert.equal(bench.api.given("editMessageReplyMarkup").length, 1);
  }));

Deno.test("K10.6 presses: one whose action fails is answered, said, and may be pressed again", () => {
  let fails = true;
  const flaky = () => {
    if (fails) throw new Error("not now");
  };
  return withPresses({ flaky }, async (bench) => {
    assert.equal(await bench.tap("d:flaky:"), false);
    assert.deepEqual(bench.answers(), ["That did not work."]);
    assert.equal(bench.api.given("editMessageReplyMarkup").length, 0);
    await bench.until(() => bench.api.texts()[0]?.includes("did not work: not now.") ?? false);
    fails = false;
    await bench.tap("d:flaky:");
    assert.deepEqual(bench.answers(), ["That did not work.", undefined]);
  });
});

Deno.test("presses: one whose action takes long is answered after a second, and failing later is said", () => {
  const gate = Promise.withResolvers<void>();
  return withPresses({ slow: () => gate.promise }, async (bench) => {
    const handled = bench.tap("d:slow:");
    await bench.clock.advance(999);
    assert.deepEqual(bench.answers(), []);
    await bench.clock.advance(1);
    assert.deepEqual(bench.answers(), [undefined]);
    gate.reject(new Error("gone"));
    assert.equal(await handled, false);
    assert.equal(bench.answers().length, 1);
    await bench.until(() => bench.api.texts().length === 1);
  });
});

Deno.test("presses: a button of the agent is read from the message, so no label passes as one of ours", () =>
  withPresses({ x: () => assert.fail("not pressed") }, async (bench) => {
    assert.equal(await bench.tap("b:0.1"), true);
    assert.deepEqual(bench.labels, ["No"]);
    assert.equal(await bench.tap("b:5.5"), false);
    assert.deepEqual(bench.labels, ["No"]);
    assert.deepEqual(bench.answers(), [undefined, "This button is too old."]);
  }));

for (
  const [what, data, more] of [
    ["a verb nobody knows", "d:gone:5", {}],
    ["no data of ours", "whatever", {}],
    ["a message of which Telegram shows nothing any more", "d:x:", { date: 0 }],
  ] as const
) {
  Deno.test(`presses: ${what} gets its answer`, () =>
    withPresses({ x: () => assert.fail("not pressed") }, async (bench) => {
      assert.equal(await bench.tap(data, more), false);
      assert.deepEqual(bench.answers(), ["This button is too old."]);
    }));
}

Deno.test("presses: an answer that Telegram refuses changes nothing", () =>
  withPresses({ stay: () => "keep" }, async (bench) => {
    bench.api.troubles.push({ code: 400, description: "Bad Request: query is too old" });
    assert.equal(await bench.tap("d:stay:"), false);
  }));

Deno.test("presses: two actions of one name are refused when the table is made", () => {
  const action = { verb: "same", press: () => {} };
  assert.throws(
    () => new Presses({ actions: [action, action] } as never),
    /two actions are called same/,
  );
});
