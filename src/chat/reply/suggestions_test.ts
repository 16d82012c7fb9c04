import assert from "node:assert/strict";
import { FakeClock, settle } from "../../../tests/support/fake_clock.ts";
import { spawn } from "../../base/async/spawn.ts";
import { Suggestions } from "./suggestions.ts";

function setup() {
  const edits: [number, string | undefined][] = [];
  const raw = {
    editMessageReplyMarkup(
      { message_id, reply_markup }: {
        message_id: number;
        reply_markup?: { inline_keyboard: { text: string }[][] };
      },
    ) {
      edits.push([message_id, reply_markup?.inline_keyboard[0]?.[0]?.text]);
      return Promise.reject(new Error("message is not modified"));
    },
  };
  const clock = new FakeClock();
  const suggestions = new Suggestions({ raw } as never, clock);
  const delivered = Promise.withResolvers<"delivered" | "dropped">();
  const answer = {
    target: { chatId: 1 },
    shown: [{ messageId: 7, print: "" }, { messageId: 8, print: "" }],
    delivered: delivered.promise,
  };
  return { suggestions, edits, clock, answer, delivered };
}

Deno.test("suggestions: one button under the last message of the answer, gone with the next turn", async () => {
  const { suggestions, edits, answer, delivered } = setup();
  suggestions.begin("1");
  spawn("", suggestions.answered("1", answer));
  const offered = suggestions.offer("1", " run the tests ");
  await settle();
  assert.deepEqual(edits, [], "not before the user has the answer");
  delivered.resolve("delivered");
  await offered;
  await suggestions.offer("1", "another one");
  assert.deepEqual(edits, [[8, "run the tests"]]);
  suggestions.begin("1");
  suggestions.begin("1");
  await settle();
  assert.deepEqual(edits, [[8, "run the tests"], [8, undefined]]);
});

Deno.test("suggestions: one that is there before the answer waits for it", async () => {
  const { suggestions, edits, answer, delivered } = setup();
  delivered.resolve("delivered");
  suggestions.begin("1");
  await suggestions.offer("1", "run the tests");
  assert.deepEqual(edits, []);
  await suggestions.answered("1", answer);
  assert.deepEqual(edits, [[8, "run the tests"]]);
});

Deno.test("suggestions: nothing is shown for what is over, was not delivered, is empty or comes late", async () => {
  const { suggestions, edits, clock, answer, delivered } = setup();
  const turn = async (text: string, given: typeof answer, wait = 0) => {
    suggestions.begin("1");
    await suggestions.answered("1", given);
    await clock.advance(wait);
    await suggestions.offer("1", text);
  };
  await suggestions.offer("1", "no turn yet");
  suggestions.begin("1");
  await suggestions.answered("1", answer);
  const offered = suggestions.offer("1", "overtaken");
  suggestions.begin("1");
  delivered.resolve("delivered");
  await offered;
  await turn("  ", answer);
  await turn("not delivered", { ...answer, delivered: Promise.resolve("dropped") });
  await turn("no message", { ...answer, shown: [] });
  await turn("of something else", answer, 61_000);
  suggestions.begin("1");
  await settle();
  assert.deepEqual(edits, []);
});
