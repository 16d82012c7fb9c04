import type { Message, User } from "grammy/types";
import type { Room } from "./room.ts";
import type { TopicInfo } from "./types.ts";
import type { World } from "./world.ts";

/** Opens a topic; its id is that of the service message which says so. */
export function openTopic(world: World, room: Room, by: User, name: string): TopicInfo {
  const message_id = room.nextId();
  const topic: TopicInfo = { thread_id: message_id, name };
  room.topics.set(message_id, topic);
  world.post(room, by, {
    message_id,
    message_thread_id: message_id,
    is_topic_message: true,
    forum_topic_created: { name, icon_color: 7322096 },
  } as Partial<Message>);
  world.emit({ type: "topic", chat_id: room.id, topic });
  return topic;
}
