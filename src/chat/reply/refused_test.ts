import assert from "node:assert/strict";
import { toOwner } from "./refused.ts";

const [OWNER, OTHER, GROUP] = [7, 8, -100];

function elsewhere(title?: string, said: string[] = []) {
  const getChat = () => title ? Promise.resolve({ title }) : Promise.reject(new Error("kicked"));
  return toOwner({
    api: { raw: { getChat } } as never,
    signal: new AbortController().signal,
    users: () => [OWNER, OTHER],
    has: (id) => said.includes(id),
  });
}

Deno.test("K3.2 refused: the owner is told which chat takes nothing, and why", async () => {
  const closed = {
    target: { chatId: GROUP, threadId: 3 },
    why: "Bad Request: TOPIC_CLOSED",
    id: "a",
  };
  const found = await elsewhere("Team")(closed);
  assert.deepEqual(found?.target, { chatId: OWNER });
  assert.equal(
    found?.piece.text,
    "⚠️ Team (topic 3) does not take this answer: the topic is closed. Here it is:",
  );
  const why = "Forbidden: bot was kicked from the supergroup chat";
  assert.match(
    (await elsewhere()({ target: { chatId: GROUP }, why, id: "a" }))!.piece.text,
    /^⚠️ Group -100 does not take this answer: I am no longer a member\./,
  );
  const odd = await elsewhere("Team")({ ...closed, why: "Bad Request: X_Y" });
  assert.match(odd!.piece.text, /Telegram says “Bad Request: X_Y”/);
});

Deno.test("K3.2 refused: the owner's own chat has no other place, and what they have already does not come again", async () => {
  const why = "Forbidden: bot was blocked by the user";
  assert.equal(await elsewhere()({ target: { chatId: OWNER }, why, id: "a" }), undefined);
  const to = { target: { chatId: OTHER }, why, id: `run-1@${OTHER}` };
  assert.equal(await elsewhere("x", [`run-1@${OWNER}`])(to), undefined);
  assert.notEqual(await elsewhere("x")(to), undefined);
});
