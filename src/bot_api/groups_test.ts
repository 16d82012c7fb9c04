import assert from "node:assert/strict";
import { GrammyError, InputFile } from "grammy";
import { bad, setUp } from "../../tests/support/bot_api.ts";

async function withGroup(options: { forum?: boolean; basic?: boolean; botIsAdmin?: boolean } = {}) {
  const t = await setUp();
  const bob = t.server.user({ id: 1002, first_name: "Bob", username: "bobby" });
  const group = t.server.group({ title: "Team", members: [t.alice, bob], ...options });
  return { ...t, bob, group };
}

/** Texts the bot was sent from groups. */
async function heard(t: Awaited<ReturnType<typeof withGroup>>): Promise<(string | undefined)[]> {
  const updates = await t.api.getUpdates();
  return updates.flatMap((u) => u.message?.chat.id === t.group.id ? [u.message.text] : []);
}

Deno.test("a bot hears of the group it is brought into", async () => {
  await using t = await withGroup();
  const updates = await t.api.getUpdates();
  assert.equal(updates.find((u) => u.my_chat_member)?.my_chat_member?.chat.id, t.group.id);
  assert.ok(updates.some((u) => u.message?.new_chat_members?.[0]?.id === t.server.me.id));
  assert.ok(String(t.group.id).startsWith("-100"));
});

Deno.test("in privacy mode a bot sees commands, mentions and replies to it", async () => {
  await using t = await withGroup();
  const { message_id } = await t.api.sendMessage(t.group.id, "hello");
  const chat = t.group.id;
  t.bob.send("just talking", { chat });
  t.bob.send("/status", { chat });
  t.bob.send("/status@other_bot", { chat });
  t.bob.send(`hey @${t.server.me.username}`, { chat });
  t.bob.send("yes please", { chat, reply_to: message_id });
  assert.deepEqual((await heard(t)).slice(1), [
    "/status",
    `hey @${t.server.me.username}`,
    "yes please",
  ]);
});

Deno.test("K7.1 in privacy mode a bot sees who is meant by id and in a caption", async () => {
  await using t = await withGroup();
  const chat = t.group.id;
  const mention = (id: number) => ({
    type: "text_mention" as const,
    offset: 0,
    length: 6,
    user: { id, is_bot: true, first_name: "Helper" },
  });
  t.bob.send("Helper, look", { chat, entities: [mention(t.server.me.id)] });
  t.bob.send("Helper, go away", { chat, entities: [mention(t.bob.id)] });
  const bytes = new Uint8Array(1);
  t.bob.sendFile({ chat, kind: "document", bytes, caption: `(@${t.server.me.username})` });
  assert.deepEqual((await heard(t)).slice(1), ["Helper, look", undefined]);
});

Deno.test("as an administrator a bot sees everything", async () => {
  await using t = await withGroup({ botIsAdmin: true });
  t.bob.send("just talking", { chat: t.group.id });
  assert.deepEqual((await heard(t)).slice(1), ["just talking"]);
});

Deno.test("in groups only administrators delete what others wrote", async () => {
  await using t = await withGroup();
  const { message_id } = t.bob.send("/x", { chat: t.group.id });
  await bad(t.api.deleteMessage(t.group.id, message_id), "message can't be deleted");
  await using admin = await withGroup({ botIsAdmin: true });
  const other = admin.bob.send("/x", { chat: admin.group.id });
  await admin.api.deleteMessage(admin.group.id, other.message_id);
});

Deno.test("replies in a supergroup carry a thread but are in no topic", async () => {
  await using t = await withGroup();
  const first = t.bob.send("/a", { chat: t.group.id });
  const second = t.bob.send("/b", { chat: t.group.id, reply_to: first.message_id });
  assert.equal(second.message_thread_id, first.message_id);
  assert.equal(second.is_topic_message, undefined);
});

Deno.test("a group that becomes a supergroup tells the new id", async () => {
  await using t = await withGroup({ basic: true });
  const old = t.group.id;
  assert.equal(t.group.chat.type, "group");
  const now = t.group.migrate();
  assert.equal(t.group.id, now);
  await assert.rejects(t.api.sendMessage(old, "x"), (error: unknown) => {
    assert.ok(error instanceof GrammyError);
    assert.equal(
      error.description,
      "Bad Request: group chat was upgraded to a supergroup chat",
    );
    assert.deepEqual(error.parameters, { migrate_to_chat_id: now });
    return true;
  });
  await t.api.sendMessage(now, "x");
  const updates = await t.api.getUpdates();
  assert.ok(
    updates.some((u) => u.message?.chat.id === old && u.message.migrate_to_chat_id === now),
  );
  assert.ok(
    updates.some((u) => u.message?.chat.id === now && u.message.migrate_from_chat_id === old),
  );
});

Deno.test("messages of a topic are told apart from the others", async () => {
  await using t = await withGroup({ forum: true, botIsAdmin: true });
  const topic = t.group.createTopic("Work");
  const inside = t.bob.send("inside", { chat: t.group.id, thread: topic.thread_id });
  t.bob.send("outside", { chat: t.group.id });
  assert.equal(inside.message_thread_id, topic.thread_id);
  assert.ok(inside.is_topic_message);
  // As in real forums, every message in a topic answers the one that opened it.
  assert.equal(inside.reply_to_message?.forum_topic_created?.name, "Work");
  const texts = (thread: number) =>
    t.server.messages(t.group.id, thread).flatMap((m) => m.text ?? []);
  assert.deepEqual(texts(topic.thread_id), ["inside"]);
  assert.deepEqual(texts(1), ["outside"]);
});

