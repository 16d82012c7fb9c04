import type { Message, User } from "grammy/types";
import type { Room } from "./room.ts";
import type { TopicInfo } from "./types.ts";
import type { World } from "./world.ts";

/** The colours a topic icon may have (RGB). */
export const ICON_COLORS: readonly number[] = [
  7322096,
  16766590,
  13338331,
  9367192,
  16749490,
  16478047,
];

/** Opens a topic; its id is that of the service message which says so. */
export function openTopic(
  world: World,
  room: Room,
  by: User,
  name: string,
  icon: { color?: number; emoji?: string } = {},
): TopicInfo {
  const icon_color = icon.color ?? ICON_COLORS[room.topics.size % ICON_COLORS.length]!;
  const custom = icon.emoji ? { icon_custom_emoji_id: icon.emoji } : {};
  const message_id = room.nextId();
  const topic: TopicInfo = { thread_id: message_id, name, icon_color, ...custom, closed: false };
  room.topics.set(message_id, topic);
  world.post(room, by, {
    message_id,
    message_thread_id: message_id,
    is_topic_message: true,
    forum_topic_created: { name, icon_color, ...custom },
  } as Partial<Message>);
  world.emit({ type: "topic", chat_id: room.id, topic: { ...topic } });
  return topic;
}

/** Changes a topic and says so in it. */
export function changeTopic(
  world: World,
  room: Room,
  by: User,
  topic: TopicInfo,
  change: Partial<Pick<TopicInfo, "name" | "closed" | "icon_custom_emoji_id">>,
): void {
  Object.assign(topic, change);
  const { closed, ...edited } = change;
  const content: Partial<Message> = closed === undefined
    ? { forum_topic_edited: edited }
    : closed
    ? { forum_topic_closed: {} }
    : { forum_topic_reopened: {} };
  world.post(room, by, content, { thread: topic.thread_id });
  world.emit({ type: "topic", chat_id: room.id, topic: { ...topic } });
}

/** Deletes a topic with all its messages. */
export function deleteTopic(world: World, room: Room, topic: TopicInfo): void {
  room.topics.delete(topic.thread_id);
  const inside = room.list().filter((message) => message.message_thread_id === topic.thread_id);
  world.remove(room, inside.map((message) => message.message_id));
  world.emit({ type: "topic", chat_id: room.id, topic: { ...topic }, deleted: true });
}
