import assert from "node:assert/strict";
import { TopicNames } from "../../conversation/topic_names.ts";
import { readUpdates } from "../../telegram/update.ts";
import { TempFolder } from "../../../tests/support/temp_folder.ts";
import { noteTopics } from "./topics.ts";

Deno.test("topics: the newest name counts, not the one it was made with; junk is none", async () => {
  await using temp = await TempFolder.make();
  const topics = new TopicNames({ topicNamesFile: temp.at("names.json") });
  const note = (message: Record<string, unknown>) =>
    noteTopics(
      readUpdates([{
        update_id: 1,
        message: {
          message_id: 9,
          chat: { id: -100, type: "supergroup" },
          message_thread_id: 5,
          is_topic_message: true,
          ...message,
        },
      }]),
      topics,
    );
  const name = () => topics.of({ chatId: -100, threadId: 5 });
  for (
    const junk of [
      {},
      { forum_topic_created: 5 },
      { forum_topic_created: { name: 5 } },
      { forum_topic_edited: {} },
      { is_topic_message: false, forum_topic_created: { name: "A" } },
    ]
  ) {
    await note(junk);
    assert.equal(await name(), undefined);
  }
  const reply_to_message = {
    message_id: 5,
    chat: { id: -100, type: "supergroup" },
    forum_topic_created: { name: "First" },
  };
  await note({ text: "x", reply_to_message });
  assert.equal(await name(), "First");
  await note({ forum_topic_edited: { name: "Second" } });
  await note({ text: "x", reply_to_message });
  assert.equal(await name(), "Second");
  const again = new TopicNames({ topicNamesFile: temp.at("names.json") });
  assert.equal(await again.of({ chatId: -100, threadId: 5 }), "Second");
});