Deno.test("a reply without a thread lands in the topic of what it answers", async () => {
  await using t = await withGroup({ forum: true, botIsAdmin: true });
  const topic = t.group.createTopic("Work");
  const question = t.bob.send("?", { chat: t.group.id, thread: topic.thread_id });
  const answer = await t.api.sendMessage(t.group.id, "!", {
    reply_parameters: { message_id: question.message_id },
  });
  assert.equal(answer.message_thread_id, topic.thread_id);
  const outside = await t.api.sendMessage(t.group.id, "!");
  assert.equal(outside.message_thread_id, undefined);
});

Deno.test("the General topic has no id except for chat actions", async () => {
  await using t = await withGroup({ forum: true });
  const general = { message_thread_id: 1 };
  await bad(t.api.sendMessage(t.group.id, "x", general), "message thread not found");
  await t.api.sendChatAction(t.group.id, "typing", general);
  await t.api.sendMessage(t.group.id, "x");
});

Deno.test("a topic must exist, and without a forum there is none", async () => {
  await using t = await withGroup();
  const nowhere = { message_thread_id: 4242 };
  await bad(t.api.sendMessage(t.group.id, "x", nowhere), "message thread not found");
  await bad(t.api.sendMessage(1001, "x", { message_thread_id: 1 }), "message thread not found");
  assert.throws(() => t.group.createTopic("Work"), /has no topics/);
});

Deno.test("private chats have topics when the bot has them", async () => {
  await using t = await setUp({ topicsInPrivate: true });
  assert.equal((await t.api.getMe()).has_topics_enabled, true);
  const { thread_id: thread } = t.alice.createTopic("Trip");
  const sent = await t.api.sendMessage(1001, "x", { message_thread_id: thread });
  assert.ok(sent.is_topic_message);
  const own = t.alice.createTopic("Food");
  const message = t.alice.send("hungry", { thread: own.thread_id });
  assert.equal(message.message_thread_id, own.thread_id);
  await t.api.sendMessageDraft(1001, 1, "…", { message_thread_id: own.thread_id });
  assert.equal(t.server.drafts(1001)[0]?.thread_id, own.thread_id);
  await t.api.sendMessage(1001, "elsewhere", { message_thread_id: thread });
  assert.equal(t.server.drafts(1001).length, 1);
});

Deno.test("messages are pinned by those who may", async () => {
  await using t = await withGroup();
  const pinned: unknown[] = [];
  t.server.subscribe((event) => event.type === "pinned" && pinned.push(event.message_id));
  await t.api.pinChatMessage(1001, 1);
  assert.deepEqual(pinned, [1]);
  await bad(t.api.pinChatMessage(1001, 99), "message to pin not found");
  const { message_id } = await t.api.sendMessage(t.group.id, "x");
  await bad(
    t.api.pinChatMessage(t.group.id, message_id),
    "not enough rights to manage pinned messages in the chat",
  );
});

Deno.test("K3.2 a chat that takes nothing refuses in Telegram's words", async () => {
  await using t = await withGroup({ forum: true });
  const { id } = t.group;
  const topic = { message_thread_id: t.group.createTopic("T").thread_id };
  const sent = await t.api.sendMessage(id, "x", topic);
  t.server.setTopic(id, topic.message_thread_id, "closed");
  await bad(t.api.sendMessage(id, "x", topic), "TOPIC_CLOSED");
  await t.api.sendMessage(id, "in General");
  t.server.setTopic(id, topic.message_thread_id, "open");
  await t.api.sendMessage(id, "x", topic);
  t.server.setTopic(id, topic.message_thread_id, "deleted");
  await bad(t.api.sendMessage(id, "x", topic), "message thread not found");
  t.server.refuse(id, "no_text");
  await bad(t.api.sendMessage(id, "x"), "not enough rights to send text messages to the chat");
  t.server.refuse(id, "no_media");
  await t.api.sendMessage(id, "x");
  const photo = new InputFile(new Uint8Array(10), "a.txt");
  await bad(t.api.sendDocument(id, photo), "not enough rights to send documents to the chat");
  for (
    const [refusal, words] of [
      ["kicked", "bot was kicked from the supergroup chat"],
      ["left", "bot is not a member of the supergroup chat"],
    ] as const
  ) {
    t.server.refuse(id, refusal);
    const edit = t.api.editMessageText(id, sent.message_id, "y");
    for (const call of [t.api.sendMessage(id, "x"), edit, t.api.getChat(id)]) {
      await assert.rejects(
        call,
        (error) => error instanceof GrammyError && error.description === `Forbidden: ${words}`,
      );
    }
  }
  t.server.refuse(id);
  assert.equal((await t.api.getChat(id)).type, "supergroup");
  await t.api.sendMessage(id, "x");
  t.alice.send("hello");
  t.server.refuse(t.alice.id, "blocked");
  await assert.rejects(
    t.api.sendMessage(t.alice.id, "x"),
    /403: Forbidden: bot was blocked by the user/,
  );
});
