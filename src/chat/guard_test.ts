import assert from "node:assert/strict";
import type { Update } from "grammy/types";
import { FakeApi } from "../../tests/support/fake_api.ts";
import { settle } from "../../tests/support/fake_clock.ts";
import { admitted } from "./guard.ts";

const message = (update_id: number, id: number) =>
  ({ update_id, message: { from: { id }, chat: { id: -5 } } }) as Update;
const press = (update_id: number, id: number) =>
  ({ update_id, callback_query: { id: `q${update_id}`, from: { id } } }) as Update;

async function pass(updates: Update[], groups: { allowed_group_ids?: number[] } = {}) {
  const api = new FakeApi();
  const lists = { allowed_user_ids: [1, 2], ...groups };
  const ids = (await admitted(updates, lists, api.api, () => Promise.resolve([-5])))
    .map(({ update_id }) => update_id);
  await settle();
  return { ids, api };
}

Deno.test("guard: people on the list pass, in their order, wherever they write", async () => {
  const { ids, api } = await pass([message(1, 2), message(2, 9), press(3, 1), message(4, 1)]);
  assert.deepEqual(ids, [1, 3, 4]);
  assert.deepEqual(api.calls, []);
});

Deno.test("K7.2 guard: with a list of groups, others count for nothing; private chats stay as they are", async () => {
  const here = press(3, 1);
  here.callback_query!.message = { message_id: 1, date: 0, chat: { id: -6 } } as never;
  const alone = message(4, 1);
  alone.message!.chat.id = 1;
  const updates = [message(1, 1), message(2, 9), here, alone];
  assert.deepEqual((await pass(updates, { allowed_group_ids: [-5] })).ids, [1, 4]);
  assert.deepEqual((await pass(updates, { allowed_group_ids: [-6] })).ids, [3, 4]);
  assert.deepEqual((await pass(updates, { allowed_group_ids: [] })).ids, [4]);
});

Deno.test("guard: a stranger's press is answered without a word, so that it does not spin", async () => {
  const { ids, api } = await pass([press(1, 9), message(2, 9)]);
  assert.deepEqual(ids, []);
  assert.deepEqual(api.calls, [
    { method: "answerCallbackQuery", payload: { callback_query_id: "q1" } },
  ]);
});

Deno.test("K16.6 guard: that a group has moved counts, whoever did it, if we have a conversation there", async () => {
  const moved = (update_id: number, id: number, chat: number) =>
    ({
      update_id,
      message: { from: { id }, chat: { id: chat }, migrate_to_chat_id: -7 },
    }) as Update;
  const { ids } = await pass([moved(1, 9, -5), moved(2, 9, -6), moved(3, 1, -6), { update_id: 4 }]);
  assert.deepEqual(ids, [1]);
});
