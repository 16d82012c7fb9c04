/** The real Claude, started before it is asked: nothing goes to the model, and the message finds it. */
import assert from "node:assert/strict";
import { inChat } from "./in_chat.ts";

inChat(
  "after /new its process runs before the message comes, and answers it",
  ({ text }) => [{ say: `You said ${text}.` }],
  async ({ alice, model, texts, until }) => {
    const processes = async () => {
      const before = texts().length;
      alice.send("/diagnose");
      await until(() => texts().length > before);
      return texts().at(-1)!.match(/Claude Code process \d+/g) ?? [];
    };
    alice.send("/new");
    await until(() => texts().length === 1);
    let ahead: string[] = [];
    while (ahead.length === 0) ahead = await processes();
    assert.equal(model.requests.length, 0);
    alice.send("hello");
    await until(() => texts().some((text) => text.includes("You said hello")));
    assert.deepEqual(await processes(), ahead);
  },
);
