import { badRequest } from "../errors.ts";
import type { Room } from "../room.ts";
import { changeTopic, deleteTopic, ICON_COLORS, openTopic } from "../topics.ts";
import type { TopicInfo } from "../types.ts";
import { type Call, type Method, roomOf } from "./context.ts";

/** `createForumTopic` */
export const createForumTopic: Method = (call) => {
  const { world, params } = call;
  const room = topicRoom(call);
  const name = nameOf(params.text("name"));
  const color = params.int("icon_color");
  if (color !== undefined && !ICON_COLORS.includes(color)) {
    throw badRequest("invalid topic icon color specified");
  }
  if (room.kind !== "private" && !room.botIsAdmin) {
    throw badRequest("not enough rights to create a topic");
  }
  const emoji = params.text("icon_custom_emoji_id");
  const topic = openTopic(world, room, world.bot(), name, {
    ...(color !== undefined && { color }),
    ...(emoji !== "" && { emoji }),
  });
  const { thread_id, closed: _, ...shown } = topic;
  return { message_thread_id: thread_id, ...shown };
};

/** `editForumTopic` */
export const editForumTopic: Method = (call) => {
  const { world, params } = call;
  const { room, topic } = topicOf(call);
  const change = {
    ...(params.has("name") && { name: nameOf(params.text("name")) }),
    ...(params.has("icon_custom_emoji_id") &&
      { icon_custom_emoji_id: params.text("icon_custom_emoji_id") }),
  };
  const same = (change.name ?? topic.name) === topic.name &&
    (change.icon_custom_emoji_id ?? topic.icon_custom_emoji_id) === topic.icon_custom_emoji_id;
  if (same) throw badRequest("TOPIC_NOT_MODIFIED");
  changeTopic(world, room, world.bot(), topic, change);
  return true;
};

/** `closeForumTopic` and `reopenForumTopic` */
export function setClosed(closed: boolean): Method {
  return (call) => {
    const { room, topic } = topicOf(call);
    if (topic.closed === closed) throw badRequest("TOPIC_NOT_MODIFIED");
    changeTopic(call.world, room, call.world.bot(), topic, { closed });
    return true;
  };
}

/** `deleteForumTopic` */
export const deleteForumTopic: Method = (call) => {
  const { room, topic } = topicOf(call);
  deleteTopic(call.world, room, topic);
  return true;
};

function topicRoom(call: Call): Room {
  const room = roomOf(call, "write");
  if (!room.hasTopics) throw badRequest("the chat is not a forum");
  return room;
}

function topicOf(call: Call): { room: Room; topic: TopicInfo } {
  const room = topicRoom(call);
  const topic = room.topics.get(call.params.int("message_thread_id") ?? 0);
  if (!topic) throw badRequest("message thread not found");
  if (room.kind !== "private" && !room.botIsAdmin) throw badRequest("not enough rights");
  return { room, topic };
}

function nameOf(name: string): string {
  const trimmed = name.trim();
  if (trimmed === "") throw badRequest("topic name must be non-empty");
  if ([...trimmed].length > 128) throw badRequest("topic name is too long");
  return trimmed;
}
